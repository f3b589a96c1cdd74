// The timelines of several runs, one below the other, over one axis with one zoom; between them, where steps
// are aligned, the difference; below them, traces of other programs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sessions/traces/trace_tables.h"
#include "ui/commands.h"
#include "ui/tabs/compare/compare_difference.h"
#include "ui/tabs/compare/imported_lanes.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct CompareTimelines {
    bool by_step = true;
    bool differences = true;

    /// Once per frame, before draw(). What is new is shown whole; traces that were there keep their places.
    /// `set` null: nothing is shown, and draw() may not be called. `trace_ids` as in Inputs.
    /// `guests` null: not derived yet; ranks of one job are moved onto its clock once they are.
    void show(std::shared_ptr<const ComparedSet> set, const ImportedTraces& traces,
              const std::vector<int64_t>& trace_ids, const TraceGuests* guests);
    void draw(ImVec2 size, WidgetContext ui, Commands& commands);

  private:
    void draw_toolbar(WidgetContext ui, Commands& commands);
    void draw_trace_buttons(WidgetContext ui, Commands& commands);
    void draw_keep_button(size_t trace, WidgetContext ui, Commands& commands);
    void lay_out(CompareFrame& frame) const;
    float content_height(const CompareFrame& frame) const;
    void follow_mouse(CompareFrame& frame, float content);
    void draw_strips(const CompareFrame& frame);
    void realign();
    void show_dense_part();
    void take_offsets(const TraceGuests* guests);
    bool shows_differences() const { return by_step && differences; }
    int64_t length_ns() const;

    const TraceGuests* offsets_of_ = nullptr;  // taken already; compared only, never followed
    std::shared_ptr<const ComparedSet> set_;   // null: nothing is shown
    std::vector<ShownTrace> traces_;
    std::vector<int64_t> trace_ids_;
    Alignment alignment_;
    Clock range_;
    float scroll_ = 0;
    int moved_trace_ = -1;                         // being dragged
    std::vector<std::pair<float, float>> strips_;  // of the traces in the last frame: top and bottom
    std::vector<FoldedItem> scratch_;
};

}  // namespace ringscope
