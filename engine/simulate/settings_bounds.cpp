#include "engine/simulate/settings_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/plan/resolved_ring.h"

namespace ringscope {

namespace {

/// What a transfer takes at best.
struct Hop {
    double seconds = 0;  // before the first byte
    double bytes_per_second = std::numeric_limits<double>::infinity();
};

const LinkModel& link_named(const MachineModel& machine, const std::string& name) {
    const auto at = std::find_if(machine.links.begin(), machine.links.end(),
                                 [&](const LinkModel& link) { return link.name == name; });
    RINGSCOPE_CHECK(at != machine.links.end());
    return *at;
}

Hop hop_on(const MachineModel& machine, const std::string& name) {
    const LinkModel* link = &link_named(machine, name);
    Hop hop{machine.message_seconds + link->latency_seconds, link->bytes_per_second};
    while (!link->shares.empty()) {
        link = &link_named(machine, link->shares);
        hop.bytes_per_second = std::min(hop.bytes_per_second, link->bytes_per_second);
    }
    return hop;
}

const std::string& link_between(const MachineModel& machine, int device, int other) {
    if (device == other) return machine.same_device;
    const bool one_host = device / machine.devices_per_host == other / machine.devices_per_host;
    return one_host ? machine.same_host : machine.between_hosts;
}

/// The best and the worst hop from a rank to its successor.
struct RingHops {
    Hop best;
    Hop worst;
};

RingHops ring_hops(const MachineModel& machine, int ranks) {
    std::vector<std::string> names;
    for (int rank = 0; rank < ranks; ++rank) {
        const std::string& name = link_between(machine, device_of(machine, rank, ranks),
                                               device_of(machine, (rank + 1) % ranks, ranks));
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    RingHops hops{{std::numeric_limits<double>::infinity(), 0}, {}};
    for (const std::string& name : names) {
        const Hop hop = hop_on(machine, name);
        hops.best = {std::min(hops.best.seconds, hop.seconds),
                     std::max(hops.best.bytes_per_second, hop.bytes_per_second)};
        if (hop.bytes_per_second < hops.worst.bytes_per_second) hops.worst = hop;
    }
    return hops;
}

/// Of all links between ranks of one device, one host or several.
Hop best_hop(const MachineModel& machine) {
    Hop best{std::numeric_limits<double>::infinity(), 0};
    for (const std::string* name : {&machine.same_device, &machine.same_host, &machine.between_hosts}) {
        if (name->empty()) continue;
        const Hop hop = hop_on(machine, *name);
        best = {std::min(best.seconds, hop.seconds), std::max(best.bytes_per_second, hop.bytes_per_second)};
    }
    return best;
}

int workers_of(const MachineModel& machine, const BackendSpec& backend) {
    const int workers = machine.device.workers;
    const bool limited = machine.device.kind == DeviceKind::cpu && backend.threads > 0;
    return limited ? std::min(workers, backend.threads) : workers;
}

/// What a device does at best, whatever the blocks.
struct BestRate {
    double pairs_per_second = 0;  // of one worker
    double row_seconds = 0;       // of a row of queries in a block, beside its pairs
};

BestRate best_rate(const MachineModel& machine, const Problem& problem) {
    const double pairs = peak_of(machine, problem.dtype) / (4.0 * problem.head_dim);
    BestRate best{0, std::numeric_limits<double>::infinity()};
    for (const bool cut : {false, true}) {
        if (cut && !problem.causal) continue;
        const AttentionCurve curve = curve_of(machine, problem.dtype, problem.head_dim, cut);
        best.pairs_per_second = std::max(best.pairs_per_second, pairs * curve.share);
        best.row_seconds = std::min(best.row_seconds, curve.half_keys / (pairs * curve.share));
    }
    return best;
}

/// Who owns the kept tokens of a segment, where stripes go round all ranks again and again.
struct Owners {
    int64_t count = 1;  // ranks with kept tokens; 1: nothing is known
    double round = 0;   // tokens after which the owners repeat
};

/// Known from two rounds on, so that a causal query of the second sees keys of every owner.
Owners owners_of(int64_t length, int64_t rate, const Placement& placement) {
    const int64_t block = placement.stripe_block();
    const int64_t ranks = placement.ranks();
    const bool whole = block % rate == 0;
    if (placement.layout() != Layout::striped || !(whole || block == 1)) return {};
    const int64_t round = whole ? ranks * block : std::lcm(ranks, rate);
    if (length < 2 * round) return {};
    return {whole ? ranks : ranks / std::gcd(ranks, rate), static_cast<double>(round)};
}

Owners owners_of(const Stream& stream, const Placement& placement) {
    return owners_of(stream.segment_length, stream.dilated ? stream.dilation_rate : 1, placement);
}

/// Rows of a stream that a rank which has all keys has from others.
double rows_of_others(const Stream& stream, const Placement& placement) {
    const auto rate = static_cast<double>(stream.dilated ? stream.dilation_rate : 1);
    const auto length = static_cast<double>(stream.segment_length);
    const double kept =
        std::floor(static_cast<double>(placement.seq_len()) / length) * std::floor(length / rate);
    // Of two owners one may have three of five stripes.
    if (placement.layout() == Layout::striped) return owners_of(stream, placement).count > 1 ? kept / 3 : 0;
    // Two intervals at most, and in each a row more per segment than the rate leaves.
    const auto tokens = static_cast<double>(placement.tokens_of(0));
    return std::max(0.0, kept - (tokens / rate + tokens / length + 4));
}

/// Seconds of one worker for all attention together.
double attention_seconds(const ResolvedRing& ring, const MachineModel& machine) {
    const Problem& problem = ring.problem;
    const BestRate rate = best_rate(machine, problem);
    double seconds = problem.flops() / (4.0 * problem.head_dim) / rate.pairs_per_second;
    // Stripes cut a row's keys into a block for every owner, and each owner's block is a launch of its own.
    for (const Pattern& pattern : problem.patterns) {
        const Owners owners = owners_of(pattern.segment_length, pattern.dilation_rate, ring.placement);
        if (owners.count == 1) continue;
        const auto count = static_cast<double>(owners.count);
        const int64_t segments = problem.seq_len / pattern.segment_length;
        const double tokens = static_cast<double>(pattern.segment_length) - owners.round;
        const double rows =
            static_cast<double>(segments) * std::floor(tokens / static_cast<double>(pattern.dilation_rate));
        seconds +=
            count * rows * static_cast<double>(pattern.heads.size()) * problem.batch * rate.row_seconds;
        seconds += count * count * machine.device.launch_seconds;
    }
    return seconds;
}

/// What every rank receives at least, in bytes; with prune what some rank does.
double received_at_least(const ResolvedRing& ring) {
    if (ring.prune && ring.placement.layout() != Layout::striped) return 0;
    const Problem& problem = ring.problem;
    double bytes = 0;
    for (const Stream& stream : ring.streams)
        bytes += rows_of_others(stream, ring.placement) * static_cast<double>(stream.kv_heads.size()) *
                 problem.batch * problem.head_dim * 2 * static_cast<double>(bytes_of(problem.dtype));
    return bytes;
}

/// Whether every rank has a share that goes to every other.
bool all_share(const ResolvedRing& ring) {
    const auto reaches_all = [&](const Stream& stream) {
        const int64_t rate = stream.dilated ? stream.dilation_rate : 1;
        if (ring.placement.layout() == Layout::striped)
            return owners_of(stream, ring.placement).count == ring.placement.ranks();
        return ring.placement.seq_len() / (2 * int64_t{ring.placement.ranks()}) >= 3 * rate;
    };
    return !ring.prune && std::any_of(ring.streams.begin(), ring.streams.end(), reaches_all);
}

/// Hops one after the other until the share of the farthest rank is there.
double gather_hops(GatherAlgorithm algorithm, int ranks) {
    switch (algorithm) {
        case GatherAlgorithm::ring:
            return ranks - 1;
        case GatherAlgorithm::tree:
            return std::floor(std::log2(ranks));
        case GatherAlgorithm::direct:
            break;
    }
    return 1;
}

}  // namespace

double seconds_at_least(const Experiment& experiment, const MachineModel& machine) {
    const ResolvedRing ring = resolve_ring_of(experiment);
    const int ranks = ring.placement.ranks();
    const double work = attention_seconds(ring, machine) /
                        (std::min(ranks, machine.devices()) * workers_of(machine, experiment.backend));
    if (ring.strategy == Strategy::single) return work;
    const double bytes = received_at_least(ring);
    const Hop best = best_hop(machine);
    if (ring.prune) return std::max(work, bytes / best.bytes_per_second);
    const RingHops hops = ring_hops(machine, ranks);
    if (ring.strategy == Strategy::all_gather) {
        const double steps = all_share(ring) ? gather_hops(machine.gather, ranks) : 0;
        const double gather = std::max(steps * best.seconds, bytes / best.bytes_per_second);
        const bool neighbours = machine.gather == GatherAlgorithm::ring;
        return std::max(work + gather, neighbours ? bytes / hops.worst.bytes_per_second : 0);
    }
    const double steps = all_share(ring) ? ranks - 1 : 0;
    const double receive = steps * hops.worst.seconds + bytes / hops.worst.bytes_per_second;
    if (experiment.ring.overlap) return std::max(work, receive);
    return std::max(work + steps * hops.best.seconds + bytes / hops.best.bytes_per_second, receive);
}

namespace {

/// Attention and merging of a rank, were the device its own.
double work_seconds(const RankCosts& costs, int workers) {
    double seconds = costs.normalise_seconds / workers;
    for (const StepCost& step : costs.steps)
        seconds += (step.attend_seconds + step.merge_seconds) / std::min<double>(step.pieces, workers);
    return seconds;
}

class ReceiveTimes {
  public:
    ReceiveTimes(const Schedule& schedule, const MachineModel& machine)
        : schedule_(schedule), machine_(machine), best_(best_hop_if_any(schedule, machine)) {
        for (const std::string* name : {&machine.same_device, &machine.same_host, &machine.between_hosts})
            hops_.push_back(name->empty() ? Hop{} : hop_on(machine, *name));
    }

