// What a comparison comes to, in words.
#include <cmath>

#include "engine/simulate/replay.h"
#include "sessions/compare/compare.h"

namespace ringscope {

namespace {

/// "half the peak memory", in figures: "0.25 times the peak memory".
std::string ratio_words(const Comparison& c, const char* key, size_t run, const char* what) {
    for (const MetricRow& row : c.metrics) {
        if (row.key != key || !row.values[0] || !row.values[run]) continue;
        if (*row.values[0] == *row.values[run]) return std::string("the same ") + what;
        if (*row.values[0] == 0) return std::string("more ") + what + " (the first has none)";
        return ratio_text(*row.ratios[run]) + " times the " + what;
    }
    return "";
}

struct SpeedClaim {
    std::string words;
    int direction = 0;  // +1: the other takes more time, -1: less, 0: nothing is claimed
};

/// "12.0% +- 2.10%"; bands of independent runs add in quadrature. Where one long repeat makes the band wider
/// than the difference, what lies between the two ranges is told: the difference is no less than that.
std::string change_words(double change, double band, const Spread& faster, const Spread& slower, bool more) {
    if (change > band) return exact_percent_text(change) + " +- " + exact_percent_text(band);
    const double least = more ? slower.least / faster.most - 1 : 1 - faster.most / slower.least;
    return "at least " + exact_percent_text(least);
}

/// Where is_faster() does not hold either way the times are told and nothing is claimed.
SpeedClaim speed_claim(const Spread& first, const Spread& other) {
    const std::string times = seconds_text(other.median) + " against " + seconds_text(first.median);
    const auto first_band = noise_band(first), other_band = noise_band(other);
    if (!has_enough_repeats(first) || !has_enough_repeats(other) || !first_band || !other_band) {
        const bool single = first.repeats == 1 && other.repeats == 1;
        return {times +
                    (single ? ", one run each"
                            : ", " + std::to_string(other.repeats) + " and " + std::to_string(first.repeats) +
                                  " repeats") +
                    ": no claim about speed, which needs " + std::to_string(kLeastRepeatsForClaim) +
                    " repeats of each",
                0};
    }
    const std::string medians = " (" + times + ", medians of " + std::to_string(other.repeats) + " and " +
                                std::to_string(first.repeats) + ")";
    const double ratio = other.median / first.median;
    const double band = ratio * std::hypot(*first_band, *other_band);
    const double change = std::abs(ratio - 1);
    if (is_faster(other, first))
        return {change_words(change, band, other, first, false) + " less time" + medians, -1};
    if (is_faster(first, other))
        return {change_words(change, band, first, other, true) + " more time" + medians, 1};
    return {"no difference in time beyond the spread of " + exact_percent_text(band) + medians, 0};
}

/// Times in which waits for a core are: with more ranks than cores, where nothing can be replayed.
bool is_decided_by_cores(const Run& run) { return shares_cores(run) && !why_not_replayable(run).empty(); }

SpeedClaim no_claim(const Spread& first, const Spread& other) {
    return {seconds_text(other.median) + " against " + seconds_text(first.median) +
                ": no claim about speed, since ranks waited for cores and cannot be replayed",
            0};
}

/// Runs of one experiment under the same conditions have the same repeats: theirs is no difference to claim.
SpeedClaim same_experiment(const Spread& spread) {
    return {"a repeat of the same experiment (" + std::to_string(spread.repeats) + " repeats, " +
                seconds_text(spread.least) + " to " + seconds_text(spread.most) + ")",
            0};
}

struct Share {
    const char* what;
    double (*seconds)(const RankMetrics&);
};
constexpr Share kShares[] = {
    {"computing", [](const RankMetrics& r) { return r.compute_seconds; }},
    {"packing and merging", [](const RankMetrics& r) { return r.pack_seconds + r.merge_seconds; }},
    {"exposed transfer", [](const RankMetrics& r) { return r.exposed_transfer_seconds; }},
    {"waiting", [](const RankMetrics& r) { return r.wait_seconds(); }},
};

/// "31 ms less waiting on rank 3": of what every rank's time splits into, the change that went furthest the
/// way of the claim. Of the two runs shown, not of their repeats: so only when these two went that way
/// themselves.
std::string cause_words(const Run& first, const Run& other, int direction) {
    if (shares_cores(first) || shares_cores(other)) return "";  // the system chose which rank had a core
    if (direction == 0 || (other.metrics.seconds - first.metrics.seconds) * direction <= 0) return "";
    if (first.metrics.ranks.size() != other.metrics.ranks.size()) return "";
    double most = 0;
    std::string words;
    for (size_t rank = 0; rank < first.metrics.ranks.size(); ++rank)
        for (const Share& share : kShares) {
            const double change = direction * (share.seconds(other.metrics.ranks[rank]) -
                                               share.seconds(first.metrics.ranks[rank]));
            if (change <= most) continue;
            most = change;
            words = seconds_text(change) + (direction > 0 ? " more " : " less ") + share.what + " on rank " +
                    std::to_string(rank);
        }
    return words.empty() ? "" : ": above all " + words;
}

}  // namespace

bool answered_wrongly(const ComparedRun& compared) {
    const auto& verification = compared.run->verification;
    return (verification && !verification->passed) || !compared.side.wrong.empty();
}

std::string verdict_on(const Comparison& c, std::span<const ComparedRun> runs, size_t i) {
    const Run& first = *runs[0].run;
    const Run& other = *runs[i].run;
    const std::string names = runs[i].name + " against " + runs[0].name + ": ";
    if (first.state != RunState::done || other.state != RunState::done)
        return names + "no figures to compare, because one of the runs did not finish.";
    for (const size_t side : {size_t{0}, i})
        if (answered_wrongly(runs[side]))
            return names + runs[side].name + " gave a wrong answer, so nothing else is compared.";
    const SpeedClaim speed =
        are_one_set(runs[0], runs[i]) && c.spreads[0].repeats >= 2 ? same_experiment(c.spreads[0])
        : is_decided_by_cores(first) || is_decided_by_cores(other) ? no_claim(c.spreads[0], c.spreads[i])
                                                                   : speed_claim(c.spreads[0], c.spreads[i]);
    const bool replayed = first.origin == Origin::replayed && other.origin == Origin::replayed;
    return names + speed.words + cause_words(first, other, speed.direction) + "; " +
           ratio_words(c, "peak_bytes_max", i, "peak memory") + ", " +
           ratio_words(c, "bytes_on_wire", i, "bytes sent") + ", " + ratio_words(c, "flops", i, "work") +
           (replayed ? "; replayed, every rank on its own device." : ".");
}

}  // namespace ringscope
