// The moment of the ring at which the clock stands.
#pragma once

#include "engine/analysis/ring_moment.h"
#include "ui/views/view_context.h"

namespace ringscope {

/// Empty (schedule null) when there is no schedule to show. Measured where the shown run's times hold for the
/// shown schedule; a whole step while the clock rests at the start of a step.
RingMoment shown_moment(const ViewContext& context);

}  // namespace ringscope
