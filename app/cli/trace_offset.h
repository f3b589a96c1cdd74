// A time that is added to a trace's own, as the command line takes it.
#pragma once

#include <cstdint>
#include <string>

namespace ringscope {

/// "1.6ms", "-250us", "0". `option` begins messages. Throws Error(bad_input) for what is no time, or over a century.
int64_t read_offset_ns(const std::string& option, const std::string& text);

}  // namespace ringscope
