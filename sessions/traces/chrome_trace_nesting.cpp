#include "sessions/traces/chrome_trace_nesting.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "sessions/stop.h"

namespace ringscope {

namespace {

/// The slices of a thread that have begun, found by place and by name.
class OpenSlices {
  public:
    explicit OpenSlices(std::vector<ImportedSlice>& slices) : slices_(slices) {}

    bool empty() const { return stack_.empty(); }
    void begin(size_t slice) {
        by_name_[slices_[slice].name].push_back(stack_.size());
        stack_.push_back({slice, true});
    }
    bool is_last(int32_t name) const { return slices_[stack_.back().slice].name == name; }
    bool has(int32_t name) const {
        const auto at = by_name_.find(name);
        return at != by_name_.end() && !at->second.empty();
    }
    /// The last one of that name, which has one.
    ImportedSlice& end(int32_t name) {
        std::vector<size_t>& places = by_name_[name];
        const size_t place = places.back();
        places.pop_back();
        ImportedSlice& slice = slices_[stack_[place].slice];
        stack_[place].is_open = false;
        while (!stack_.empty() && !stack_.back().is_open) stack_.pop_back();
        return slice;
    }
    int32_t last_name() const { return slices_[stack_.back().slice].name; }

  private:
    struct Open {
        size_t slice = 0;
        bool is_open = true;
    };
    std::vector<ImportedSlice>& slices_;
    std::vector<Open> stack_;                                   // the last one is open
    std::unordered_map<int32_t, std::vector<size_t>> by_name_;  // places in the stack, of those that are open
};

}  // namespace

void join_begins_and_ends(std::vector<BeginOrEnd> events, int64_t open_ns, std::vector<ImportedSlice>& slices,
                          const StringPool& strings, ImportNotes& notes, const std::stop_token& stop) {
    const auto earlier = [](const BeginOrEnd& a, const BeginOrEnd& b) { return a.time_ns < b.time_ns; };
    if (!std::is_sorted(events.begin(), events.end(), earlier))
        std::stable_sort(events.begin(), events.end(), earlier);
    OpenSlices open(slices);
    for (const BeginOrEnd& event : events) {
        leave_if_stopped(stop);
        const auto note = [&](const char* kind) {
            notes.add(kind, [&] { return event_text(event.number, strings[event.name]); });
        };
        if (!event.is_end) {
            slices.push_back(
                {event.time_ns, open_ns, event.name, event.category, event.first_argument, event.arguments});
            open.begin(slices.size() - 1);
            continue;
        }
        int32_t name = event.name;
        if (!open.empty() && (name == 0 || (!open.has(name) && open.is_last(0)))) name = open.last_name();
        if (!open.has(name)) {
            note("ends of slices without a beginning");
            continue;
        }
        if (!open.is_last(name)) note("ends of slices that are not the last one begun, found by their name");
        ImportedSlice& slice = open.end(name);
        slice.end_ns = event.time_ns;
        if (event.arguments > 0 && slice.arguments == 0) {
            slice.first_argument = event.first_argument;
            slice.arguments = event.arguments;
        } else if (event.arguments > 0) {
            note("ends of slices with arguments of their own");
        }
    }
}

}  // namespace ringscope
