// Standard output, where a full disk or a reader that went away is an error and not silence.
#pragma once

#include <string_view>

namespace ringscope {

/// Makes file descriptors 0, 1 and 2 exist, so that no file of ours is opened as one of them. What is closed
/// stays unusable: writing to it fails. Call first in main.
void guard_standard_streams();

/// Writes all of it to standard output, at once. Throws Error(io).
void print(std::string_view text);

/// One line on standard error: "ringscope: error: MESSAGE". Never fails.
void print_error(std::string_view message);

}  // namespace ringscope
