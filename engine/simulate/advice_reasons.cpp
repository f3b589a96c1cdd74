#include "engine/simulate/advice_reasons.h"

#include <algorithm>
#include <vector>

#include "engine/base/number_text.h"
#include "engine/run/metrics.h"

namespace ringscope {

namespace {

/// Shares of less are not worth a word.
constexpr double kLittle = 0.02;

std::string balance_text(const Schedule& schedule) {
    double most = 0;
    for (const RankPlan& rank : schedule.rank_plans) most = std::max(most, rank.flops);
    const double balance = schedule.flops > 0 ? most * schedule.ranks / schedule.flops : 1;
    if (balance < 1 + kLittle) return "ranks compute alike";
    return "the busiest rank computes " + ratio_text(balance) + " times the mean";
}

/// Ranks of a CPU that share its cores.
std::string sharing_text(const PlannedSettings& planned) {
    const int devices = planned.machine.devices();
    if (planned.schedule.ranks <= devices) return "";
    return std::to_string(planned.schedule.ranks) + " ranks share " + std::to_string(devices) +
           (devices == 1 ? " device" : " devices");
}

/// From the last of posting and readiness until the bytes are there, of the transfer that takes longest.
double longest_hop_seconds(const Trace& trace) {
    int64_t longest = 0;
    for (const TransferTimes& times : trace.transfers)
        longest = std::max(longest, times.done_ns - std::max(times.posted_ns, times.peer_ready_ns));
    return static_cast<double>(longest) * 1e-9;
}

/// Until every share has reached every rank.
double gathered_seconds(const Trace& trace) {
    int64_t last = 0;
    for (const TransferTimes& times : trace.transfers) last = std::max(last, times.done_ns);
    return static_cast<double>(last) * 1e-9;
}

std::string ring_text(const PlannedSettings& planned, const LaidOut& laid_out) {
    const Metrics metrics = derive_metrics(planned.schedule, laid_out.trace, laid_out.counters);
    double compute = 0, transfer = 0, late = 0;
    for (const RankMetrics& rank : metrics.ranks) {
        compute = std::max(compute, rank.compute_seconds);
        transfer = std::max(transfer, rank.exposed_transfer_seconds + rank.wait_link_seconds);
        late = std::max(late, rank.wait_peer_seconds);
    }
    const std::string hop = "the longest hop takes " + seconds_text(longest_hop_seconds(laid_out.trace)) +
                            ", a step computes " + seconds_text(compute / planned.schedule.steps);
    if (transfer >= kLittle * metrics.seconds)
        return "transfers show for " + seconds_text(transfer) + ": " + hop;
    if (late >= kLittle * metrics.seconds)
        return "ranks wait up to " + seconds_text(late) + " for each other: " + hop;
    return "transfers hide: " + hop;
}

std::string travel_text(const PlannedSettings& planned, const LaidOut& laid_out) {
    if (planned.schedule.transfers.empty()) return "nothing is sent";
    if (planned.schedule.strategy == Strategy::all_gather)
        return "computing begins after the gathering, " + seconds_text(gathered_seconds(laid_out.trace));
    return ring_text(planned, laid_out);
}

}  // namespace

std::string reason_of(const PlannedSettings& planned, const LaidOut& laid_out) {
    const Schedule& schedule = planned.schedule;
    if (schedule.strategy == Strategy::single)
        return "one device computes " + flops_text(schedule.flops) + " at " +
               rate_text(schedule.flops / (static_cast<double>(laid_out.trace.wall_ns) * 1e-9)) +
               "; nothing is sent";
    const std::string sharing = sharing_text(planned);
    return (sharing.empty() ? "" : sharing + "; ") + balance_text(schedule) + "; " +
           travel_text(planned, laid_out);
}

std::string memory_reason(const PlannedSettings& planned) {
    const bool shared = planned.schedule.ranks > planned.machine.devices();
    return std::string("does not fit: ") + bytes_text(static_cast<double>(planned.device_bytes)) +
           (shared ? " per device, of which each has " : " per rank, the device has ") +
           bytes_text(static_cast<double>(planned.machine.device.memory_bytes));
}

}  // namespace ringscope
