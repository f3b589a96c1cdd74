// Where the timeline's parts stand in this frame, and what the mouse is on.
#pragma once

#include <span>
#include <vector>

#include "engine/analysis/rank_order.h"
#include "engine/analysis/span_folding.h"
#include "engine/analysis/span_matches.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/time_axis.h"

namespace ringscope {

/// Narrower than this, spans are folded.
inline constexpr float kLeastSpanPx = 3;
/// Points: rows of ranks grow no higher.
inline constexpr float kLargestRow = 110;

struct TimelineFrame {
    const Run& run;
    const TraceIndex& index;
    ViewContext& context;
    ImDrawList& list;
    Canvas canvas;
    Box minimap{};     // empty when there is no room
    Box axis_strip{};  // ticks
    Box labels{};      // rank names, left of the lanes
    Box lanes{};
    Box accounting{};  // right of the lanes; empty when there is no room
    TimeAxis axis{};   // over the lanes
    float row_height = 0;
    float scroll = 0;
    int footer_lines = 0;                  // asked for, below the lanes
    Box footer{};                          // empty when there is no room
    const SpanMatches* matches = nullptr;  // others are dimmed; null: nothing is looked for
    const RankOrder& order;
    const PredictedRun* predicted = nullptr;  // null: not shown

    Box row(int rank) const;
    Box lane(int rank, Lane lane) const;
    /// A lane's two parts: what happened, and below it what was predicted, where there is room for both.
    Box bar(int rank, Lane lane) const;
    Box predicted_bar(int rank, Lane lane) const;
    bool has_predicted_bar(Lane lane) const;
    std::span<const int> shown_ranks() const;  // from top to bottom
    float rows_height() const { return row_height * static_cast<float>(index.ranks()); }
};

/// The span or folded spans under the mouse.
struct TimelineHit {
    int rank = -1;
    int span = -1;                 // index into Trace::spans; -1: folded ones, or none
    const Track* track = nullptr;  // of `fold`
    FoldedItem fold;
};

/// Fills in the boxes for a canvas; `scroll` is clamped to what there is to scroll.
void lay_out_timeline(TimelineFrame& frame);

void draw_timeline_minimap(const TimelineFrame& frame);
void draw_timeline_bars(const TimelineFrame& frame, std::vector<FoldedItem>& scratch, TimelineHit& hit);
void draw_timeline_rows(const TimelineFrame& frame, std::vector<FoldedItem>& scratch, TimelineHit& hit);
/// The predicted spans below the lanes' bars, and where the run was to end.
void draw_timeline_predicted(const TimelineFrame& frame, std::vector<FoldedItem>& scratch);
void draw_timeline_transfer(const TimelineFrame& frame, int transfer, ImU32 colour);
void draw_timeline_accounting(const TimelineFrame& frame, int rank);

/// Dims the lanes and draws the chain over them.
void draw_timeline_chain(const TimelineFrame& frame, const CriticalPath& chain);

/// Whether a span belongs to what is selected or hovered.
bool span_matches(const Span& span, int span_index, const Target& target);

/// What is selected by a click on a span.
Target target_of(const Trace& trace, int span);
/// Of a run that did not end well: why, in a strip below the lanes.
float failure_height(const TimelineFrame& frame);
void draw_failure(const TimelineFrame& frame);

// Words.
std::string span_text(const Run& run, int span);  // all that is known of it
std::string fold_text(const Run& run, const Track& track, const FoldedItem& fold);
std::string range_text(const TraceIndex& index, int64_t begin_ns, int64_t end_ns);
std::string accounting_text(const RankMetrics& rank);
std::string chain_sentence(const CriticalPath& chain);  // "The critical path is 71% compute on rank 3, ..."
std::string chain_text(const CriticalPath& chain);      // and all of its kinds
void draw_chain_table(const CriticalPath& chain, ImVec2 size);
/// Predicted and taken time of every rank and step.
void draw_prediction_table(const PredictionError& error, ImVec2 size);
/// The spans of the trace, or those that match.
void draw_span_table(const Run& run, const SpanMatches* matches, ImVec2 size);

}  // namespace ringscope
