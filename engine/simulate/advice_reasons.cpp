#include "engine/simulate/advice_reasons.h"

#include <algorithm>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// Shares of less are not worth a word.
constexpr double kLittle = 0.02;

std::string balance_text(const ReasonFacts& facts) {
    const double flops = facts.metrics.flops;
    const double balance = flops > 0 ? facts.busiest_flops * facts.ranks / flops : 1;
    if (balance < 1 + kLittle) return "ranks compute alike";
    return "the busiest rank computes " + ratio_text(balance) + " times the mean";
}

/// Ranks of a CPU that share its cores.
std::string sharing_text(const ReasonFacts& facts) {
    if (facts.ranks <= facts.devices) return "";
    return std::to_string(facts.ranks) + " ranks share " + std::to_string(facts.devices) +
           (facts.devices == 1 ? " device; " : " devices; ");
}

/// The most that a rank spends on each.
struct MostOfRanks {
    double compute = 0;
    double receive = 0;  // hidden or not
    double exposed = 0;
    double late = 0;  // waiting for others
};

MostOfRanks most_of(const Metrics& metrics) {
    MostOfRanks most;
    for (const RankMetrics& rank : metrics.ranks) {
        most.compute = std::max(most.compute, rank.compute_seconds);
        most.receive = std::max(most.receive, rank.transfer_seconds);
        most.exposed = std::max(most.exposed, rank.exposed_transfer_seconds + rank.wait_link_seconds);
        most.late = std::max(most.late, rank.wait_peer_seconds);
    }
    return most;
}

std::string travel_text(const ReasonFacts& facts) {
    if (facts.metrics.bytes_on_wire == 0) return "nothing is sent";
    const MostOfRanks most = most_of(facts.metrics);
    if (facts.strategy == Strategy::all_gather)
        return "gathering takes " + seconds_text(most.receive) + " before " + seconds_text(most.compute) +
               " of computing";
    const std::string hop = "a hop takes " + seconds_text(most.receive / std::max(1, facts.steps - 1)) +
                            ", a step computes " + seconds_text(most.compute / facts.steps);
    if (most.exposed >= kLittle * facts.metrics.seconds)
        return "transfers show for " + seconds_text(most.exposed) + ": " + hop;
    if (most.late >= kLittle * facts.metrics.seconds)
        return "a rank waits " + seconds_text(most.late) + " for others: " + hop;
    return "transfers hide: " + hop;
}

}  // namespace

std::string reason_of(const ReasonFacts& facts) {
    if (facts.strategy == Strategy::single)
        return "one device computes " + flops_text(facts.metrics.flops) + " at " +
               rate_text(facts.metrics.gflops_per_second * 1e9) + "; nothing is sent";
    return sharing_text(facts) + balance_text(facts) + "; " + travel_text(facts);
}

std::string memory_reason(int64_t needed_bytes, int64_t device_bytes, bool shares_device) {
    return "does not fit: " + bytes_text(static_cast<double>(needed_bytes)) +
           (shares_device ? " for the ranks of a device, which has " : " per rank, the device has ") +
           bytes_text(static_cast<double>(device_bytes));
}

}  // namespace ringscope
