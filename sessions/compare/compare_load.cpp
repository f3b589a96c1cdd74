#include "sessions/compare/compare_load.h"

#include <algorithm>
#include <utility>

#include "engine/simulate/replay.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

/// Has times of this machine's clock.
bool is_timed_here(const Run& run) { return run.origin == Origin::measured && run.state == RunState::done; }

/// Of a named set the run with the median time stands for the side, by its replayed time too; of two in the middle the
/// faster.
void show_median(RunStore& store, ComparedRun& compared) {
    std::vector<std::pair<double, int64_t>> times;
    for (size_t i = 0; i < compared.side.ids.size(); ++i)
        times.emplace_back(compared.repeat_seconds[i], compared.side.ids[i]);
    if (times.empty()) return;
    std::sort(times.begin(), times.end());
    const int64_t median = times[(times.size() - 1) / 2].second;
    if (median == compared.side.shown) return;
    compared.side.shown = median;
    compared.run = replay(*store.load(median, RunStore::Output::keep));
}

void replay_side(RunStore& store, ComparedRun& compared) {
    compared.run = replay(*compared.run);
    const std::vector<int64_t> ids = std::exchange(compared.side.ids, {});
    compared.repeat_seconds.clear();
    compared.repeat_figures.clear();
    for (const int64_t id : ids) {
        const auto repeat = id == compared.side.shown ? compared.run : store.load(id);
        if (repeat != compared.run && !why_not_replayable(*repeat).empty()) continue;
        const auto replayed = repeat == compared.run ? repeat : replay(*repeat);
        compared.side.ids.push_back(id);
        compared.repeat_seconds.push_back(replayed->metrics.seconds);
        compared.repeat_figures.emplace_back(*replayed);
    }
    if (compared.side.named_set && compared.side.wrong.empty()) show_median(store, compared);
}

/// Waits for a core say nothing of the ring, so they must not decide between sides. All measured sides or none: two
/// clocks do not compare.
void replay_sides(RunStore& store, std::vector<ComparedRun>& runs) {
    const bool shared = std::any_of(runs.begin(), runs.end(),
                                    [](const ComparedRun& compared) { return shares_cores(*compared.run); });
    const bool possible = std::all_of(runs.begin(), runs.end(), [](const ComparedRun& compared) {
        return !is_timed_here(*compared.run) || why_not_replayable(*compared.run).empty();
    });
    if (!shared || !possible) return;
    for (ComparedRun& compared : runs)
        if (is_timed_here(*compared.run)) replay_side(store, compared);
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
