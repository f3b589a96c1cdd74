// What the advisor says: a sentence, and a table of strategies with reasons, each of which can be applied.
#pragma once

#include <optional>

#include "ui/tabs/simulate/advice_search.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct AdviceChoice {
    std::optional<AdvisedSettings> apply;  // these settings were chosen
    bool start = false;                    // a search was asked for
    bool cancel = false;
};

/// Draws into the present window, from the cursor down. `asked` is what a search would be for now: an answer to
/// something else says so.
AdviceChoice draw_advice(const AdviceSearch& search, const AdviceRequest& asked, double now_seconds,
                         WidgetContext ui);

}  // namespace ringscope
