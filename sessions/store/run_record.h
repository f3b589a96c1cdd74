// Plain rows of the run file as other layers see them. No SQLite here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/analysis/figures.h"
#include "engine/experiment/experiment_text.h"
#include "engine/run/run.h"

namespace ringscope {

/// One line of the list of runs; everything needed to list, sort and filter without opening the run.
struct RunSummary {
    int64_t id = 0;
    /// A kept trace of another program: it has a name, note, tags and settings, but none of the figures
    /// below.
    bool is_trace = false;
    std::string uuid;
    /// The same for all runs that one start of the program made: certainly of one build. "" when not known.
    std::string invocation;
    std::string name;
    std::string note;
    std::vector<std::string> tags;
    bool baseline = false;
    bool archived = false;
    std::string experiment_hash;  // equal for runs of the same experiment
    /// field_lines() of the experiment (field_lines.h); one text for all runs of a list that share it.
    std::shared_ptr<const std::string> fields;
    int64_t started_utc_ms = 0;
    RunState state = RunState::done;
    Origin origin = Origin::measured;
    std::string version;     // of the program that made it
    std::string revision;    // the commit it was built from; "" when not known
    std::string input_name;  // file of Q, K and V; "" when they were generated
    std::string machine;     // the model that a simulated run was laid out on; "" of others
    std::string varied;      // varied_text() of a simulated run's options
    std::string host;
    std::string cpu;
    std::string device;
    std::string kernel;
    std::string transport;
    int cores = 0;
    int threads = 0;
    std::string settings;  // one line: "n 8192, 12 heads, w 2048/4096/8192, r 1/2/4, causal, 4 ranks, ring"
    std::string dtype;
    int64_t seq_len = 0;
    int ranks = 0;
    bool verified = false;  // was checked against the reference
    bool verify_passed = false;
    std::string strategy;
    std::string layout;
    /// None of a run that is not done; of one that an earlier version saved, as far as that one kept them.
    FigureValues figures;
    int64_t spans = 0;
    int64_t output_bytes = 0;  // of the kept output; 0: none was kept
    int same_experiment = 1;   // runs of the file with this experiment, this one included
    std::string error;         // one line, "" when done
};

/// Was checked against the reference, and differs from it.
inline bool known_wrong(const RunSummary& run) { return run.verified && !run.verify_passed; }

/// "done", "failed", "cancelled"; "trace" of a kept trace.
const char* state_text(const RunSummary& run);

/// Equal for equal experiments: RunSummary::experiment_hash. Fields at their default have no part in it, so a
/// new field changes no hash; a default that changes needs a schema step that hashes saved runs again
/// (schema/005_hash_without_defaults.sql).
std::string experiment_hash(const Experiment& experiment);

/// What a simulation varied beside its seed: "rate x2, rank 3 x1.5, rank 1 0.5 s late in step 2"; "" when nothing.
std::string varied_text(const SimulationOptions& options);

/// The tags with spaces between them.
std::string tags_text(const RunSummary& run);

/// "a run (baseline) (archived)"
std::string name_with_state(const RunSummary& run);
/// The same with its tags: "a run (baseline) #tag"
std::string marked_name(const RunSummary& run);

/// Version 4: 122 random bits.
std::string new_uuid();

/// RunSummary of a run that is not saved: id 0, no uuid, tags or note.
RunSummary summarize(const Run& run, const std::string& name);

}  // namespace ringscope
