#include "engine/analysis/figures.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The largest of the ranks; 0 without ranks.
template <auto value>
double most_of_ranks(const Run& run) {
    double most = 0;
    for (const RankMetrics& rank : run.metrics.ranks)
        most = std::max(most, static_cast<double>(std::invoke(value, rank)));
    return most;
}

template <auto error>
double verified(const Run& run) {
    return run.verification ? std::invoke(error, *run.verification) : kNone;
}

double planned_imbalance(const Schedule& schedule) {
    double most = 0;
    for (const RankPlan& plan : schedule.rank_plans) most = std::max(most, plan.flops);
    return schedule.flops > 0 ? most / (schedule.flops / schedule.ranks) : 1;
}

double planned_peak(const Schedule& schedule) {
    return static_cast<double>(predicted_peak_bytes_max(schedule));
}

constexpr Figure kFigures[] = {
    {.key = "seconds",
     .name = "time",
     .label = "time",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Wall time from the ranks' common start to the last rank's end.",
     .kept = &Metrics::seconds,
     .alias = "time",
     .headline = true},
    {.key = "max_abs_error",
     .name = "error",
     .label = "largest error",
     .unit = Unit::error,
     .better = Better::less,
     .formula =
         "Largest absolute difference of an output element from the float64 reference, over the rows that "
         "were checked.",
     .derived = verified<&Verification::max_abs_error>,
     .alias = "error",
     .headline = true},
    {.key = "overlap_efficiency",
     .name = "overlap",
     .label = "overlap efficiency",
     .unit = Unit::ratio,
     .better = Better::more,
     .formula = "1 - exposed transfer time / total transfer time, both summed over ranks: the share of the "
                "transfers that is hidden behind compute. 1 when nothing is sent.",
     .kept = &Metrics::overlap_efficiency,
     .alias = "efficiency",
     .headline = true},
    {.key = "compute_imbalance",
     .name = "imbalance",
     .label = "compute imbalance",
     .unit = Unit::ratio,
     .better = Better::less,
     .formula =
         "The largest rank's core seconds / their mean over ranks: 1 is perfect balance, p is one rank "
         "doing all. Core seconds, because a rank may be lent more cores than another. Predicted: the same"
         " of the planned FLOPs.",
     .kept = &Metrics::compute_imbalance,
     .planned = planned_imbalance,
     .alias = "imbalance",
     .headline = true},
    {.key = "gflops_per_second",
     .name = "speed",
     .label = "speed",
     .unit = Unit::gflops_per_second,
     .better = Better::more,
     .formula = "FLOPs / wall seconds / 1e9, with the FLOPs of the pairs really attended.",
     .kept = &Metrics::gflops_per_second,
     .alias = "gflops",
     .headline = true},
    {.key = "bytes_on_wire",
     .name = "sent",
     .label = "bytes on the wire",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula =
         "Bytes sent, summed over ranks, as measured by the copies really made. Predicted: the sum over "
         "the schedule's transfers; equal when the run is done.",
     .kept = &Metrics::bytes_on_wire,
     .planned = [](const Schedule& s) { return static_cast<double>(s.bytes_on_wire); },
     .alias = "wire",
     .headline = true},
    {.key = "peak_bytes_max",
     .name = "peak",
     .label = "peak memory per rank",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula =
         "The largest rank's peak bytes: query, own K/V, travelling K/V, output, LSE and workspace, each "
         "buffer rounded up to 64 bytes. Predicted from the schedule, with both slots live.",
     .derived = most_of_ranks<&RankMetrics::peak_bytes>,
     .planned = planned_peak,
     .listed_as = "peak_bytes",
     .alias = "peak",
     .headline = true},
    {.key = "flops",
     .name = "work",
     .label = "work",
     .unit = Unit::flops,
     .better = Better::neither,
     .formula = "4 x head_dim FLOPs for each attended (query, key) pair, over all heads and batch entries:"
                " 2 for q.k and 2 for the weighted sum of v, each times head_dim. Exponentials, the running "
                "maximum and merging are not counted.",
     .kept = &Metrics::flops,
     .planned = [](const Schedule& s) { return s.flops; },
     .headline = true},
    {.key = "predicted_peak_bytes_max",
     .name = "predicted peak",
     .label = "predicted peak memory per rank",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula = "The largest rank's peak bytes as the schedule predicts them.",
     .derived = most_of_ranks<&RankMetrics::predicted_peak_bytes>,
     .planned = planned_peak},
    {.key = "compute_seconds_max",
     .name = "slowest compute",
     .label = "slowest rank's compute",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "The largest compute time of a rank.",
     .derived = most_of_ranks<&RankMetrics::compute_seconds>},
    {.key = "wait_seconds_max",
     .name = "longest wait",
     .label = "longest wait of a rank",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "The largest wait of a rank: for a late peer, for the link and for a core together.",
     .derived = most_of_ranks<&RankMetrics::wait_seconds>},
    {.key = "exposed_transfer_seconds_max",
     .name = "longest exposed",
     .label = "longest exposed transfer of a rank",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "The largest exposed transfer time of a rank.",
     .derived = most_of_ranks<&RankMetrics::exposed_transfer_seconds>},
    {.key = "replayed_seconds",
     .name = "replayed",
     .label = "replayed time",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula =
         "Wall time if every rank had a device of its own: the run's own work, each piece as long as it "
         "had a core, laid out again. Only of runs with more ranks than cores.",
     .kept = &Metrics::replayed_seconds,
     .alias = "replayed"},
    {.key = "replayed_overlap_efficiency",
     .name = "replayed overlap",
     .label = "replayed overlap efficiency",
     .unit = Unit::ratio,
     .better = Better::more,
     .formula = "The overlap efficiency of the same replay.",
     .kept = &Metrics::replayed_overlap_efficiency},
    {.key = "relative_error",
     .name = "relative error",
     .label = "relative error",
     .unit = Unit::error,
     .better = Better::less,
     .formula = "|o - reference| / |reference|, Euclidean norms over the checked rows together.",
     .derived = verified<&Verification::relative_error>},
    {.key = "max_row_relative_error",
     .name = "row error",
     .label = "largest relative error of a row",
     .unit = Unit::error,
     .better = Better::less,
     .formula = "The largest |o - reference| / |reference| of one checked row, so that one wrong row cannot "
                "hide.",
     .derived = verified<&Verification::max_row_relative_error>},
    {.key = "error_share",
     .name = "of allowed",
     .label = "worst row's error over what rounding allows",
     .unit = Unit::ratio,
     .better = Better::less,
     .formula =
         "The largest error of a checked row's o or log-sum-exp over the bound of what rounding may make "
         "of that row (engine/run/rounding_bound.h). Above 1 the answer is wrong.",
     .derived = verified<&Verification::error_share>},
    {.key = "max_lse_error",
     .name = "LSE error",
     .label = "largest LSE error",
     .unit = Unit::error,
     .better = Better::less,
     .formula = "Largest absolute difference of a log-sum-exp from the float64 reference, over finite ones.",
     .derived = verified<&Verification::max_lse_error>},
};

