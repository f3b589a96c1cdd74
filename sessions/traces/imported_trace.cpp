#include "sessions/traces/imported_trace.h"

#include <algorithm>
#include <map>

namespace ringscope {

std::vector<ImportedTotal> imported_totals(const ImportedTrace& trace) {
    std::vector<ImportedTotal> totals;
    for (size_t lane = 0; lane < trace.lanes.size(); ++lane) {
        std::map<int32_t, ImportedTotal> by_name;
        for (const ImportedSlice& slice : trace.lanes[lane].slices) {
            ImportedTotal& total = by_name[slice.name];
            ++total.slices;
            const int64_t length = slice.end_ns - slice.begin_ns;
            // Slices that overlap may last longer together than any clock.
            total.total_ns = length > INT64_MAX - total.total_ns ? INT64_MAX : total.total_ns + length;
            total.longest_ns = std::max(total.longest_ns, length);
        }
        const auto first = static_cast<std::ptrdiff_t>(totals.size());
        for (auto& [name, total] : by_name) {
            total.lane = static_cast<int>(lane);
            total.name = name;
            totals.push_back(total);
        }
        std::stable_sort(totals.begin() + first, totals.end(),
                         [](const auto& a, const auto& b) { return a.total_ns > b.total_ns; });
    }
    return totals;
}

}  // namespace ringscope