    /// Steps one after the other: of each the link that takes longest.
    double of(int rank) const {
        double seconds = 0;
        for (const RankStep& step : schedule_.rank_plans[static_cast<size_t>(rank)].steps) {
            if (step.receives.empty()) continue;
            double bytes[3] = {0, 0, 0};
            for (const int index : step.receives) {
                const Transfer& transfer = schedule_.transfers[static_cast<size_t>(index)];
                bytes[class_of(transfer)] += static_cast<double>(transfer.bytes);
            }
            // An all_gather may bring a share by way of other ranks.
            if (schedule_.strategy == Strategy::all_gather) {
                seconds += best_.seconds + (bytes[0] + bytes[1] + bytes[2]) / best_.bytes_per_second;
                continue;
            }
            double longest = 0;
            for (size_t place = 0; place < 3; ++place)
                if (bytes[place] > 0)
                    longest = std::max(longest,
                                       hops_[place].seconds + bytes[place] / hops_[place].bytes_per_second);
            seconds += longest;
        }
        return seconds;
    }

  private:
    static Hop best_hop_if_any(const Schedule& schedule, const MachineModel& machine) {
        return schedule.transfers.empty() ? Hop{} : best_hop(machine);
    }
    size_t class_of(const Transfer& transfer) const {
        const int from = device_of(machine_, transfer.from, schedule_.ranks);
        const int to = device_of(machine_, transfer.to, schedule_.ranks);
        if (from == to) return 0;
        return from / machine_.devices_per_host == to / machine_.devices_per_host ? 1 : 2;
    }

