// Where the time of traces went, by name, and what differs between them: which name got slower, how often it
// ran, and whether its slices vary more than they changed.
//
// Not a verdict: traces have no experiment, so nothing says that they did the same work.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// The slices of one name in one trace. All zero when it has none.
struct NameTimes {
    int64_t slices = 0;
    int64_t total_ns = 0;  // of all together; one inside another of the name counts again. At most INT64_MAX
    int64_t own_ns = 0;    // without what ran inside them in their lane (own_time.h)
    int64_t least_ns = 0;
    int64_t most_ns = 0;
    double mean_ns = 0;
    double median_ns = 0;
    double deviation_ns = 0;  // standard deviation of one slice, n - 1; 0 for fewer than two
};

/// A name of a category in each trace.
struct NameDifference {
    std::string name;
    std::string category;
    std::vector<NameTimes> in;  // parallel to the traces
    /// The trace whose own time differs most from the first one's; 0 when there is only one trace.
    size_t trace = 0;

    int64_t own_change_ns() const { return in[trace].own_ns - in.front().own_ns; }
    int64_t total_change_ns() const { return in[trace].total_ns - in.front().total_ns; }
    double mean_change_ns() const { return in[trace].mean_ns - in.front().mean_ns; }
    /// Half the width of the 95 % interval of mean_change_ns(), from the slices' deviations; none with fewer than
    /// three slices on either side. A change that is smaller may be chance.
    std::optional<double> mean_change_error_ns() const;
    bool in_all() const;
};

enum class NameRule {
    whole,
    grouped,  // grouped_name()
};

/// `void at::native::vectorized_kernel<4, ...>(int, ...)` as "at::native::vectorized_kernel", "ProfilerStep#12" as
/// "ProfilerStep#N": names that differ in template arguments, parameters and numbers after a sign are one.
std::string grouped_name(const std::string& name);

struct TraceDifference {
    /// By what changed most in own time; of one trace, by own time. Last, and in no sum: torch.profiler's span of the
    /// recording itself (category "Trace").
    std::vector<NameDifference> names;
    std::vector<int64_t> own_ns;  // of each trace: of all names together
};

/// Any number of traces, one or more; the others are compared with the first.
TraceDifference trace_difference(const ImportedTraces& traces, NameRule rule = NameRule::whole);

/// What a person wants to know first, one or two sentences: by how much the second trace is longer, what grew
/// and what shrank most; of one trace, where its time went. Of several, the last is spoken of. "" without slices.
std::string difference_headline(const ImportedTraces& traces, const TraceDifference& difference);

}  // namespace ringscope
