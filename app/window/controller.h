// Joins the engine's runner, the run file and the window's content: commands go in, the next frame's inputs
// come out.
//
//   window thread   carry_out(commands)  ->  Runner (newest experiment wins)  ->  its own thread, execute()
//                                        ->  Worker (in order)                ->  its own thread, run file
//                                        and exports
//                   inputs()             <-  what both have published
//
// Knows no window, no OpenGL and no Dear ImGui, so tests drive it as it is. Nothing here waits for the engine
// or a disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/window/calibrator.h"
#include "app/window/run_recovery.h"
#include "app/window/shared_snapshot.h"
#include "app/window/worker.h"
#include "engine/run/runner.h"
#include "sessions/machines/machine_folder.h"
#include "sessions/store/run_store.h"
#include "ui/commands.h"
#include "ui/inputs.h"

namespace ringscope {

struct ControllerOptions {
    std::string run_file{};             // opened when there is one, made by the first save
    std::optional<int64_t> open_run{};  // shown first, from the run file
    std::vector<int64_t> compare{};     // loaded to be compared, from the run file: runs and kept traces
    std::vector<std::string> traces{};  // of other programs, opened beside the runs
    bool verify = true;                 // of runs asked for by start()
    std::string preset_folder{};        // "": the person has no presets of their own
    std::string machine_folder{};       // of the model of this machine; "": no time is predicted
    MachineFolders machines{};          // to simulate on
    std::string unsaved_folder{};       // "": runs that are not saved go with the window
};

class Controller {
  public:
    /// `wake` is called on any thread when inputs() has something new; it must return at once.
    Controller(ControllerOptions options, std::function<void()> wake);
    ~Controller();
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;

    /// The world as it is now. `seconds` is a monotonic clock.
    Inputs inputs(double seconds);
    /// All but what needs a window: CopyText, TakePicture and Quit are left to the caller.
    void carry_out(const Commands& commands);

    void start(const Experiment& experiment);
    /// A file that was dropped on the window: an experiment, a run file or a trace, by its content.
    void open_any_file(const std::string& path);
    void notify(Notice::Level level, const std::string& text);
    /// Throws Error(bad_input) when an output at `path` would replace the run file or a trace that is open. Looks at
    /// no content, so it may be asked while the worker writes.
    void require_unused(const std::string& path) const;

    /// For a window that cannot go on: waits until the run that is under way has ended, a stop is requested, and
    /// what is not saved is on disk.
    void finish(const std::stop_token& stop);
    /// Nothing is on its way to the disk for the next window.
    bool all_kept() const { return !recovery_.busy(); }

    /// A run is under way, or something is being saved, opened or written.
    bool busy() const;
    const std::shared_ptr<const Run>& shown_run() const { return shown_.run; }
    /// Of the runner: the newest result, also when it failed or was cancelled; null before the first.
    std::shared_ptr<const Run> latest_run() const { return runner_.latest(); }
    int64_t shown_run_id() const { return shown_.id; }
    const Notice& last_notice() const { return last_notice_; }

  private:
    struct Shown {
        std::shared_ptr<const Run> run;
        std::shared_ptr<const RunIndex> index;
        int64_t id = 0;
        std::string name;
        std::string uuid{};  // of a run of this window, saved or not
        TimedRun replayed{};
        std::shared_ptr<const PredictedRun> predicted{};
    };
    struct OpenedTrace {
        std::shared_ptr<const ImportedTrace> trace;
        std::string path;  // it was read from; "" when from the run file
        int64_t id = 0;    // in the open run file; 0: not kept there
    };
    /// A result of the runner, ready to be shown.
    struct Published {
        std::shared_ptr<const Run> run;
        std::shared_ptr<const RunIndex> index;
        uint64_t generation = 0;
        std::string uuid{};
        TimedRun replayed{};
    };
    /// Belongs to the worker's thread.
    struct OpenFile {
        std::unique_ptr<RunStore> store;
    };
    using StoreJob = std::function<Worker::Outcome(RunStore&)>;

    void perform(const StartRun& command);
    void perform(const CancelRun& command);
    void perform(const ShowSimulation& command);
    void perform(const SaveRun& command);
    void perform(const AddEarlierRuns& command);
    void perform(const DropEarlierRuns& command);
    void perform(const OpenRun& command);
    void perform(const RenameRun& command);
    void perform(const DeleteRun& command);
    void perform(const NoteRun& command);
    void perform(const TagRun& command);
    void perform(const ArchiveRun& command);
    void perform(const SetBaseline& command);
    void perform(const ExportRun& command);
    void perform(const OpenExperiment& command);
    void perform(const SaveExperiment& command);
    void perform(const SavePreset& command);
    void perform(const DeletePreset& command);
    void perform(const CompareRuns& command);
    void perform(const OpenRunFile& command);
    void perform(const OpenTrace& command);
    void perform(const CloseTrace& command);
    void perform(const KeepTrace& command);
    void perform(const CalibrateMachine&);
    void perform(const CancelCalibration&) { calibrator_.cancel(); }
    void perform(const CopyText&) {}
    void perform(const TakePicture&) {}
    void perform(const Quit&) {}

    void index_published_run();
    void collect_run();
    void collect_recovery();
    void collect_calibration();
    void predict_shown();
    void ask(Worker::Job job);
    void ask_store(bool make_file, StoreJob job);
    bool refused(const std::string& path);
    void open_file(const std::string& path);
    Worker::Outcome listed_presets(const std::string& done);
    Worker::Outcome listed_machines(const MachineFolders& folders);
    Worker::Outcome listed(RunStore& store, Worker::Outcome then = nullptr);
    Worker::Outcome saved(RunStore& store, const std::shared_ptr<const Run>& run, const std::string& uuid,
                          const std::string& name);
    void derive_guests();
    void show_kept_trace(int64_t id, std::shared_ptr<const ImportedTrace> trace);
    void label(std::function<void(RunStore&)> change);

    const std::string invocation_ = new_uuid();  // of every run that is saved from here
    std::string run_file_;
    std::string run_file_message_;
    bool run_file_unmade_ = false;
    std::string preset_folder_;
    std::shared_ptr<const std::vector<Preset>> presets_;
    std::shared_ptr<const std::vector<MachineEntry>> machines_;
    std::shared_ptr<const std::vector<RunSummary>> saved_;
    std::shared_ptr<const ComparedSet> compared_;
    std::vector<OpenedTrace> traces_;
    std::shared_ptr<const TraceGuests> guests_;  // of the traces as they last were; null: none are open
    std::shared_ptr<const EngineInventory> inventory_;
    std::shared_ptr<OpenFile> open_ = std::make_shared<OpenFile>();
    std::shared_ptr<const MachineModel> machine_;  // the model of this one; null: not calibrated
    /// What predictions were last asked for; of what the shown run is now they are to come.
    std::shared_ptr<const Run> predicted_run_;
    std::shared_ptr<const MachineModel> predicted_on_;
    std::optional<Experiment> load_;
    Notice last_notice_;
    std::vector<Notice> new_notices_;  // since the last inputs()
    Shown shown_;
    std::shared_ptr<const Run> being_saved_;  // null: no save is under way
    uint64_t seen_generation_ = 0;
    bool verify_;
    SharedSnapshot<Published> published_;
    std::shared_ptr<const std::vector<RunSummary>> earlier_;  // as last told
    RunRecovery recovery_;
    Calibrator calibrator_;
    Runner runner_;
    Worker worker_;  // last: its jobs refer to what stands above
};

}  // namespace ringscope
