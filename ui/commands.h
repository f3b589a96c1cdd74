// What the person asked for in one frame. The window decides nothing and does nothing: the controller in app/
// carries commands out and shows what came of them in the next frame's Inputs.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/experiment/experiment.h"
#include "engine/run/simulation.h"

namespace ringscope {

// One command per line.
// clang-format off
struct StartRun { Experiment experiment; bool verify = true; };
struct CancelRun {};
struct ShowSimulation { Experiment experiment; Simulation simulation; };  // as a run of its own
struct SaveRun { std::string name; };              // the shown run; "": an automatic name
struct AddEarlierRuns {};                          // Inputs::earlier, to the run file
struct DropEarlierRuns {};
struct OpenRun { int64_t id = 0; };                // from the run file; a kept trace opens beside runs
struct RenameRun { int64_t id = 0; std::string name; };
struct DeleteRun { int64_t id = 0; };
struct NoteRun { int64_t id = 0; std::string note; };
struct TagRun { int64_t id = 0; std::vector<std::string> tags; };  // replaces all
struct ArchiveRun { int64_t id = 0; bool archived = true; };
struct SetBaseline { int64_t id = 0; };            // 0: no run is the baseline
struct ExportRun { std::string format; std::string path; int64_t id = 0; };  // a format of dialogs.h; 0: the shown run
struct OpenExperiment { std::string path; };
struct SaveExperiment { Experiment experiment; std::string path; };
struct SavePreset { Experiment experiment; std::string name; };
struct DeletePreset { std::string name; };
struct CompareRuns { std::vector<int64_t> ids; };   // runs and kept traces; the first run is the baseline
struct OpenRunFile { std::string path; };          // another database
struct OpenTrace { std::string path; };            // of another program, to be looked at beside runs
struct CloseTrace { size_t index = 0; };           // into Inputs::traces
struct KeepTrace { size_t index = 0; };            // in the run file, beside the runs
struct CalibrateMachine {};                        // measures this machine: Inputs::calibrated, then Inputs::machine
struct CancelCalibration {};
struct CopyText { std::string text; };
struct TakePicture { std::string path; std::string area; };  // PNG or SVG of a registered area; "": of the window
struct Quit {};
// clang-format on

using Command =
    std::variant<StartRun, CancelRun, ShowSimulation, SaveRun, AddEarlierRuns, DropEarlierRuns, OpenRun,
                 RenameRun, DeleteRun, NoteRun, TagRun, ArchiveRun, SetBaseline, ExportRun, OpenExperiment,
                 SaveExperiment, SavePreset, DeletePreset, CompareRuns, OpenRunFile, OpenTrace, CloseTrace,
                 KeepTrace, CalibrateMachine, CancelCalibration, CopyText, TakePicture, Quit>;
using Commands = std::vector<Command>;

}  // namespace ringscope
