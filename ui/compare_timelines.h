// The timelines of several runs, one below the other, over one axis with one zoom.
#pragma once

#include <memory>
#include <vector>

#include "ui/step_alignment.h"
#include "ui/timeline_folding.h"
#include "ui/ui.h"
#include "ui/view_context.h"
#include "ui/widgets.h"

namespace ringscope::ui {

struct CompareTimelines {
    bool by_step = true;

    /// A new set of runs; shows all of it.
    void show(const ComparedSet& set);
    void draw(const ComparedSet& set, ImVec2 size, WidgetContext ui);

  private:
    void draw_toolbar(const ComparedSet& set, WidgetContext ui);
    void realign(const ComparedSet& set);

    Alignment alignment_;
    Clock range_;
    float scroll_ = 0;
    std::vector<FoldedItem> scratch_;
};

}  // namespace ringscope::ui
