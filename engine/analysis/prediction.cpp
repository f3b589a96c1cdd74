#include "engine/analysis/prediction.h"

#include <algorithm>
#include <vector>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// A chunk that is used in step s travels while its receiver computes step s - 1.
std::optional<double> tightest_hop(const Schedule& schedule) {
    if (schedule.transfers.empty()) return std::nullopt;
    if (schedule.strategy != Strategy::ring || !schedule.experiment.ring.overlap) return 0;
    std::optional<double> tightest;
    std::vector<double> bytes_to(static_cast<size_t>(schedule.ranks));
    for (size_t i = 0; i < schedule.transfers.size();) {
        const int step = schedule.transfers[i].step;
        std::fill(bytes_to.begin(), bytes_to.end(), 0);
        for (; i < schedule.transfers.size() && schedule.transfers[i].step == step; ++i)
            bytes_to[static_cast<size_t>(schedule.transfers[i].to)] +=
                static_cast<double>(schedule.transfers[i].bytes);
        for (size_t rank = 0; rank < bytes_to.size(); ++rank) {
            if (bytes_to[rank] <= 0) continue;
            const double flops = schedule.rank_plans[rank].steps[static_cast<size_t>(step) - 1].flops;
            tightest = std::min(tightest.value_or(flops / bytes_to[rank]), flops / bytes_to[rank]);
        }
    }
    return tightest;
}

/// Of the largest rank, were every chunk sent whole.
int64_t undilated_peak_bytes(const Schedule& schedule, const std::stop_token& stop) {
    const auto dilates = [](const Pattern& pattern) { return pattern.dilation_rate > 1; };
    const auto& patterns = schedule.problem.patterns;
    if (schedule.strategy == Strategy::single || !schedule.experiment.ring.dilate_before_send ||
        schedule.transfers.empty() || std::none_of(patterns.begin(), patterns.end(), dilates))
        return 0;
    Experiment whole = schedule.experiment;
    whole.ring.dilate_before_send = false;
    return peak_bytes_if_plannable(whole, schedule.memory_model, stop);
}

}  // namespace

Prediction predict(const Schedule& schedule, const std::stop_token& stop) {
    Prediction p;
    p.peak_bytes_max = predicted_peak_bytes_max(schedule);
    p.bytes_all_ranks = predicted_bytes_all_ranks(schedule);
    p.all_gather_peak_bytes = all_gather_peak_bytes(schedule, stop);
    p.undilated_peak_bytes = undilated_peak_bytes(schedule, stop);
    for (const RankPlan& rank : schedule.rank_plans) {
        p.sent_bytes_max = std::max(p.sent_bytes_max, rank.sent_bytes);
        p.flops_max = std::max(p.flops_max, rank.flops);
    }
    if (schedule.flops > 0) p.balance = p.flops_max * schedule.ranks / schedule.flops;
    p.hop_flops_per_byte = tightest_hop(schedule);
    return p;
}

}  // namespace ringscope
