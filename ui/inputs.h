// The world as it is in one frame: what the controller hands the window.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/inventory.h"
#include "sessions/compare/compared_set.h"
#include "sessions/machines/machine_folder.h"
#include "sessions/preset_files.h"
#include "sessions/store/run_record.h"
#include "sessions/traces/trace_tables.h"
#include "ui/notice.h"
#include "ui/run_times.h"

namespace ringscope {

/// Of a trace whose file is not at hand: it was kept in a run file that is closed, or was deleted from it.
inline constexpr int64_t kNotHere = -1;

/// Everything is immutable or copied; nothing is locked while drawing.
struct Inputs {
    std::shared_ptr<const Run> run;  // the shown run: the newest result, or one reopened from the file
    std::shared_ptr<const RunIndex> run_index;      // of it; null: made in the frame that first shows it
    std::shared_ptr<const PredictedRun> predicted;  // of it; null: nothing is predicted
    /// The shown run as if every rank had a device of its own; without a run where its ranks shared no cores.
    TimedRun replayed;
    int64_t run_id = 0;  // its id in the run file; 0: not saved
    std::string run_name;
    bool busy = false;
    double work_done = 0;  // FLOPs of the running request
    double work_total = 0;
    const char* phase = "";
    double running_seconds = 0;
    std::shared_ptr<const EngineInventory> inventory;
    /// What times are predicted with: the model that was calibrated here; null: there is none.
    std::shared_ptr<const MachineModel> machine;
    std::optional<double> calibrated;  // while this machine is calibrated: the share that is done
    std::shared_ptr<const std::vector<Preset>> presets;  // the person's own, by name; null: not read yet
    std::shared_ptr<const std::vector<MachineEntry>> machines;  // to simulate on; null: not read yet
    std::shared_ptr<const std::vector<RunSummary>> saved;       // newest first; null: no run file open
    std::string run_file;                                       // its path
    std::string run_file_message;  // why it is absent or read-only; "" when all is well
    bool run_file_unmade = false;  // the first save makes it: nothing is wrong
    /// Runs of windows that have ended, in no run file yet, newest first; null: not looked for.
    std::shared_ptr<const std::vector<RunSummary>> earlier;
    std::shared_ptr<const ComparedSet> compared;  // null: none were chosen yet
    /// Of other programs, in the order they were opened.
    std::vector<std::shared_ptr<const ImportedTrace>> traces;
    /// What they hold and how they differ; null: not derived yet, or of other traces than those.
    std::shared_ptr<const TraceGuests> guests;
    /// The traces were chosen by themselves: the shown run is none of theirs.
    bool traces_alone = false;
    std::vector<int64_t> trace_ids;  // of each in the run file; 0: not kept, kNotHere: cannot be
    std::optional<Experiment> load;  // set once: put this experiment into the panel
    std::vector<Notice> notices;     // since the last frame, in their order; each is handed over once
    /// GLFW key codes pressed since the last frame (positional; taps are never lost); the modifiers held at
    /// the press may ride along, see keys.h.
    std::vector<int> keys;
    double seconds = 0;  // monotonic, for animation
    int64_t utc_ms = 0;  // the calendar's, Unix milliseconds
};

}  // namespace ringscope
