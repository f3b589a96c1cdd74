#include "app/process/interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr int kInterruptedCode = 130;

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
    const bool came_before = sigtimedwait(&set, nullptr, &at_once) > 0;
    if (came_before) source_.request_stop();
    thread_ = std::thread([this, set, came_before] {
        for (bool again = came_before;; again = true) {
            int number = 0;
            sigwait(&set, &number);
            if (leaving_) return;
            if (again) _exit(kInterruptedCode);
            source_.request_stop();
        }
    });
}

Interrupt::~Interrupt() {
    leaving_ = true;
    // Blocked everywhere, so it ends the thread's sigwait() and nothing else.
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
}

}  // namespace ringscope
