// Every figure with its formula, each rank's account, and where the answer differs from the reference.
#pragma once

#include "ui/views/numbers/error_map.h"
#include "ui/views/view_context.h"

namespace ringscope {

struct NumbersPanel {
    bool is_open = false;
    ErrorMapView errors;

    /// A window of its own over the others, while it is open.
    void draw(ViewContext& context);
};

}  // namespace ringscope
