// Standard output, where a full disk or a reader that went away is an error and not silence.
#pragma once

#include <string>
#include <string_view>

namespace ringscope {

/// Makes file descriptors 0, 1 and 2 exist, so that no file of ours is opened as one of them. What is closed
/// stays unusable: writing to it fails. Call first in main.
void guard_standard_streams();

// Everything for people, and JSON, goes through print(), print_error(), print_note() or print_progress(): valid
// UTF-8 in which no name from a file, note or argument speaks to the terminal (visible_text() in
// sessions/plain_text.h).

/// Writes all of it to standard output, at once. Throws Error(io).
void print(const std::string& text);

/// A file's bytes as they are, for who asked for the file. Throws Error(io).
void print_file(std::string_view bytes);

/// One line on standard error: "ringscope: error: MESSAGE", its end left out when it is very long. Never fails.
void print_error(std::string_view message);
/// The same for what went on all the same: "ringscope: note: MESSAGE".
void print_note(std::string_view message);

/// In place of what was printed last, on a standard error that is a terminal; "" erases it. Never fails.
void print_progress(const std::string& text);

}  // namespace ringscope
