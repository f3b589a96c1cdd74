#include "engine/experiment/experiment_text.h"

#include <vector>

#include "engine/experiment/scenarios.h"

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

}  // namespace ringscope
