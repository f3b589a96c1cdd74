#include "sessions/compare/compare_load.h"

#include <algorithm>

#include "engine/simulate/replay.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

std::shared_ptr<const Run> replayed_where_possible(std::shared_ptr<const Run> run) {
    return why_not_replayable(*run).empty() ? replay(*run) : run;
}

/// Waits for a core say nothing of the ring, so they must not decide between sides.
void replay_sides(RunStore& store, std::vector<ComparedRun>& runs) {
    const bool shared = std::any_of(runs.begin(), runs.end(),
                                    [](const ComparedRun& compared) { return shares_cores(*compared.run); });
    if (!shared) return;
    for (ComparedRun& compared : runs) {
        compared.run = replayed_where_possible(compared.run);
        if (compared.run->origin != Origin::replayed) continue;
        for (size_t i = 0; i < compared.side.ids.size(); ++i) {
            const bool is_shown = compared.side.ids[i] == compared.side.shown;
            const auto repeat =
                is_shown ? compared.run : replayed_where_possible(store.load(compared.side.ids[i]));
            compared.repeat_seconds[i] = repeat->metrics.seconds;
            compared.repeat_figures[i] = FigureValues(*repeat);
        }
    }
}

}  // namespace

std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const RunSide> sides,
                                         CompareClock clock) {
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
    if (clock == CompareClock::own_devices) replay_sides(store, runs);
    return runs;
}

std::vector<ComparedRun> load_to_compare(RunStore& store, std::span<const int64_t> ids, CompareClock clock) {
    return load_to_compare(store, sides_of_runs(store, ids), clock);
}

}  // namespace ringscope
