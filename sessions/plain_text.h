// Text that came from outside, made fit to be shown, and a short name for any text.
#pragma once

#include <string>

namespace ringscope {

/// The text with U+FFFD for bytes that are not UTF-8.
std::string valid_utf8(const std::string& text);

/// The text with a blank for each control character and U+FFFD for what is not UTF-8: names come from other
/// people's files, messages cut them, and a terminal obeys what it is sent.
std::string one_line(const std::string& text);

/// 64 bits as hexadecimal digits, equal for equal bytes. Not for security.
std::string text_hash(const std::string& text);

}  // namespace ringscope
