// Asynchronous slices of a Chrome trace: begun and ended anywhere, joined by their id instead of a thread.
// For the .cpp files of this folder only.
//
//     b .. n .. e   slices of one category and id nest, and are one tree: a request and what it went through
//     S .. T .. F   an older form: one slice, and in it the steps that it went into (T) or past (p)
//
// An id is that of the whole trace; an id in "id2" under "local" is its process's own. Where the process of
// an end began nothing of that id, another one's start is taken.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sessions/traces/chrome_trace_events.h"

namespace ringscope {

inline bool begins_async(char phase) { return phase == 'b' || phase == 'S'; }
inline bool is_async(char phase) {
    return begins_async(phase) || phase == 'n' || phase == 'e' || phase == 'T' || phase == 'p' ||
           phase == 'F';
}

class AsyncSlices {
  public:
    /// Slices that were begun inside each other, and the lane in which the first of them began.
    struct Tree {
        int lane = 0;
        std::vector<ImportedSlice> slices;
    };

    AsyncSlices(const ChromeEvents& events, ImportNotes& notes) : in_(events), notes_(notes) {}

    /// In the order of the file, which writers keep in time. `lane` is where the event stands when it begins
    /// a tree. What cannot be joined is counted in the notes.
    void add(const ChromeEvent& event, int64_t time_ns, int lane);
    /// The lane of an instant 'n': its tree's, else `lane`.
    int lane_of_instant(const ChromeEvent& event, int lane);
    /// The latest begin or end so far; INT64_MIN when there is none.
    int64_t last_ns() const { return last_ns_; }
    /// Slices that nobody ended go on to `last_ns`.
    void close(int64_t last_ns);

    const std::vector<Tree>& trees() const { return trees_; }

  private:
    /// Category, scope, id; of the older form the name too, else -1.
    using Key = std::tuple<int32_t, int32_t, int32_t, int32_t>;
    struct Open {
        int32_t process = 0;
        size_t tree = 0;
        std::vector<size_t> slices;  // of the tree: begun, outermost first
        int64_t last_step_ns = 0;    // of the older form
        int64_t left_out = 0;        // begun beyond kMostRows, where nothing is shown
    };

    static Key key_of(const ChromeEvent& event);
    Open* find(const ChromeEvent& event);  // null: nothing of its id is open
    void begin(const ChromeEvent& event, int64_t time_ns, int lane);
    void end(const ChromeEvent& event, Open& open, int64_t time_ns);
    void step(const ChromeEvent& event, Open& open, int64_t time_ns);
    void note(const std::string& kind, const ChromeEvent& event);
    void end_slice(const ChromeEvent& event, ImportedSlice& slice, int64_t time_ns);
    void forget(const ChromeEvent& event, const Open& open);

    const ChromeEvents& in_;
    std::vector<Tree> trees_;
    std::map<Key, std::vector<Open>> open_;
    ImportNotes& notes_;
    int64_t last_ns_ = INT64_MIN;
};

}  // namespace ringscope
