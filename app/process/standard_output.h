// Standard output, where a full disk is an error and not silence.
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

/// Writes all of it to standard output, at once. A reader that went away has what it wanted: the rest is dropped, as
/// everything after it. Throws Error(io) for everything else.
void print(const std::string& text);

/// From now on print() writes to standard error: standard output is a file that the person asked for.
void leave_standard_output_to_a_file();

/// A file's bytes as they are, for who asked for the file. Throws as print() does.
void print_file(std::string_view bytes);

/// One line on standard error: "ringscope: error: MESSAGE", its end left out when it is very long. Never fails.
void print_error(std::string_view message);
/// The same for what went on all the same: "ringscope: note: MESSAGE".
void print_note(std::string_view message);

/// Whether standard error is a terminal that can erase a line: not where TERM is dumb, or not set.
bool can_show_progress();

/// In place of what was printed last, where can_show_progress(); "" erases it. Never fails.
void print_progress(const std::string& text);

}  // namespace ringscope
