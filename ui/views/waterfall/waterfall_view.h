// Where the time of the shown run went: bars from the ideal to the wall time, cause by cause, and below them who held
// the others up.
#pragma once

#include <string>

#include "ui/keys.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

struct WaterfallView {
    static constexpr ViewInfo kInfo{.name = "waterfall",
                                    .title = "Where the time went",
                                    .picture = "waterfall/picture",
                                    .keys = "Alt-6",
                                    .key = kKey1 + 5,
                                    .modifiers = kModAlt,
                                    .place = ViewPlace::alone,
                                    .share = 0,
                                    .shows_run = true};
    bool show_table = false;

    std::string why_empty(const ViewContext& context) const;
    void prepare(ViewContext&) {}
    void draw_controls(Toolbar&, ViewContext&) {}
    void draw_legend(Toolbar& bar, ViewContext& context, ImVec2 room);
    void draw_picture(ViewContext& context, ImVec2 size);
    void draw_table(ViewContext& context, ImVec2 size);
};

}  // namespace ringscope
