// The timelines of several runs, one below the other, over one axis with one zoom; between them, where steps
// are aligned, the difference; below them, traces of other programs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ui/commands.h"
#include "ui/tabs/compare/compare_difference.h"
#include "ui/tabs/compare/imported_lanes.h"
#include "ui/views/view_context.h"

namespace ringscope {

using ImportedTraces = std::vector<std::shared_ptr<const ImportedTrace>>;

struct CompareTimelines {
    bool by_step = true;
    bool differences = true;

    /// Once per frame, before draw(). What is new is shown whole; traces that were there keep their places.
    /// `set` null: nothing is shown, and draw() may not be called. `trace_ids` as in Inputs.
    void show(std::shared_ptr<const ComparedSet> set, const ImportedTraces& traces,
              const std::vector<int64_t>& trace_ids);
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
    bool shows_differences() const { return by_step && differences; }
    int64_t length_ns() const;

    std::shared_ptr<const ComparedSet> set_;  // null: nothing is shown
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
