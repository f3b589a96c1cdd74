#include "app/cli/trace_offset.h"

#include <cmath>

#include "engine/base/error.h"
#include "sessions/store/quantity.h"

namespace ringscope {

int64_t read_offset_ns(const std::string& option, const std::string& text) {
    constexpr double kMostSeconds = 3.2e9;
    const auto seconds = read_quantity(text, Unit::seconds);
    if (!seconds || !(std::abs(*seconds) <= kMostSeconds))
        throw Error(ErrorKind::bad_input, option + ": '" + text +
                                              "' is not a time of at most 3.2e9 s either way; write " +
                                              allowed_quantity(Unit::seconds));
    return std::llround(*seconds * 1e9);
}

}  // namespace ringscope
