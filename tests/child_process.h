// Processes of a test's own: made, told to go, killed at a moment, waited for.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ringscope::testing {

/// A child process; what it expects in vain fails the test of its parent, which waits for it.
class Child {
  public:
    template <typename Work>
    explicit Child(Work work) : pid_(fork()) {
        if (pid_ != 0) return;
        try {
            work();
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
        std::fflush(nullptr);
        _exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    void kill() const { ::kill(pid_, SIGKILL); }
    /// 0: it ended well.
    int wait() const {
        int status = 1;
        waitpid(pid_, &status, 0);
        return status;
    }

  private:
    pid_t pid_;
};

/// One side says "go", the other waits for it.
class Signal {
  public:
    Signal() { EXPECT_EQ(pipe(ends_), 0); }
    ~Signal() { close(ends_[0]), close(ends_[1]); }
    void give() const { EXPECT_EQ(write(ends_[1], "", 1), 1); }
    void await() const {
        char byte = 0;
        EXPECT_EQ(read(ends_[0], &byte, 1), 1);
    }

  private:
    int ends_[2] = {-1, -1};
};

/// How long one change takes here, so that kills fall into it on any machine.
template <typename Change>
int64_t microseconds_of(Change change) {
    constexpr int kTimes = 5;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kTimes; ++i) change();
    const auto time = std::chrono::steady_clock::now() - start;
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count() / kTimes + 1;
}

/// The same numbers every time (Knuth's MMIX generator).
class Random {
  public:
    uint64_t below(uint64_t limit) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return (state_ >> 33) % limit;
    }

  private:
    uint64_t state_ = 1;
};

}  // namespace ringscope::testing
