#include "sessions/store/run_record.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/experiment/scenarios.h"
#include "sessions/experiment_file.h"
#include "sessions/store/run_figures.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

std::string ranks_text(const RingSpec& ring) {
    if (ring.strategy == Strategy::single) return "1 rank";
    return std::to_string(ring.ranks) + (ring.ranks == 1 ? " rank" : " ranks");
}

/// "2048/4096/8192", or one number when all groups have the same.
template <typename Value>
std::string joined_groups(const std::vector<HeadGroup>& groups, Value value) {
    std::string text;
    bool same = true;
    for (size_t g = 0; g < groups.size(); ++g) {
        text += (g ? "/" : "") + std::to_string(value(groups[g]));
        same = same && value(groups[g]) == value(groups[0]);
    }
    return same && !groups.empty() ? std::to_string(value(groups[0])) : text;
}

}  // namespace

std::string settings_line(const Experiment& experiment) {
    const ProblemSpec& p = experiment.problem;
    const RingSpec& r = experiment.ring;
    std::string line = "n " + std::to_string(p.seq_len) + ", " + std::to_string(p.heads) + " heads";
    if (p.kv_heads && *p.kv_heads != p.heads) line += ", " + std::to_string(*p.kv_heads) + " KV heads";
    if (p.batch != 1) line += ", batch " + std::to_string(p.batch);
    line += ", w " + joined_groups(p.head_groups, [](const HeadGroup& g) { return g.segment_length; });
    line += ", r " + joined_groups(p.head_groups, [](const HeadGroup& g) { return g.dilation_rate; });
    if (p.causal) line += ", causal";
    if (p.queries == Queries::all) line += ", all queries";
    if (p.mixing == Mixing::longnet) line += ", longnet mixing";
    if (p.dtype != DType::f32) line += std::string(", ") + name_of(p.dtype);
    line += ", " + ranks_text(r) + ", " + name_of(r.strategy);
    if (r.strategy == Strategy::single) return line;
    if (r.layout != Layout::contiguous) line += std::string(", ") + name_of(r.layout);
    if (!r.dilate_before_send) line += ", whole chunks";
    if (r.strategy == Strategy::all_gather) return line;
    if (!r.overlap) line += ", no overlap";
    if (!r.prune) line += ", no prune";
    return line;
}

std::string automatic_name(const Experiment& experiment) {
    std::string name;
    for (const Scenario& scenario : scenarios())
        if (scenario.experiment == experiment) name = scenario.name;
    if (name.empty()) {
        switch (experiment.ring.strategy) {
            case Strategy::automatic:
                name = "Auto";
                break;
            case Strategy::single:
                name = "Single";
                break;
            case Strategy::all_gather:
                name = "All-gather";
                break;
            case Strategy::ring:
                name = "Ring";
                break;
        }
    }
    return name + " " + ranks_text(experiment.ring) + ", n " + std::to_string(experiment.problem.seq_len);
}

const char* state_text(const RunSummary& run) { return run.is_trace ? "trace" : name_of(run.state); }

/// FNV-1a.
std::string text_hash(const std::string& text) {
    uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (int shift = 60; shift >= 0; shift -= 4) hex += digits[hash >> shift & 15];
    return hex;
}

std::string experiment_hash(const Experiment& experiment) {
    return text_hash(canonical_experiment(experiment));
}

std::string one_line(const std::string& given) {
    const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::all_of(given.begin(), given.end(), plain)) return given;
    const std::string text = valid_utf8(given);
    std::string line;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        const bool in_two_bytes = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        line += byte < 0x20 || byte == 0x7F || in_two_bytes ? ' ' : text[i];
        i += in_two_bytes;
    }
    return line;
}

std::string tags_text(const RunSummary& run) {
    std::string text;
    for (const std::string& tag : run.tags) text += (text.empty() ? "" : " ") + tag;
    return text;
}

std::string name_with_state(const RunSummary& run) {
    return run.name + (run.baseline ? " (baseline)" : "") + (run.archived ? " (archived)" : "");
}

std::string marked_name(const RunSummary& run) {
    std::string name = name_with_state(run);
    for (const std::string& tag : run.tags) name += " #" + tag;
    return name;
}

RunSummary summarize(const Run& run, const std::string& name) {
    RunSummary s;
    s.name = name;
    s.experiment_hash = experiment_hash(run.experiment);
    s.fields = std::make_shared<const std::string>(field_lines(run.experiment));
    s.started_utc_ms = run.started_utc_ms;
    s.state = run.state;
    s.error = run.error;
    s.version = run.version;
    s.revision = run.revision;
    s.input_name = run.input_name;
    s.host = run.machine.host;
    s.device = run.device;
    s.kernel = run.kernel;
    s.settings = settings_line(run.experiment);
    s.dtype = name_of(run.experiment.problem.dtype);
    s.seq_len = run.experiment.problem.seq_len;
    s.ranks = run.schedule ? run.schedule->ranks : run.experiment.ring.ranks;
    s.strategy = name_of(run.schedule ? run.schedule->strategy : run.experiment.ring.strategy);
    s.layout = name_of(run.experiment.ring.layout);
    s.verified = run.verification.has_value();
    if (run.verification) {
        s.verify_passed = run.verification->passed;
        s.max_abs_error = run.verification->max_abs_error;
    }
    s.seconds = run.metrics.seconds;
    s.gflops_per_second = run.metrics.gflops_per_second;
    s.overlap_efficiency = run.metrics.overlap_efficiency;
    s.compute_imbalance = run.metrics.compute_imbalance;
    s.bytes_on_wire = run.metrics.bytes_on_wire;
    for (const RankMetrics& rank : run.metrics.ranks) s.peak_bytes = std::max(s.peak_bytes, rank.peak_bytes);
    s.spans = static_cast<int64_t>(run.trace.spans.size());
    return s;
}

}  // namespace ringscope