constexpr RankFigure kRankFigures[] = {
    {.key = "compute_seconds",
     .name = "compute",
     .label = "compute",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Wall time in which at least one core ran the rank's attention.",
     .kept = &RankMetrics::compute_seconds,
     .headline = true},
    {.key = "core_seconds",
     .name = "core seconds",
     .label = "core seconds",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula =
         "Compute time summed over the cores that worked for the rank; divided by its compute time, the "
         "mean number of cores at work.",
     .kept = &RankMetrics::core_seconds},
    {.key = "pack_seconds",
     .name = "pack",
     .label = "packing",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time in which the rank's kept K/V rows were packed, and nothing was computed.",
     .kept = &RankMetrics::pack_seconds},
    {.key = "merge_seconds",
     .name = "merge",
     .label = "merging",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time in which partial outputs were merged, and nothing was computed or packed.",
     .kept = &RankMetrics::merge_seconds},
    {.key = "exposed_transfer_seconds",
     .name = "exposed transfer",
     .label = "exposed transfer",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time in which a receive or collective was under way and nothing hid it: no compute, pack or "
                "merge, and no wait for a core.",
     .kept = &RankMetrics::exposed_transfer_seconds},
    {.key = "wait_seconds",
     .name = "wait",
     .label = "waiting",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time waited for a late peer, for the link and for a core together.",
     .derived = [](const RankMetrics& rank) { return rank.wait_seconds(); },
     .headline = true},
    {.key = "wait_peer_seconds",
     .name = "late peer",
     .label = "wait for a late peer",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula =
         "Time with nothing else to do in which a sender's data were not ready, or a successor had not yet"
         " taken what lies in the slot to be overwritten.",
     .kept = &RankMetrics::wait_peer_seconds},
    {.key = "wait_link_seconds",
     .name = "link",
     .label = "wait for the link",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula =
         "Time with nothing else to do between the sender's data being ready and their first byte moving.",
     .kept = &RankMetrics::wait_link_seconds},
    {.key = "wait_core_seconds",
     .name = "core",
     .label = "wait for a core",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time in which a step was submitted and no worker had joined: every core was busy with other "
                "ranks.",
     .kept = &RankMetrics::wait_core_seconds},
    {.key = "idle_seconds",
     .name = "idle",
     .label = "idle",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "What is left of the wall time: the rank had ended, or nothing was recorded of it.",
     .kept = &RankMetrics::idle_seconds},
    {.key = "wall_seconds",
     .name = "wall",
     .label = "wall time",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula =
         "Compute + pack + merge + exposed transfer + wait + idle: the run's wall time, without remainder.",
     .derived = [](const RankMetrics& rank) { return rank.wall_seconds(); }},
    {.key = "transfer_seconds",
     .name = "transfer",
     .label = "transfer",
     .unit = Unit::seconds,
     .better = Better::less,
     .formula = "Time in which at least one receive or collective of the rank was under way, hidden or not.",
     .kept = &RankMetrics::transfer_seconds},
    {.key = "sent_bytes",
     .name = "sent",
     .label = "bytes sent",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula = "Sum over the rank's send spans: the copies really made.",
     .kept = &RankMetrics::sent_bytes,
     .headline = true},
    {.key = "received_bytes",
     .name = "received",
     .label = "bytes received",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula = "Sum over the rank's receives and collective copies.",
     .kept = &RankMetrics::received_bytes},
    {.key = "peak_bytes",
     .name = "peak",
     .label = "peak memory",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula =
         "The largest sum of the rank's buffers that was live at one instant, each rounded up to 64 bytes.",
     .kept = &RankMetrics::peak_bytes,
     .headline = true},
    {.key = "predicted_peak_bytes",
     .name = "predicted peak",
     .label = "predicted peak memory",
     .unit = Unit::bytes,
     .better = Better::less,
     .formula = "The rank's peak as the schedule predicts it, with both slots live.",
     .kept = &RankMetrics::predicted_peak_bytes},
};

}  // namespace

