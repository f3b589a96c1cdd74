// Ctrl-C and its kin as a stop request.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace ringscope {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request; a second one leaves at once with exit_code(). Ignores
/// SIGPIPE and SIGXFSZ, so that a closed pipe or a full disk comes back as an error from write().
///
/// Make it first in main, before any other thread: the signals are blocked everywhere and taken by one thread
/// of its own, so nothing runs in a signal handler. A signal that the parent ignores (nohup) stays ignored.
class Interrupt {
  public:
    /// Throws Error(run_failed) when the system refuses the thread.
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    /// 128 and the number of the signal that came, as shells say it: 130, 143 or 129. 130 before one came.
    int exit_code() const { return exit_code_; }

  private:
    std::stop_source source_;
    std::atomic<bool> leaving_{false};
    std::atomic<int> exit_code_{130};
    std::thread thread_;
};

}  // namespace ringscope
