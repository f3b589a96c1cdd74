#include "engine/simulate/advised_settings.h"

#include <algorithm>
#include <numeric>

#include "engine/experiment/experiment_fields.h"

namespace ringscope {

namespace {

constexpr int kFewDevices = 16;
/// Stripes of a rank with the coarsest block that is tried.
constexpr int64_t kFewStripes = 8;

int64_t common_rate(const ProblemSpec& problem) {
    int64_t block = 1;
    for (const HeadGroup& group : problem.head_groups) {
        block = std::lcm(block, group.dilation_rate);
        if (block >= problem.seq_len) return problem.seq_len;
    }
    return block;
}

/// Single tokens, the least block that starves no rank, a coarse one, and what was asked for.
std::vector<StripeBlock> stripe_blocks(const Experiment& experiment, int ranks) {
    std::vector<StripeBlock> blocks;
    const auto add = [&](int64_t tokens) {
        const StripeBlock block{tokens};
        if (std::find(blocks.begin(), blocks.end(), block) == blocks.end()) blocks.push_back(block);
    };
    const int64_t rate = common_rate(experiment.problem);
    const auto written = [&](int64_t tokens) { return rate > 1 && tokens == rate ? 0 : tokens; };
    if (rate > 1) add(0);
    add(1);
    const int64_t coarse = experiment.problem.seq_len / (kFewStripes * ranks) / rate * rate;
    if (coarse > rate) add(coarse);
    if (experiment.ring.layout == Layout::striped)
        add(experiment.ring.stripe_block.automatic() ? written(rate)
                                                     : written(experiment.ring.stripe_block.tokens));
    return blocks;
}

struct TokenLayout {
    Layout layout = Layout::contiguous;
    StripeBlock stripe_block;
};

std::vector<TokenLayout> layouts(const Experiment& experiment, int ranks) {
    std::vector<TokenLayout> all{{Layout::zigzag, {}}, {Layout::contiguous, {}}};
    if (!experiment.problem.causal) std::swap(all[0], all[1]);
    for (const StripeBlock& block : stripe_blocks(experiment, ranks)) all.push_back({Layout::striped, block});
    return all;
}

/// Whether less travels when only kept tokens do: not so where nothing is left out.
bool dilates(const ProblemSpec& problem) {
    return std::any_of(problem.head_groups.begin(), problem.head_groups.end(),
                       [](const HeadGroup& group) { return group.dilation_rate > 1; });
}

/// Both values, the better guess first; one where they come to the same.
std::vector<bool> choices(bool matters, bool else_value) {
    return matters ? std::vector<bool>{true, false} : std::vector<bool>{else_value};
}

}  // namespace

Experiment with_settings(const Experiment& experiment, const AdvisedSettings& settings) {
    Experiment changed = experiment;
    changed.ring = settings.ring;
    return changed;
}

MachineModel placed(const MachineModel& machine, RankPlacement placement) {
    MachineModel changed = machine;
    changed.rank_placement = placement;
    return changed;
}

AdvisedSettings settings_asked(const Experiment& experiment, const MachineModel& machine) {
    return {experiment.ring, machine.rank_placement};
}

std::vector<int> ring_sizes(const MachineModel& machine, int asked, int most_ranks) {
    const int most = std::min({machine.devices(), most_ranks, kMaxRanks});
    std::vector<int> sizes = doubled_sizes(machine, most_ranks);
    if (most <= kFewDevices)
        for (int size = 1; size <= most; ++size) sizes.push_back(size);
    for (int size = machine.devices_per_host; size <= most; size *= 2) sizes.push_back(size);
    if (asked <= most_ranks) sizes.push_back(asked);
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    return sizes;
}

std::vector<int> doubled_sizes(const MachineModel& machine, int most_ranks) {
    const int most = std::min({machine.devices(), most_ranks, kMaxRanks});
    std::vector<int> sizes;
    for (int size = 1; size < most; size *= 2) sizes.push_back(size);
    sizes.push_back(most);
    return sizes;
}

AdvisedSettings without_idle_fields(AdvisedSettings settings, const Experiment& asked,
                                    const MachineModel& machine) {
    RingSpec& ring = settings.ring;
    if (ring.strategy == Strategy::automatic) ring.strategy = Strategy::ring;
    if (ring.ranks == 1) ring.strategy = Strategy::single;
    if (ring.strategy == Strategy::single) {
        ring = asked.ring;
        ring.strategy = Strategy::single;
    }
    if (ring.strategy != Strategy::ring) {
        ring.prune = asked.ring.prune;
        ring.overlap = asked.ring.overlap;
    }
    if (ring.layout != Layout::striped) ring.stripe_block = {};
    if (machine.hosts == 1 || ring.strategy == Strategy::single) settings.placement = machine.rank_placement;
    return settings;
}

std::vector<AdvisedSettings> settings_on(const Experiment& experiment, const MachineModel& machine,
                                         int ranks) {
    AdvisedSettings base = settings_asked(experiment, machine);
    base.ring.ranks = ranks;
    if (ranks == 1) return {without_idle_fields(base, experiment, machine)};
    std::vector<RankPlacement> placements{machine.rank_placement};
    if (machine.hosts > 1 && machine.devices_per_host > 1)
        placements.push_back(machine.rank_placement == RankPlacement::block ? RankPlacement::cyclic
                                                                            : RankPlacement::block);
    std::vector<AdvisedSettings> all;
    for (const Strategy strategy : {Strategy::ring, Strategy::all_gather})
        for (const bool prune : choices(strategy == Strategy::ring, base.ring.prune))
            for (const bool dilate : choices(dilates(experiment.problem), base.ring.dilate_before_send))
                for (const bool overlap : choices(strategy == Strategy::ring, base.ring.overlap))
                    for (const TokenLayout& tokens : layouts(experiment, ranks))
                        for (const RankPlacement placement : placements) {
                            AdvisedSettings settings = base;
                            settings.ring.strategy = strategy;
                            settings.ring.layout = tokens.layout;
                            settings.ring.stripe_block = tokens.stripe_block;
                            settings.ring.overlap = overlap;
                            settings.ring.dilate_before_send = dilate;
                            settings.ring.prune = prune;
                            settings.placement = placement;
                            all.push_back(settings);
                        }
    return all;
}

std::vector<std::pair<std::string, std::string>> assignments_of(const AdvisedSettings& settings) {
    Experiment experiment;
    experiment.ring = settings.ring;
    const RingSpec& ring = settings.ring;
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](const std::string& path) { all.emplace_back(path, field_text(experiment, path)); };
    add("ring.strategy");
    if (ring.strategy == Strategy::single) return all;
    add("ring.ranks");
    add("ring.layout");
    if (ring.layout == Layout::striped) add("ring.stripe_block");
    add("ring.dilate_before_send");
    if (ring.strategy == Strategy::all_gather) return all;
    add("ring.overlap");
    add("ring.prune");
    return all;
}

std::string words_of(const AdvisedSettings& settings) {
    const RingSpec& ring = settings.ring;
    if (ring.strategy == Strategy::single) return "one device";
    std::string words = (ring.strategy == Strategy::all_gather ? "all_gather on " : "ring of ") +
                        std::to_string(ring.ranks) + ", " + name_of(ring.layout);
    if (ring.layout == Layout::striped)
        words +=
            ring.stripe_block.automatic() ? " by auto" : " by " + std::to_string(ring.stripe_block.tokens);
    if (!ring.dilate_before_send) words += ", whole rows sent";
    if (ring.strategy == Strategy::ring && !ring.overlap) words += ", no overlap";
    if (ring.strategy == Strategy::ring && !ring.prune) words += ", not pruned";
    if (settings.placement == RankPlacement::cyclic) words += ", cyclic ranks";
    return words;
}

Experiment with_sequence(Experiment experiment, int64_t tokens) {
    for (HeadGroup& group : experiment.problem.head_groups)
        if (group.segment_length >= experiment.problem.seq_len)
            group.segment_length = std::max(group.segment_length, tokens);
    experiment.problem.seq_len = tokens;
    return experiment;
}

}  // namespace ringscope
