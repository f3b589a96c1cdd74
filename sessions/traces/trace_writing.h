// What the writers of Chrome traces share: times as text, and spans laid out on tracks on which they never overlap.
// For the .cpp files of this folder only.
#pragma once

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/run/trace.h"
#include "sessions/atomic_file.h"

namespace ringscope {

/// Microseconds with three decimals: exact for nanoseconds, which a double would not be after three months.
inline std::string microseconds(int64_t ns) {
    char text[40];
    const uint64_t size = ns < 0 ? uint64_t{0} - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
    std::snprintf(text, sizeof text, "%s%" PRIu64 ".%03d", ns < 0 ? "-" : "", size / 1000,
                  static_cast<int>(size % 1000));
    return text;
}

/// Quoted; U+FFFD for what is not UTF-8.
inline std::string json_text(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// The list of events of a file that is being written.
class EventList {
  public:
    explicit EventList(AtomicFile& file) : file_(file) {}
    /// What stands between the braces of an event.
    void add(const std::string& members) {
        file_.write(first_ ? "\n{" : ",\n{");
        file_.write(members);
        file_.write("}");
        first_ = false;
    }

  private:
    AtomicFile& file_;
    bool first_ = true;
};

/// Tracks of a kind of span: kind k has the numbers k * kTracksOfKind to (k + 1) * kTracksOfKind - 1.
inline constexpr int kTracksOfKind = 1000;

/// Gives each span the first track of its kind that is free again, so that no two slices of a track overlap.
/// Spans of one rank must come by begin.
class SpanTracks {
  public:
    int track_of(const Span& span) {
        std::vector<int64_t>& ends = ends_[static_cast<size_t>(span.kind)];
        for (size_t track = 0; track < ends.size(); ++track) {
            if (ends[track] > span.begin_ns) continue;
            ends[track] = span.end_ns;
            return static_cast<int>(track);
        }
        ends.push_back(span.end_ns);
        return static_cast<int>(std::min<size_t>(ends.size(), kTracksOfKind) - 1);
    }
    size_t tracks(SpanKind kind) const { return ends_[static_cast<size_t>(kind)].size(); }

  private:
    std::array<std::vector<int64_t>, kSpanKinds> ends_;
};

}  // namespace ringscope
