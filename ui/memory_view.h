// Bytes of every rank over time, stacked by purpose, with what the schedule predicts and what all_gather
// would need.
#pragma once

#include <optional>
#include <string>

#include "ui/view_context.h"

namespace ringscope::ui {

struct MemoryView {
    bool show_table = false;

    void draw(ViewContext& context, ImVec2 size);

  private:
    void update(const Schedule& schedule);
    void draw_measured(ViewContext& context, ImVec2 size);
    void draw_predicted(ViewContext& context, const Schedule& schedule, ImVec2 size);

    // A rank's peak under all_gather, planned anew when the experiment changes.
    std::optional<Experiment> contrast_of_;
    int64_t contrast_bytes_ = 0;
};

}  // namespace ringscope::ui
