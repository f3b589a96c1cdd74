#include "engine/analysis/prediction_error.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

struct Part {
    const char* name;
    double (*of)(const RankMetrics&);
};
constexpr Part kParts[] = {
    {"computing", [](const RankMetrics& rank) { return rank.compute_seconds; }},
    {"packing", [](const RankMetrics& rank) { return rank.pack_seconds; }},
    {"merging", [](const RankMetrics& rank) { return rank.merge_seconds; }},
    {"receiving with nothing to compute",
     [](const RankMetrics& rank) { return rank.exposed_transfer_seconds; }},
    {"waiting for late peers", [](const RankMetrics& rank) { return rank.wait_peer_seconds; }},
    {"waiting for the link", [](const RankMetrics& rank) { return rank.wait_link_seconds; }},
    {"waiting for a core", [](const RankMetrics& rank) { return rank.wait_core_seconds; }},
    {"being idle", [](const RankMetrics& rank) { return rank.idle_seconds; }}};

/// -1 without spans.
int last_rank(const Trace& trace) {
    const auto last = std::max_element(trace.spans.begin(), trace.spans.end(),
                                       [](const Span& a, const Span& b) { return a.end_ns < b.end_ns; });
    return last == trace.spans.end() ? -1 : last->rank;
}

const RankMetrics* metrics_of(const Run& run, int rank) {
    for (const RankMetrics& metrics : run.metrics.ranks)
        if (metrics.rank == rank) return &metrics;
    return nullptr;
}

TimePart largest_part(const Run& taken, const Run& predicted) {
    TimePart largest;
    const int rank = last_rank(taken.trace);
    const RankMetrics* const now = metrics_of(taken, rank);
    const RankMetrics* const model = metrics_of(predicted, rank);
    if (!now || !model) return largest;
    const double direction = taken.metrics.seconds >= predicted.metrics.seconds ? 1 : -1;
    for (const Part& part : kParts) {
        const TimePart one{rank, part.name, part.of(*model), part.of(*now)};
        if (one.excess_seconds() * direction > largest.excess_seconds() * direction) largest = one;
    }
    return largest;
}

double seconds_of(const RankStepTime& time) { return static_cast<double>(time.length_ns) * 1e-9; }

}  // namespace

bool PredictionError::has(int rank, int step) const {
    const auto in = [&](const StepTimes& times) {
        return rank >= 0 && step >= 0 && static_cast<size_t>(rank) < times.size() &&
               static_cast<size_t>(step) < times[static_cast<size_t>(rank)].size();
    };
    return in(predicted) && in(taken);
}

PredictionError prediction_error(const Run& taken, const Run& predicted) {
    return {predicted.metrics.seconds, taken.metrics.seconds, step_times(predicted), step_times(taken),
            largest_part(taken, predicted)};
}

std::string taken_text(double predicted_seconds, double taken_seconds) {
    std::string text =
        "predicted " + seconds_text(predicted_seconds) + ", took " + seconds_text(taken_seconds);
    if (!(predicted_seconds > 0)) return text;
    const double share = taken_seconds / predicted_seconds - 1;
    const std::string off = percent_text(std::fabs(share));
    if (off == percent_text(0)) return text + ", as predicted";
    return text + ", " + off + (share > 0 ? " longer" : " shorter");
}

std::string step_error_text(const PredictionError& error, int rank, int step) {
    if (!error.has(rank, step)) return "";
    const auto r = static_cast<size_t>(rank), s = static_cast<size_t>(step);
    return "rank " + std::to_string(rank) + ", step " + std::to_string(step) + ": " +
           taken_text(seconds_of(error.predicted[r][s]), seconds_of(error.taken[r][s]));
}

std::string off_text(const PredictionError& error) {
    const double share = error.share();
    if (std::fabs(share) <= kPredictionTolerance) return "";
    const TimePart& part = error.largest;
    std::string text = "The model is off: the run took " + seconds_text(error.taken_seconds) + ", " +
                       percent_text(std::fabs(share)) + (share > 0 ? " longer" : " less") +
                       " than predicted (" + seconds_text(error.predicted_seconds) + ")";
    if (part.excess_seconds() == 0) return text + ".";
    return text + "; most of it is " + part.name + " on rank " + std::to_string(part.rank) + ", " +
           seconds_text(part.taken_seconds) + " against " + seconds_text(part.predicted_seconds) + ".";
}

}  // namespace ringscope
