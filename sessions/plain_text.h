// Text that came from outside, made fit to be shown, and a short name for any text.
#pragma once

#include <string>

namespace ringscope {

/// The text with U+FFFD for bytes that are not UTF-8.
std::string valid_utf8(const std::string& text);

/// The same, and for NUL, where many readers would end the text: what is kept for other programs.
std::string stored_text(const std::string& text);

/// The text as valid UTF-8 in which nothing acts: \u001b, as JSON writes it, for each control character but newline
/// and tab, and for marks that turn text around; U+FFFD for what is not UTF-8. Names come from other people's files,
/// messages cut them, and a terminal obeys what it is sent. JSON stays the same JSON.
std::string visible_text(const std::string& text);

/// The same on one line: blanks for newlines and tabs.
std::string one_line(const std::string& text);

/// With small letters for the capitals of ASCII; others stay.
std::string lower_case(std::string text);

/// At most that many bytes, and "..." when there are more; no character is cut in two.
std::string cut_text(const std::string& text, size_t most_bytes);

/// 64 bits as hexadecimal digits, equal for equal bytes. Not for security.
std::string text_hash(const std::string& text);

}  // namespace ringscope
