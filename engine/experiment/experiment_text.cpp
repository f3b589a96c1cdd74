#include "engine/experiment/experiment_text.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"

namespace ringscope {

namespace {

std::string ranks_text(const RingSpec& ring) {
    if (ring.strategy == Strategy::single) return "1 rank";
    return std::to_string(ring.ranks) + (ring.ranks == 1 ? " rank" : " ranks");
}

/// ", w 2048/4096/8192, r 1/2/4": of each number of the head groups; one where all groups have the same.
std::string groups_text(const std::vector<HeadGroup>& groups) {
    std::vector<std::pair<const char*, std::vector<int64_t>>> numbers;
    for (const HeadGroup& group : groups) {
        size_t at = 0;
        visit_group_fields(group, [&](const GroupField& field, const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, int64_t>) {
                if (at == numbers.size()) numbers.push_back({field.letter, {}});
                numbers[at++].second.push_back(value);
            }
        });
    }
    std::string text;
    for (const auto& [letter, values] : numbers) {
        const bool same = std::count(values.begin(), values.end(), values[0]) == std::ssize(values);
        text += std::string(", ") + letter + " " + std::to_string(values[0]);
        for (size_t g = 1; !same && g < values.size(); ++g) text += "/" + std::to_string(values[g]);
    }
    return text;
}

}  // namespace

std::string settings_line(const Experiment& experiment) {
    const ProblemSpec& p = experiment.problem;
    const RingSpec& r = experiment.ring;
    std::string line = "n " + std::to_string(p.seq_len) + ", " + std::to_string(p.heads) + " heads";
    if (p.kv_heads && *p.kv_heads != p.heads) line += ", " + std::to_string(*p.kv_heads) + " KV heads";
    if (p.batch != 1) line += ", batch " + std::to_string(p.batch);
    line += groups_text(p.head_groups);
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