    const Schedule& schedule_;
    const MachineModel& machine_;
    Hop best_;
    std::vector<Hop> hops_;  // within a device, within a host, between hosts
};

}  // namespace

double seconds_at_least(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine) {
    const int workers = workers_of(machine, schedule.experiment.backend);
    const bool overlaps = schedule.strategy == Strategy::ring && schedule.experiment.ring.overlap;
    const ReceiveTimes receives(schedule, machine);
    std::vector<double> device_seconds(static_cast<size_t>(machine.devices()));
    double least = 0;
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        const RankCosts& cost = costs[static_cast<size_t>(rank)];
        const double work = work_seconds(cost, workers);
        const double receive = receives.of(rank);
        least = std::max(least, overlaps ? std::max(work, receive) : work + receive);
        double all = cost.normalise_seconds;
        for (const StepCost& step : cost.steps) all += step.attend_seconds + step.merge_seconds;
        device_seconds[static_cast<size_t>(device_of(machine, rank, schedule.ranks))] += all / workers;
    }
    return std::max(least, *std::max_element(device_seconds.begin(), device_seconds.end()));
}

int64_t device_bytes_max(const Schedule& schedule, const MachineModel& machine) {
    std::vector<int64_t> bytes(static_cast<size_t>(machine.devices()));
    for (int rank = 0; rank < schedule.ranks; ++rank)
        bytes[static_cast<size_t>(device_of(machine, rank, schedule.ranks))] +=
            schedule.rank_plans[static_cast<size_t>(rank)].predicted_peak_bytes();
    return *std::max_element(bytes.begin(), bytes.end());
}

}  // namespace ringscope
