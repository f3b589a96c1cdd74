#include "sessions/compare/compare_load.h"

#include <algorithm>

#include "sessions/plain_text.h"

namespace ringscope {

std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const RunSide> sides) {
    std::vector<RunSummary> shown;
    for (const RunSide& side : sides) shown.push_back(store.summary(side.shown));
    std::vector<ComparedRun> runs;
    for (size_t i = 0; i < sides.size(); ++i) {
        const bool same_name =
            !sides[i].named_set && std::any_of(shown.begin(), shown.end(), [&](const RunSummary& other) {
                return other.id != shown[i].id && other.name == shown[i].name;
            });
        ComparedRun compared;
        compared.name = one_line(shown[i].name) + (same_name ? " #" + std::to_string(shown[i].id) : "");
        compared.run = store.load(shown[i].id, RunStore::Output::keep);
        compared.side = {shown[i].id,        {}, sides[i].wrong, sides[i].unfinished, sides[i].named_set,
                         shown[i].invocation};
        for (const RunSummary& repeat : sides[i].repeats) {
            compared.side.ids.push_back(repeat.id);
            compared.repeat_seconds.push_back(repeat.figures["seconds"]);
            compared.repeat_figures.push_back(repeat.figures);
        }
        runs.push_back(std::move(compared));
    }
    return runs;
}

std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const int64_t> ids) {
    return load_to_compare(store, sides_of_runs(store, ids));
}

}  // namespace ringscope
