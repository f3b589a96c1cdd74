// The moment of the ring at which the clock stands.
#pragma once

#include <memory>

#include "engine/analysis/ring_moment.h"
#include "ui/views/view_context.h"

namespace ringscope {

/// The schedule of the moment: the run's where its times are shown, else the panel's. Null: there is neither.
std::shared_ptr<const Schedule> ring_schedule(const ViewContext& context);

/// Empty (schedule null) when there is no schedule to show. Measured where the shown run's times hold for the
/// shown schedule; a whole step while the clock rests at the start of a step.
RingMoment shown_moment(const ViewContext& context);

}  // namespace ringscope
