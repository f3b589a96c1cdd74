// Bytes of every rank over time, stacked by purpose, with what the schedule predicts and what all_gather
// would need.
#pragma once

#include <string>

#include "ui/keys.h"
#include "ui/views/memory/memory_rows.h"
#include "ui/views/timeline/timeline_view.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct MemoryView {
    static constexpr ViewInfo kInfo{.name = "memory",
                                    .title = "Memory",
                                    .picture = "memory/picture",
                                    .keys = "Alt-4",
                                    .key = kKey1 + 3,
                                    .modifiers = kModAlt,
                                    .place = ViewPlace::lower,
                                    .share = 0.44f,
                                    .shows_run = true,
                                    .keys_go_to = &TimelineView::kInfo};  // they share the time range
    bool show_table = false;

    std::string why_empty(const ViewContext& context) const;
    void prepare(ViewContext&) {}
    void draw_controls(Toolbar&, ViewContext&) {}
    void draw_legend(Toolbar& bar, ViewContext& context, ImVec2 room);
    void draw_picture(ViewContext& context, ImVec2 size);
    void draw_table(ViewContext& context, ImVec2 size);

  private:
    void draw_measured(ViewContext& context, Contrast contrast, ImVec2 size);
    void draw_predicted(ViewContext& context, const Schedule& schedule, Contrast contrast, ImVec2 size);
};

}  // namespace ringscope
