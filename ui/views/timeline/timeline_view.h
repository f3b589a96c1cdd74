// What every rank did when: a compute lane, and below it what was received, sent and waited for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/analysis/range_statistics.h"
#include "engine/analysis/rank_order.h"
#include "engine/analysis/span_folding.h"
#include "ui/keys.h"
#include "ui/views/timeline/span_finder.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct ClockChange;
struct TimelineFrame;
struct TimelineHit;

struct TimelineView {
    static constexpr ViewInfo kInfo{.name = "timeline",
                                    .title = "Timeline",
                                    .picture = "timeline/lanes",
                                    .keys = "Alt-3",
                                    .key = kKey1 + 2,
                                    .modifiers = kModAlt,
                                    .place = ViewPlace::lower,
                                    .share = 0,
                                    .shows_run = true};
    /// Nanoseconds of the run.
    struct Range {
        int64_t begin_ns = 0;
        int64_t end_ns = 0;
        bool operator==(const Range&) const = default;
    };
    std::optional<Range> measured;  // by a left drag over the lanes
    bool show_table = false;
    bool show_chain = false;  // the critical path over ranks
    bool show_predicted = true;
    SpanFinder finder;
    RankOrder order;

    std::string why_empty(const ViewContext& context) const;
    void prepare(ViewContext& context);
    void draw_controls(Toolbar& bar, ViewContext& context);
    void draw_legend(Toolbar& bar, ViewContext& context, ImVec2 room);
    void draw_picture(ViewContext& context, ImVec2 size);
    void draw_table(ViewContext& context, ImVec2 size);
    /// What is selected, in words; else the statistics of the measured range or the whole run, split by tabs.
    /// "" when nothing was timed.
    std::string copied_text(const ViewContext& context) const;
    /// The same run on another clock: what was measured and zoomed stays where it is in the ring.
    void follow_clock(const std::shared_ptr<const Run>& run, const ClockChange& change);

  private:
    /// A line below the lanes.
    struct Note {
        const char* name;
        std::string text;
        std::string more;  // on hover
    };
    /// What the statistics were made for.
    struct StatisticsKey {
        std::optional<Range> range;
        int rank = -1;
        bool is_made = false;
        bool operator==(const StatisticsKey&) const = default;
    };
    const PredictedRun* shown_prediction(const ViewContext& context) const;
    std::vector<Note> notes(const ViewContext& context) const;
    void draw_notes(const TimelineFrame& frame, const std::vector<Note>& notes) const;
    float details_height(const ViewContext& context, ImVec2 size) const;
    void draw_details(ViewContext& context, ImVec2 size);
    void go_to_span(ViewContext& context, int span);
    void go_to_longest(ViewContext& context);
    std::optional<Range> selected_range(const ViewContext& context) const;
    std::optional<int64_t> edge_across(const TimelineFrame& frame) const;
    void update_statistics(const ViewContext& context);
    std::string statistics_sentence() const;
    /// The span to go to, or -1.
    int draw_statistics_table(ViewContext& context, ImVec2 size) const;
    std::string scope_text() const;
    Range range_looked_at(const ViewContext& context) const;
    int rank_looked_at(const ViewContext& context) const;
    void draw_lanes(ViewContext& context, ImVec2 size);
    void navigate(TimelineFrame& frame);
    void use_keys(TimelineFrame& frame);
    void measure(TimelineFrame& frame, const TimelineHit& hit);
    void select(TimelineFrame& frame, const TimelineHit& hit);
    void draw_overlays(TimelineFrame& frame, const TimelineHit& hit);
    void remember_zoom(const Clock& clock, bool continues);
    void show_range(Clock& clock, int64_t wall_ns, Range range);
    void follow_run(const ViewContext& context);

    std::vector<Range> zooms_;          // ranges shown before, oldest first
    double last_wheel_ = -1;            // seconds; wheel clicks close together undo as one
    std::shared_ptr<const Run> shown_;  // of the last frame that had one
    float scroll_ = 0;                  // pixels of rank rows above the top
    int scrolled_to_ = -1;              // the rank last brought into sight
    double drag_from_ns_ = -1;          // where a left drag began
    bool dragging_map_ = false;
    bool dragging_edge_ = false;  // of the measured range, else of the whole run
    float lanes_width_ = 1;       // of the last frame
    StatisticsKey statistics_of_;
    std::vector<KindStatistics> statistics_;  // of the measured range, else of the whole run
    std::vector<FoldedItem> items_;           // of one track, reused
};

}  // namespace ringscope
