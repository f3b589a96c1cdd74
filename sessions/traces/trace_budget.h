// How much memory a trace may take while it is read: a small packed file can unpack to millions of tiny events. For the
// .cpp files of this folder only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ringscope {

/// What everybody may take, and per byte of the text.
inline constexpr int64_t kTraceBytesAtLeast = int64_t{16} << 20;
inline constexpr int64_t kTraceBytesPerTextByte = 8;
inline constexpr int64_t kTraceBytesAtMost = int64_t{2} << 30;

/// Adds up what is kept of events, arguments, texts, lanes and rows, as they are made. What does not fit is left out and
/// counted by those who ask.
class TraceBudget {
  public:
    /// A file larger than its events may ever be takes more than kTraceBytesAtMost: `most`.
    explicit TraceBudget(int64_t most = kTraceBytesAtMost) : most_(std::max(most, kTraceBytesAtMost)) {}

    /// So much of the text has been read.
    void read_to(int64_t text_bytes) {
        allowed_ = std::min(most_, kTraceBytesAtLeast + kTraceBytesPerTextByte * text_bytes);
    }
    /// False, and nothing is taken, when it does not fit.
    bool take(size_t bytes) { return take_of(allowed_, bytes); }
    /// The same while events are read: half is left for the lanes that are made of them.
    bool take_to_read(size_t bytes) { return take_of(allowed_ / 2, bytes); }
    /// The same while lanes are made, before what lies in them.
    bool take_for_lanes(size_t bytes) { return take_of(allowed_ / 4 * 3, bytes); }
    int64_t used() const { return used_; }
    int64_t allowed() const { return allowed_; }

  private:
    bool take_of(int64_t allowed, size_t bytes) {
        const int64_t used = used_ + static_cast<int64_t>(bytes);
        if (used > allowed) return false;
        used_ = used;
        return true;
    }

    int64_t most_;
    int64_t allowed_ = kTraceBytesAtLeast;
    int64_t used_ = 0;
};

}  // namespace ringscope
