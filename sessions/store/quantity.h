// A number with its unit, as filters and bounds take it: "500ms", "1.5GiB", "0.25".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/number_text.h"

namespace ringscope {

/// In the figure's own unit: seconds, bytes, or as it stands. Times take ns, us, ms, s; sizes B, kB, MB, GB, KiB, MiB,
/// GiB; without one it is seconds or bytes. Nothing when the text is no such number.
std::optional<double> read_quantity(std::string_view text, Unit unit);

/// "a number, with s, ms, us, ns behind it": what read_quantity() takes.
std::string allowed_quantity(Unit unit);

}  // namespace ringscope
