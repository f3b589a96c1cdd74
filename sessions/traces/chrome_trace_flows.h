// Flows of a Chrome trace: arrows from where something was sent to where it arrived. For the .cpp files of this folder
// only.
//
//     s .. t .. f   parts of one category, name and id: from the start over the steps to every end
//     bind_id       of slices, with flow_out, flow_in or both: the same, whatever their names are
//
// A flow leads from its start to its end also where the clocks of two devices say that it arrived before it was sent.
// An id that is used again and again is parted into flows in the order of time.
#pragma once

#include <cstdint>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "sessions/traces/chrome_trace_events.h"

namespace ringscope {

class FlowJoin {
  public:
    static constexpr size_t kBytesOfEnd = 128;

    /// Of the phases s, t, f and kFlowOut, kFlowThrough, kFlowIn; with a time and an id.
    void add(const ChromeEvent& event, int lane);
    /// Appends the arrows. What stays alone is counted. Throws Error(cancelled).
    void join(std::vector<ImportedFlow>& flows, const StringPool& strings, ImportNotes& notes,
              const std::stop_token& stop);

  private:
    enum class Part : unsigned char { start, step, end };
    struct End {
        int64_t time_ns = 0;
        int32_t id = 0;
        int32_t process = -1;  // of an id of one process only
        int32_t category = 0;
        int32_t name = 0;
        int32_t lane = 0;
        uint32_t number = 0;
        Part part = Part::start;
        bool of_slices = false;  // a "bind_id": names and categories do not matter
    };
    using Group = std::vector<End>::iterator;

    static bool same_id(const End& a, const End& b);
    template <typename Same>
    void join_groups(std::vector<End>& ends, Same same, std::vector<End>& alone);
    bool join_group(Group begin, Group end, std::vector<End>& alone);
    void pair_up(Group begin, Group end, size_t pairs);
    void walk(Group begin, Group end, std::vector<End>& alone);
    void arrow(const End& from, const End& to);

    std::vector<End> ends_;
    std::vector<std::pair<End, End>> arrows_;
    std::set<std::pair<int32_t, int32_t>> joined_;  // categories and names
};

}  // namespace ringscope
