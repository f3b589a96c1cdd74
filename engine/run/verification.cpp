#include "engine/run/verification.h"

#include <algorithm>
#include <limits>

namespace ringscope {

double Verification::error_share() const {
    if (worst_o.allowed == 0 && worst_lse.allowed == 0) return std::numeric_limits<double>::quiet_NaN();
    return std::max(worst_o.share(), worst_lse.share());
}

}  // namespace ringscope
