// Ranks on a circle and the chunks that travel between them, at the time of the clock.
#pragma once

#include "engine/analysis/ring_moment.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct RingView {
    bool follow = false;  // shows the whole way of the selected owner's chunk
    bool show_table = false;

    void draw(ViewContext& context, ImVec2 size);

  private:
    void draw_toolbar(ViewContext& context, const Schedule& schedule, float width);
    void draw_picture(ViewContext& context, const RingMoment& moment, ImVec2 size);
    void update(const Schedule& schedule, const Target& selected);

    // Found anew when the schedule, the group or the followed chunk changes.
    Experiment found_for_;
    int found_group_ = -1;
    int found_owner_ = -1;
    std::vector<RingEdge> group_edges_;
    std::vector<int> way_;  // indices into Schedule::transfers
};

}  // namespace ringscope
