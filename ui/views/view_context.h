// What every view is handed in a frame. Views read immutable snapshots and write nothing but the shared
// selection and clock; each view is a plain struct with its own state. view_frame.h says what it has to offer.
#pragma once

#include <cstdint>
#include <memory>

#include "ui/run_times.h"
#include "ui/views/view_info.h"
#include "ui/widgets/item_registry.h"
#include "ui/widgets/theme.h"

namespace ringscope {

/// One selection for all views; -1 means none. Hovered is what the mouse is on in this frame, in any view.
struct Target {
    int rank = -1;
    int step = -1;
    int group = -1;      // head group
    int owner = -1;      // chunk: whose K/V
    int transfer = -1;   // index into Schedule::transfers
    int span = -1;       // index into Trace::spans
    int64_t query = -1;  // token
    int64_t key = -1;    // token
    bool operator==(const Target&) const = default;
};

struct Selection {
    Target selected{};
    Target hovered{};                   // of the last frame: what views light up
    Target next_hovered{};              // written by views in this frame; becomes hovered in the next
    const ViewInfo* focused = nullptr;  // the view that was clicked last: keys go there; null: none yet
};

/// The one time cursor that Ring, Timeline and Memory share, in nanoseconds of the shown run.
struct Clock {
    double time_ns = 0;
    bool playing = false;
    double speed = 1;           // 1: the whole run in kPlaySeconds
    int64_t view_begin_ns = 0;  // time range that Timeline and Memory both show
    int64_t view_end_ns = 0;
};
inline constexpr double kPlaySeconds = 10;

/// What the keys asked in this frame of the view that has the focus.
struct ViewActions {
    int zoom = 0;                  // +1: nearer, -1: farther, for each press (W/S, +/-)
    int pan = 0;                   // +1: later or to the right, -1: the other way (A/D)
    bool show_all = false;         // 0
    bool frame_selection = false;  // F
    bool undo_zoom = false;        // Backspace
    bool previous_span = false;    // left
    bool next_span = false;        // right
    bool follow_sender = false;    // [
    bool follow_receiver = false;  // ]
    bool find = false;             // Ctrl-F
    bool measure = false;          // M
    bool longest = false;          // L
    bool sort_ranks = false;       // O
    bool rank_to_top = false;      // T
};

struct ViewContext {
    /// Of the experiment as it stands in the panel; null while that is invalid.
    std::shared_ptr<const Schedule> plan;
    const Prediction* prediction = nullptr;  // of plan; null with it
    /// The shown run on the clock that is shown: measured or replayed; null before the first. Its own schedule may
    /// differ from plan.
    std::shared_ptr<const Run> run;
    std::shared_ptr<const RunIndex> run_index;        // of run; null with it
    std::shared_ptr<const PredictedRun> predicted{};  // of run; null: nothing is predicted
    bool busy = false;                                // a run is under way; what is shown is the one before
    bool run_is_current = false;                      // run->experiment equals the panel's
    Selection& selection;
    Clock& clock;
    ItemRegistry& items;
    const Theme& theme;
    bool reduced_motion = false;
    double frame_seconds = 0;  // since the last frame, for animation
    ViewActions actions{};     // for the view selection.focused alone
};

}  // namespace ringscope
