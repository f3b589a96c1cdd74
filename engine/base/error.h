// The two kinds of things that go wrong.
//
// A bug is a broken promise between two pieces of this program: RINGSCOPE_CHECK stops at once with file and
// line, in every build. The world (a bad file, no memory, a lost rank, a full disk) is an Error: it carries
// what was tried and what is allowed, is thrown, and becomes an answer in one of three places:
//
//   execute()                  Run::error of a run that failed or was cancelled
//   the window's own handlers  a notice, or a problem at a field
//   main                       one line on standard error and an exit code
//
// On its way there it is caught only to say where it happened, to go on with the next of several items and
// list it, to answer whether something is possible, or to clean up and throw it again. What is caught for
// none of these says in place why it may go.
#pragma once

#include <stdexcept>
#include <string>

namespace ringscope {

enum class ErrorKind {
    bad_input,   // the person asked for something that cannot be: exit code 2
    run_failed,  // a lost rank, out of memory, a time limit: exit code 3
    io,          // a file or database could not be read or written: exit code 3
    cancelled,   // stopped on request: exit code 130
};

/// One line in words: what is wrong, the value, and what is allowed. No newline, no prefix.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    ErrorKind kind() const { return kind_; }

  private:
    ErrorKind kind_;
};

/// Prints file, line and the broken promise, then aborts. Never returns.
[[noreturn]] void check_failed(const char* file, int line, const char* promise);

}  // namespace ringscope

#define RINGSCOPE_CHECK(promise) \
    ((promise) ? static_cast<void>(0) : ::ringscope::check_failed(__FILE__, __LINE__, #promise))
