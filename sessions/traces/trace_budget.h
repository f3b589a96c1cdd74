// How much memory a trace may take while it is read: a small packed file can unpack to millions of tiny events. For the
// .cpp files of this folder only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

/// What everybody may take, and per byte of the text.
inline constexpr int64_t kTraceBytesAtLeast = int64_t{16} << 20;
inline constexpr int64_t kTraceBytesPerTextByte = 8;
inline constexpr int64_t kTraceBytesAtMost = int64_t{2} << 30;

/// Adds up what is kept of events, arguments, texts, lanes and rows, as they are made.
class TraceBudget {
  public:
    TraceBudget(std::string name, size_t text_bytes)
        : name_(std::move(name)),
          text_bytes_(static_cast<int64_t>(text_bytes)),
          allowed_(std::min(kTraceBytesAtMost, kTraceBytesAtLeast + kTraceBytesPerTextByte * text_bytes_)) {}

    /// Throws Error(bad_input) that says what was reached and what is allowed.
    void take(size_t bytes) {
        used_ += static_cast<int64_t>(bytes);
        if (used_ > allowed_) refuse();
    }
    int64_t used() const { return used_; }

  private:
    [[noreturn]] void refuse() const {
        throw Error(ErrorKind::bad_input, name_ + ": its " + count_text(text_bytes_) +
                                              " bytes of text need over " + count_text(used_) +
                                              " bytes of memory for their events: at most " +
                                              count_text(allowed_) + " are allowed for them");
    }

    std::string name_;
    int64_t text_bytes_;
    int64_t allowed_;
    int64_t used_ = 0;
};

}  // namespace ringscope
