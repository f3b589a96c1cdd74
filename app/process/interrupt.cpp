#include "app/process/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <system_error>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr int kSignalCode = 128;  // and the signal's number

/// The signals that stop the program, less those that the parent wants ignored; SIGTERM always, to end the
/// thread.
sigset_t stopping_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    for (int number : {SIGINT, SIGHUP}) {
        struct sigaction action {};
        sigaction(number, nullptr, &action);
        if (action.sa_handler != SIG_IGN) sigaddset(&set, number);
    }
    return set;
}

}  // namespace

Interrupt::Interrupt() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    const sigset_t set = stopping_signals();
    RINGSCOPE_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
    // One that came before this line stops what has not begun.
    const timespec at_once{};
    const int before = sigtimedwait(&set, nullptr, &at_once);
    const auto stop = [this](int number) {
        exit_code_ = kSignalCode + number;
        source_.request_stop();
    };
    if (before > 0) stop(before);
    const auto wait = [this, set, stop, again = before > 0]() mutable {
        for (;; again = true) {
            int number = 0;
            sigwait(&set, &number);
            if (leaving_) return;
            if (again) _exit(kSignalCode + number);
            stop(number);
        }
    };
    try {
        thread_ = std::thread(wait);
    } catch (const std::system_error& error) {
        throw Error(
            ErrorKind::run_failed,
            std::string("the system could not start the thread that waits for Ctrl-C: ") + error.what());
    }
}

Interrupt::~Interrupt() {
    leaving_ = true;
    // Blocked everywhere, so it ends the thread's sigwait() and nothing else.
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
}

}  // namespace ringscope
