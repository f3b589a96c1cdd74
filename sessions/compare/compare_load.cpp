#include "sessions/compare/compare_load.h"
#include "sessions/plain_text.h"

#include <algorithm>

namespace ringscope {

std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const int64_t> ids) {
    const std::vector<RunSummary> all = store.list();
    std::vector<ComparedRun> runs;
    for (const int64_t id : ids) {
        const RunSummary summary = store.summary(id);
        const bool same_name = std::any_of(ids.begin(), ids.end(), [&](int64_t other) {
            return other != id && store.summary(other).name == summary.name;
        });
        ComparedRun compared;
        compared.name = one_line(summary.name) + (same_name ? " #" + std::to_string(id) : "");
        compared.run = store.load(id, RunStore::Output::keep);
        for (const RunSummary& other : all)
            if (are_repeats(summary, other) && !known_wrong(other))
                compared.repeat_seconds.push_back(other.figures["seconds"]);
        runs.push_back(std::move(compared));
    }
    return runs;
}

}  // namespace ringscope
