// Bytes of every rank over time, stacked by purpose, with what the schedule predicts and what all_gather
// would need.
#pragma once

#include <string>

#include "ui/views/memory/memory_rows.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct MemoryView {
    bool show_table = false;

    void draw(ViewContext& context, ImVec2 size);

  private:
    void draw_measured(ViewContext& context, Contrast contrast, ImVec2 size);
    void draw_predicted(ViewContext& context, const Schedule& schedule, Contrast contrast, ImVec2 size);
};

}  // namespace ringscope
