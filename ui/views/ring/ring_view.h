// Ranks on a circle and the chunks that travel between them, at the time of the clock.
#pragma once

#include <memory>
#include <vector>

#include "engine/analysis/ring_moment.h"
#include "ui/keys.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

struct RingView {
    static constexpr ViewInfo kInfo{.name = "ring",
                                    .title = "Ring",
                                    .picture = "ring/picture",
                                    .keys = "Alt-2",
                                    .key = kKey1 + 1,
                                    .modifiers = kModAlt,
                                    .place = ViewPlace::upper,
                                    .share = 0,
                                    .shows_run = false};
    bool follow = false;  // shows the whole way of the selected owner's chunk
    bool show_table = false;

    std::string why_empty(const ViewContext& context) const;
    void prepare(ViewContext& context);
    void draw_controls(Toolbar& bar, ViewContext& context);
    void draw_legend(Toolbar& bar, ViewContext& context, ImVec2 room);
    void draw_picture(ViewContext& context, ImVec2 size);
    void draw_table(ViewContext& context, ImVec2 size);

  private:
    // Searched again when the schedule, the group or the followed chunk changes.
    std::shared_ptr<const Schedule> found_for_;
    int found_group_ = -1;
    int found_owner_ = -1;
    std::vector<RingEdge> group_edges_;
    std::vector<int> way_;  // indices into Schedule::transfers
};

}  // namespace ringscope
