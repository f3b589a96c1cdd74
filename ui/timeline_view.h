// What every rank did when: a compute lane, and below it what was received, sent and waited for.
#pragma once

#include <optional>
#include <vector>

#include "ui/timeline_folding.h"
#include "ui/view_context.h"

namespace ringscope::ui {

struct TimelineFrame;
struct TimelineHit;

struct TimelineView {
    /// Nanoseconds of the run.
    struct Range {
        int64_t begin_ns = 0;
        int64_t end_ns = 0;
        bool operator==(const Range&) const = default;
    };
    std::optional<Range> measured;  // by a left drag over the lanes
    bool show_table = false;

    void draw(ViewContext& context, ImVec2 size);

  private:
    void draw_toolbar(ViewContext& context, float width);
    void draw_picture(ViewContext& context, ImVec2 size);
    void navigate(TimelineFrame& frame);
    void use_keys(TimelineFrame& frame);
    void measure(TimelineFrame& frame, const TimelineHit& hit);
    void select(TimelineFrame& frame, const TimelineHit& hit);
    void draw_overlays(TimelineFrame& frame, const TimelineHit& hit);
    void remember_zoom(const Clock& clock, bool continues);
    void show_range(Clock& clock, int64_t wall_ns, Range range);
    void forget_old_run(const ViewContext& context);

    std::vector<Range> zooms_;  // ranges shown before, oldest first
    double last_wheel_ = -1;    // seconds; wheel clicks close together undo as one
    int64_t shown_wall_ns_ = -1;
    int64_t shown_started_ms_ = -1;
    float scroll_ = 0;          // pixels of rank rows above the top
    int scrolled_to_ = -1;      // the rank last brought into sight
    double drag_from_ns_ = -1;  // where a left drag began
    bool dragging_map_ = false;
    std::vector<FoldedItem> items_;  // of one track, reused
};

}  // namespace ringscope::ui
