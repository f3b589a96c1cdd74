#include "app/window/controller.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <system_error>
#include <thread>
#include <variant>

#include "app/process/free_memory.h"
#include "app/window/replayed_run.h"
#include "sessions/experiment_file.h"
#include "sessions/file_identity.h"
#include "sessions/file_kind.h"
#include "sessions/report/run_export.h"
#include "sessions/store/spool.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

namespace {

using Level = Notice::Level;

bool exists(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

int64_t utc_ms_now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

Controller::Controller(ControllerOptions options, std::function<void()> wake)
    : run_file_(std::move(options.run_file)),
      preset_folder_(std::move(options.preset_folder)),
      verify_(options.verify),
      recovery_(options.unsaved_folder, wake),
      calibrator_(options.machine_folder, wake),
      runner_([this, wake] {
          index_published_run();
          wake();
      }),
      worker_(wake) {
    ask([this]() -> Worker::Outcome {
        auto inventory = std::make_shared<const EngineInventory>(engine_inventory());
        return [this, inventory] { inventory_ = inventory; };
    });
    ask([this, folder = options.machine_folder]() -> Worker::Outcome {
        return [this, machine = calibrated_machine(folder)] { machine_ = machine; };
    });
    for (const std::string& path : options.traces) perform(OpenTrace{path});
    ask([this] { return listed_presets(""); });
    ask([this, folders = options.machines] { return listed_machines(folders); });
    if (run_file_.empty()) return;
    if (exists(run_file_) || options.open_run)
        open_file(run_file_);
    else
        run_file_unmade_ = true,
        run_file_message_ = "No runs are saved yet; the first save creates this file.";
    if (options.open_run) perform(OpenRun{*options.open_run});
    if (!options.compare.empty()) perform(CompareRuns{options.compare});
}

Controller::~Controller() {
    runner_.cancel();
    calibrator_.cancel();
}

Inputs Controller::inputs(double seconds) {
    worker_.collect();
    collect_run();
    collect_recovery();
    collect_calibration();
    predict_shown();
    Inputs inputs;
    inputs.run = shown_.run;
    inputs.run_index = shown_.index;
    inputs.predicted = shown_.predicted;
    inputs.replayed = shown_.replayed;
    inputs.machine = machine_;
    if (calibrator_.busy()) inputs.calibrated = calibrator_.share();
    inputs.run_id = shown_.id;
    inputs.run_name = shown_.name;
    const RunnerStatus status = runner_.status();
    inputs.busy = status.busy || status.published > seen_generation_;
    inputs.work_done = status.work_done;
    inputs.work_total = status.work_total;
    inputs.phase = status.phase;
    inputs.running_seconds = status.running_seconds;
    inputs.inventory = inventory_;
    inputs.presets = presets_;
    inputs.machines = machines_;
    inputs.saved = saved_;
    inputs.compared = compared_;
    for (const OpenedTrace& opened : traces_) {
        inputs.traces.push_back(opened.trace);
        inputs.trace_ids.push_back(opened.id == 0 && opened.path.empty() ? kNotHere : opened.id);
    }
    const bool current = guests_ && guests_->traces == inputs.traces;
    if (current) inputs.guests = guests_;
    inputs.traces_alone = !compared_ && !traces_.empty() &&
                          std::all_of(traces_.begin(), traces_.end(),
                                      [](const OpenedTrace& opened) { return opened.path.empty(); });
    inputs.run_file = run_file_;
    inputs.run_file_message = run_file_message_;
    inputs.run_file_unmade = run_file_unmade_;
    inputs.earlier = earlier_;
    inputs.load.swap(load_);
    inputs.notices.swap(new_notices_);
    inputs.seconds = seconds;
    inputs.utc_ms = utc_ms_now();
    return inputs;
}

void Controller::carry_out(const Commands& commands) {
    for (const Command& command : commands) std::visit([this](const auto& what) { perform(what); }, command);
}

void Controller::start(const Experiment& experiment) { perform(StartRun{experiment, verify_}); }

void Controller::open_any_file(const std::string& path) {
    ask([this, path]() -> Worker::Outcome {
        const FileKind kind = file_kind(path);
        return [this, path, kind] {
            if (kind == FileKind::run_file) return perform(OpenRunFile{path});
            if (kind == FileKind::trace) return perform(OpenTrace{path});
            perform(OpenExperiment{path});
        };
    });
}

void Controller::notify(Level level, const std::string& text) {
    last_notice_ = {level, text};
    new_notices_.push_back(last_notice_);
}

void Controller::require_unused(const std::string& path) const {
    const auto refuse = [&](const char* what) {
        throw Error(ErrorKind::bad_input,
                    "cannot write " + path + ": it is " + what + " that is open here; name another file");
    };
    if (same_file(path, run_file_)) refuse("the run file");
    for (const OpenedTrace& opened : traces_)
        if (same_file(path, opened.path)) refuse("a trace");
}

/// Says so when nothing may be written there.
bool Controller::refused(const std::string& path) {
    try {
        require_unused(path);
        return false;
    } catch (const Error& error) {
        notify(Level::error, error.what());
        return true;
    }
}

bool Controller::busy() const {
    const RunnerStatus status = runner_.status();
    return status.busy || status.published > seen_generation_ || worker_.under_way() > 0 ||
           recovery_.busy() || calibrator_.busy();
}

void Controller::finish(const std::stop_token& stop) {
    constexpr auto kPeriod = std::chrono::milliseconds(20);
    const std::stop_callback cancel(stop, [this] { runner_.cancel(); });
    const auto unfinished = [this] {
        const RunnerStatus status = runner_.status();
        const std::shared_ptr<const Published> published = published_.load();
        return status.busy || status.published > (published ? published->generation : 0);
    };
    while (unfinished()) std::this_thread::sleep_for(kPeriod);
    recovery_.finish();
}

/// On the runner's thread, which alone publishes: latest() is what was just published.
void Controller::index_published_run() {
    auto published = std::make_shared<Published>();
    published->run = runner_.latest();
    published->generation = runner_.status().published;
    published->index = std::make_shared<const RunIndex>(*published->run);
    published->replayed = replayed_run(*published->run);
    published->uuid = new_uuid();
    if (published->run->state == RunState::done)
        recovery_.keep(published->uuid, published->run, automatic_name(published->run->experiment));
    published_.store(std::move(published));
    return_free_memory();
}

/// A result replaces the shown run. A cancelled one does so only when there is nothing better to show.
void Controller::collect_run() {
    const std::shared_ptr<const Published> published = published_.load();
    if (!published || published->generation <= seen_generation_) return;
    seen_generation_ = published->generation;
    const std::shared_ptr<const Run>& run = published->run;
    if (run->state == RunState::cancelled) notify(Level::info, "Run cancelled");
    if (run->state == RunState::failed) notify(Level::error, run->error);
    if (run->state == RunState::cancelled && shown_.run) return;
    shown_ = {
        run, published->index, 0, automatic_name(run->experiment), published->uuid, published->replayed};
    if (run->state != RunState::done) return;
    if (run->verification && !run->verification->passed)
        notify(Level::error, "The answer differs from the reference: see the error figures");
}

/// What ended windows left is told once.
void Controller::collect_recovery() {
    if (const std::string problem = recovery_.take_problem(); !problem.empty())
        notify(Level::warning, "Runs that are not saved go with this window: " + problem);
    const auto earlier = recovery_.earlier();
    if (earlier == earlier_) return;
    const bool first = !earlier_;
    earlier_ = earlier;
    const size_t count = earlier_->size();
    if (first && count > 0)
        notify(Level::warning, (count == 1 ? "1 run of an earlier window was"
                                           : std::to_string(count) + " runs of earlier windows were") +
                                   " not saved: File > Add unsaved runs puts them into the run file");
}

void Controller::ask(Worker::Job job) {
    worker_.ask([this, job = std::move(job)]() -> Worker::Outcome {
        try {
            return job();
        } catch (const std::exception& error) {
            return [this, why = std::string(error.what())] { notify(Level::error, why); };
        }
    });
}

/// The file is opened by the first job that needs it, and only a save makes one.
void Controller::ask_store(bool make_file, StoreJob job) {
    ask([open = open_, path = run_file_, make_file, job = std::move(job)]() -> Worker::Outcome {
        if (path.empty()) throw Error(ErrorKind::io, "no run file is open: open one first");
        if (!open->store) open->store = make_file ? RunStore::open_or_create(path) : RunStore::open(path);
        return job(*open->store);
    });
}

/// Runs on the worker's thread: reads the list there, and shows it here, before `then`.
Worker::Outcome Controller::listed(RunStore& store, Worker::Outcome then) {
    auto list = std::make_shared<const std::vector<RunSummary>>(store.list());
    return [this, list, path = store.path(), message = store.message(), then = std::move(then)] {
        if (path == run_file_) {
            saved_ = list;
            run_file_message_ = message;
            run_file_unmade_ = false;
        }
        if (then) then();
    };
}

void Controller::open_file(const std::string& path) {
    run_file_ = path;
    run_file_message_.clear();
    run_file_unmade_ = false;
    saved_.reset();
    compared_.reset();
    shown_.id = 0;  // its number belonged to the file before
    for (OpenedTrace& opened : traces_) opened.id = 0;
    open_ = std::make_shared<OpenFile>();
    worker_.ask([this, open = open_, path]() -> Worker::Outcome {
        try {
            open->store = RunStore::open(path);
            return listed(*open->store);
        } catch (const std::exception& error) {
            return [this, path, why = std::string(error.what())] {
                if (path == run_file_) run_file_message_ = why;
                notify(Level::error, why);
            };
        }
    });
}

void Controller::collect_calibration() {
    const std::shared_ptr<const Calibrated> done = calibrator_.take();
    if (!done) return;
    if (done->machine) machine_ = done->machine;
    notify(done->machine || done->cancelled ? Level::info : Level::error,
           done->cancelled ? "Calibration cancelled" : done->text);
}

/// Of the shown run, on each of its clocks, whenever it or the model of this machine is another.
void Controller::predict_shown() {
    if (predicted_run_ == shown_.run && predicted_on_ == machine_) return;
    predicted_run_ = shown_.run;
    predicted_on_ = machine_;
    shown_.predicted = shown_.replayed.predicted = nullptr;
    if (!shown_.run || !machine_) return;
    ask([this, machine = machine_, run = shown_.run, replayed = shown_.replayed.run]() -> Worker::Outcome {
        const auto measured_clock = predicted_run(run, machine),
                   own_devices = predicted_run(replayed, machine);
        return [this, machine, run, measured_clock, own_devices] {
            if (shown_.run != run || machine_ != machine) return;
            shown_.predicted = measured_clock;
            shown_.replayed.predicted = own_devices;
        };
    });
}

/// Nothing else may take the cores meanwhile: the window offers neither while the other is under way.
void Controller::perform(const CalibrateMachine&) {
    if (calibrator_.busy()) return;
    if (runner_.status().busy) return notify(Level::warning, "Calibrate when the run has ended");
    try {
        calibrator_.start();
    } catch (const std::system_error& error) {
        notify(Level::error, std::string("no thread could be started to calibrate: ") + error.what());
    }
}

void Controller::perform(const StartRun& command) {
    if (calibrator_.busy()) return notify(Level::warning, "Run when the calibration has ended");
    RunOptions options;
    options.verify = command.verify;
    runner_.submit(command.experiment, options);
}

/// Instead of a run: what is under way is cancelled.
void Controller::perform(const ShowSimulation& command) {
    RunOptions options;
    options.keep_output = false;
    options.simulation = command.simulation;
    runner_.submit(command.experiment, options);
}

void Controller::perform(const CancelRun&) { runner_.cancel(); }

/// Runs on the worker's thread.
Worker::Outcome Controller::saved(RunStore& store, const std::shared_ptr<const Run>& run,
                                  const std::string& uuid, const std::string& name) {
    const int64_t id = store.save_as(uuid, *run, name, RunStore::Output::leave, invocation_);
    recovery_.forget(uuid);
    return listed(store, [this, run, name, id, path = store.path()] {
        if (shown_.run == run) shown_.id = id, shown_.name = name;
        notify(Level::info, "Saved as run " + std::to_string(id) + " in " + path);
    });
}

void Controller::perform(const SaveRun& command) {
    if (!shown_.run) return notify(Level::warning, "There is no run to save yet");
    if (shown_.id > 0) return notify(Level::info, "Already saved as run " + std::to_string(shown_.id));
    if (shown_.run == being_saved_) return notify(Level::info, "The run is being saved");
    being_saved_ = shown_.run;
    const std::string name = command.name.empty() ? shown_.name : command.name;
    const std::string uuid = shown_.uuid.empty() ? new_uuid() : shown_.uuid;
    ask([this, open = open_, path = run_file_, run = shown_.run, uuid, name]() -> Worker::Outcome {
        std::string why;
        try {
            if (path.empty()) throw Error(ErrorKind::io, "no run file is open: open one first");
            if (!open->store) open->store = RunStore::open_or_create(path);
            return saved(*open->store, run, uuid, name);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::io || path.empty()) throw;
            why = error.what();
        }
        open->store.reset();  // its next opening takes the run in
        const std::string spool = spool_run(path, uuid, *run, name, RunStore::Output::leave, invocation_);
        recovery_.forget(uuid);
        throw Error(ErrorKind::io,
                    why + "; the run is kept in " + spool + " and joins the file when that is next opened");
    });
    // Jobs end in order: this one after the save, whether it succeeded or failed.
    ask([this, run = shown_.run]() -> Worker::Outcome {
        return [this, run] {
            if (being_saved_ == run) being_saved_.reset();
        };
    });
}

void Controller::perform(const AddEarlierRuns&) {
    if (!earlier_ || earlier_->empty()) return notify(Level::info, "No earlier window left runs unsaved");
    ask_store(true, [this](RunStore& store) -> Worker::Outcome {
        const size_t moved = recovery_.move_earlier_to(store);
        return listed(store, [this, moved, path = store.path()] {
            notify(Level::info,
                   "Added " + std::to_string(moved) + (moved == 1 ? " run to " : " runs to ") + path);
        });
    });
}

void Controller::perform(const DropEarlierRuns&) {
    ask([this]() -> Worker::Outcome {
        recovery_.drop_earlier();
        return [this] { notify(Level::info, "Unsaved runs of earlier windows were discarded"); };
    });
}

void Controller::perform(const OpenRun& command) {
    ask_store(false, [this, id = command.id](RunStore& store) -> Worker::Outcome {
        if (store.summary(id).is_trace)
            return [this, id, trace = store.load_trace(id)] {
                show_kept_trace(id, trace);
                derive_guests();
            };
        const std::shared_ptr<const Run> run = store.load(id);
        const auto index = std::make_shared<const RunIndex>(*run);
        return [this, id, run, index, replayed = replayed_run(*run), name = store.summary(id).name] {
            shown_ = {run, index, id, name, "", replayed};
            load_ = run->experiment;
            notify(Level::info, "Opened run " + std::to_string(id) + ": " + name);
        };
    });
}

void Controller::perform(const RenameRun& command) {
    ask_store(false, [this, command](RunStore& store) -> Worker::Outcome {
        store.rename(command.id, command.name);
        return listed(store, [this, command] {
            if (shown_.id == command.id) shown_.name = command.name;
        });
    });
}

void Controller::perform(const DeleteRun& command) {
    ask_store(false, [this, id = command.id](RunStore& store) -> Worker::Outcome {
        store.remove(id);
        return listed(store, [this, id] {
            if (shown_.id == id) shown_.id = 0;
            for (OpenedTrace& opened : traces_)
                if (opened.id == id) opened.id = 0;
            notify(Level::info, "Deleted run " + std::to_string(id));
        });
    });
}

/// A change to what stands beside a run; the list is read again.
void Controller::label(std::function<void(RunStore&)> change) {
    ask_store(false, [this, change = std::move(change)](RunStore& store) -> Worker::Outcome {
        change(store);
        return listed(store);
    });
}

void Controller::perform(const NoteRun& command) {
    label([command](RunStore& store) { store.set_note(command.id, command.note); });
}

void Controller::perform(const TagRun& command) {
    label([command](RunStore& store) { store.set_tags(command.id, command.tags); });
}

void Controller::perform(const ArchiveRun& command) {
    label([command](RunStore& store) { store.set_archived(command.id, command.archived); });
}

void Controller::perform(const SetBaseline& command) {
    label([id = command.id](RunStore& store) {
        store.set_baseline(id == 0 ? std::nullopt : std::optional(id));
    });
}

void Controller::perform(const ExportRun& command) {
    if (refused(command.path)) return;
    const auto written = [this, path = command.path] { notify(Level::info, "Wrote " + path); };
    const bool is_shown = shown_.run && (command.id == 0 || command.id == shown_.id);
    if (is_shown && command.format != kRunFileFormat)
        return ask([command, written, shown = shown_]() -> Worker::Outcome {
            export_run(*shown.run, shown.id, shown.name, command.format, command.path);
            return written;
        });
    if (command.id == 0) return notify(Level::warning, "There is no run to export yet");
    ask_store(false, [command, written](RunStore& store) -> Worker::Outcome {
        export_saved(store, command.id, command.format, command.path);
        return written;
    });
}

void Controller::perform(const OpenExperiment& command) {
    ask([this, path = command.path]() -> Worker::Outcome {
        const Experiment experiment = load_experiment(path);
        return [this, path, experiment] {
            load_ = experiment;
            notify(Level::info, "Opened " + path);
        };
    });
}

void Controller::perform(const SaveExperiment& command) {
    if (refused(command.path)) return;
    ask([this, command]() -> Worker::Outcome {
        save_experiment(command.experiment, command.path);
        return [this, path = command.path] { notify(Level::info, "Wrote " + path); };
    });
}

void Controller::perform(const CompareRuns& command) {
    ask_store(false, [this, ids = command.ids](RunStore& store) -> Worker::Outcome {
        std::vector<int64_t> runs;
        std::vector<std::pair<int64_t, std::shared_ptr<const ImportedTrace>>> traces;
        for (const int64_t id : ids) {
            if (store.summary(id).is_trace)
                traces.emplace_back(id, store.load_trace(id));
            else
                runs.push_back(id);
        }
        std::shared_ptr<const ComparedSet> set;
        if (!runs.empty()) set = std::make_shared<const ComparedSet>(load_compared_set(store, runs));
        return [this, set, traces, path = store.path()] {
            if (path != run_file_) return;
            compared_ = set;
            if (!set)  // these traces and no others
                std::erase_if(traces_, [](const OpenedTrace& opened) { return opened.path.empty(); });
            for (const auto& trace : traces) show_kept_trace(trace.first, trace.second);
            derive_guests();
        };
    });
}

void Controller::perform(const OpenRunFile& command) { open_file(command.path); }

void Controller::perform(const OpenTrace& command) {
    ask([this, path = command.path]() -> Worker::Outcome {
        auto trace = std::make_shared<const ImportedTrace>(import_chrome_trace(path));
        return [this, path, trace] {
            traces_.push_back({trace, path, 0});
            derive_guests();
            notify(Level::info, "Opened " + path + ": " + std::to_string(trace->slices()) + " slices");
        };
    });
}

/// Whenever traces come or go. What is derived of earlier ones is not shown meanwhile.
void Controller::derive_guests() {
    guests_ = nullptr;
    if (traces_.empty()) return;
    ImportedTraces traces;
    std::vector<int64_t> ids;
    for (const OpenedTrace& opened : traces_) {
        traces.push_back(opened.trace);
        ids.push_back(opened.id);
    }
    ask([this, traces, ids]() -> Worker::Outcome {
        auto guests = std::make_shared<const TraceGuests>(make_trace_guests(traces, ids));
        return [this, guests] { guests_ = guests; };
    });
}

/// Beside the runs; one that is shown already stays where it is.
void Controller::show_kept_trace(int64_t id, std::shared_ptr<const ImportedTrace> trace) {
    for (const OpenedTrace& opened : traces_)
        if (opened.id == id) return;
    notify(Level::info, "Opened run " + std::to_string(id) + ": " + trace->name + ", a kept trace");
    traces_.push_back({std::move(trace), "", id});
}

void Controller::perform(const KeepTrace& command) {
    if (command.index >= traces_.size() || traces_[command.index].path.empty()) return;
    const OpenedTrace& asked = traces_[command.index];
    ask_store(true, [this, path = asked.path, trace = asked.trace](RunStore& store) -> Worker::Outcome {
        const RunStore::KeptTrace kept = store.keep_trace(path, "");
        return listed(store, [this, kept, trace, path = store.path()] {
            for (OpenedTrace& opened : traces_)
                if (opened.trace == trace && path == run_file_) opened.id = kept.id;
            notify(Level::info, (kept.is_new ? "Kept as run " : "Already kept as run ") +
                                    std::to_string(kept.id) + " in " + path);
        });
    });
}

void Controller::perform(const CloseTrace& command) {
    if (command.index < traces_.size())
        traces_.erase(traces_.begin() + static_cast<std::ptrdiff_t>(command.index));
    derive_guests();
}

}  // namespace ringscope
