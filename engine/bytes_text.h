// Bytes in messages.
#pragma once

#include <cstdint>
#include <string>

namespace ringscope {

/// "1.5 GiB"; below 1 KiB "96 bytes".
std::string bytes_text(int64_t bytes);

}  // namespace ringscope