std::span<const Figure> figures() { return kFigures; }
std::span<const RankFigure> rank_figures() { return kRankFigures; }

const Figure* find_figure(std::string_view key) {
    const auto found = std::find_if(std::begin(kFigures), std::end(kFigures),
                                    [&](const Figure& f) { return key == f.key || key == f.list_key(); });
    return found == std::end(kFigures) ? nullptr : &*found;
}

const Figure& figure(std::string_view key) {
    const Figure* found = find_figure(key);
    RINGSCOPE_CHECK(found != nullptr);
    return *found;
}

const RankFigure& rank_figure(std::string_view key) {
    const auto found = std::find_if(std::begin(kRankFigures), std::end(kRankFigures),
                                    [&](const RankFigure& f) { return key == f.key; });
    RINGSCOPE_CHECK(found != std::end(kRankFigures));
    return *found;
}

FigureValues::FigureValues() : values_(std::size(kFigures), kNone) {}

FigureValues::FigureValues(const Run& run) {
    values_.reserve(std::size(kFigures));
    for (const Figure& figure : kFigures) values_.push_back(figure.of(run));
}

double FigureValues::operator[](const Figure& figure) const {
    return values_[static_cast<size_t>(&figure - kFigures)];
}

double& FigureValues::operator[](const Figure& figure) {
    return values_[static_cast<size_t>(&figure - kFigures)];
}

const char* direction_words(Better better) {
    if (better == Better::neither) return "";
    return better == Better::less ? "less is better" : "more is better";
}

}  // namespace ringscope
