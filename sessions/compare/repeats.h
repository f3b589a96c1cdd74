// Runs of one experiment under the same conditions: which runs those are, how far their times lie apart, and
// when one time may be called less than another. Comparisons, sweeps and reports all ask here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sessions/store/run_record.h"

namespace ringscope {

/// Whether the commit says what was built: one is known, and no file was changed since.
bool is_known_build(const std::string& revision);

/// Known to be one build: made by one start of the program, or from the same known commit. Two builds without a
/// known commit are never the same.
bool same_build(const RunSummary& a, const RunSummary& b);

/// What keeps two finished runs from being repeats of each other, whatever their names: "the experiment",
/// "the host (a and b)", "the build (0.1.0, commit not known and 0.1.0 (0123456789ab))"; "" when nothing does. With `any_build`
/// the build may differ.
std::string unlike(const RunSummary& a, const RunSummary& b, bool any_build = false);

/// Nothing is unlike, and they belong together: made by one start of the program, or of one name.
bool are_repeats(const RunSummary& a, const RunSummary& b);

/// "0.1.0 (0123456789ab)"; without the commit where it is not known.
std::string build_text(const std::string& version, const std::string& revision);
/// The same, and whether it is known what was built: "0.1.0, commit not known".
std::string build_words(const std::string& version, const std::string& revision);

/// How far the times of a run's repeats lie apart.
struct Spread {
    int repeats = 0;
    double median = 0;  // seconds
    double least = 0;
    double most = 0;
};

/// Median and range; at least one time.
Spread spread_of(std::vector<double> seconds);

/// Half of the range as a share of the median; none with fewer than two repeats.
std::optional<double> noise_band(const Spread& spread);

/// Two equal runs part by chance once in ten times with three repeats each, with two once in three times.
inline constexpr int kLeastRepeatsForClaim = 3;
inline bool has_enough_repeats(const Spread& spread) { return spread.repeats >= kLeastRepeatsForClaim; }

/// The only ground on which speed is claimed: both have enough repeats, and the slowest repeat of `a` is
/// faster than the fastest of `b`.
bool is_faster(const Spread& a, const Spread& b);

}  // namespace ringscope
