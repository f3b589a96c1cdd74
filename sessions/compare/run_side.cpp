#include "sessions/compare/run_side.h"

#include <algorithm>
#include <charconv>

#include "sessions/compare/repeats.h"

namespace ringscope {

namespace {

/// How far a single run's repeats reach: less where sides would share runs.
enum class Reach { invocation_or_name, invocation, invocation_and_name };
constexpr Reach kReaches[] = {Reach::invocation_or_name, Reach::invocation, Reach::invocation_and_name};

bool within(const RunSummary& run, const RunSummary& other, Reach reach) {
    const bool name = run.name == other.name;
    // Of runs of older files no invocation is known: there the name says it.
    const bool invocation = run.invocation == other.invocation && (!run.invocation.empty() || name);
    if (reach == Reach::invocation_or_name) return invocation || name;
    return reach == Reach::invocation ? invocation : invocation && name;
}

bool by_number(const RunSummary& a, const RunSummary& b) { return a.id < b.id; }

void add(RunSide& side, const RunSummary& run) {
    if (known_wrong(run))
        side.wrong.push_back(run.id);
    else
        side.repeats.push_back(run);
}

RunSide side_of(const RunSummary& run, std::span<const RunSummary> all, Reach reach) {
    RunSide side{run.id};
    if (run.state != RunState::done) return side;
    for (const RunSummary& other : all)
        if (other.id == run.id ||
            (!other.is_trace && within(run, other, reach) && unlike(run, other).empty()))
            add(side, other);
    std::sort(side.repeats.begin(), side.repeats.end(), by_number);
    std::sort(side.wrong.begin(), side.wrong.end());
    return side;
}

bool share_runs(const RunSide& a, const RunSide& b) {
    return std::any_of(a.repeats.begin(), a.repeats.end(), [&](const RunSummary& run) {
        return std::any_of(b.repeats.begin(), b.repeats.end(),
                           [&](const RunSummary& other) { return run.id == other.id; });
    });
}

/// Takes from the sides of single runs what another side has too. Sides that still share runs after that are repeats
/// of each other.
void part(std::vector<RunSide>& sides, std::span<const RunSummary> all) {
    for (const Reach reach : kReaches) {
        std::vector<size_t> shared;
        for (size_t i = 0; i < sides.size(); ++i)
            for (size_t j = 0; j < sides.size(); ++j)
                if (i != j && !sides[i].named_set && share_runs(sides[i], sides[j])) {
                    shared.push_back(i);
                    break;
                }
        for (const size_t i : shared)
            for (const RunSummary& run : all)
                if (run.id == sides[i].shown) {
                    sides[i] = side_of(run, all, reach);
                    break;
                }
    }
}

std::vector<int64_t> numbers_of(std::span<const RunSummary> runs) {
    std::vector<int64_t> ids;
    for (const RunSummary& run : runs) ids.push_back(run.id);
    return ids;
}

/// Says which of the runs the first differs from, and in what.
void require_one_side(const std::string& name, std::span<const RunSummary> runs, bool any_build) {
    for (const RunSummary& run : runs) {
        const std::string what = unlike(runs.front(), run, any_build);
        if (what.empty()) continue;
        std::vector<RunSummary> like, others;
        for (const RunSummary& other : runs)
            (unlike(runs.front(), other, any_build).empty() ? like : others).push_back(other);
        throw Error(ErrorKind::bad_input,
                    "the " + std::to_string(runs.size()) + " runs named \"" + name +
                        "\" are not one side of a comparison: " + run_numbers_text(numbers_of(like)) +
                        " and " + run_numbers_text(numbers_of(others)) + " differ in " + what +
                        "; name a run of each by its number");
    }
}

/// The one with the median time; of two in the middle the faster.
int64_t median_run(std::vector<RunSummary> runs) {
    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
        return a.figures["seconds"] < b.figures["seconds"];
    });
    return runs[(runs.size() - 1) / 2].id;
}

RunSide named_side(const std::string& name, std::vector<RunSummary> runs, bool any_build) {
    std::sort(runs.begin(), runs.end(), by_number);
    RunSide side;
    side.named_set = true;
    std::vector<RunSummary> finished;
    for (const RunSummary& run : runs)
        if (run.state == RunState::done)
            finished.push_back(run);
        else
            side.unfinished.push_back(run.id);
    if (!finished.empty()) require_one_side(name, finished, any_build);
    for (const RunSummary& run : finished) add(side, run);
    side.shown = !side.wrong.empty()    ? side.wrong.front()
                 : side.repeats.empty() ? side.unfinished.front()
                                        : median_run(side.repeats);
    return side;
}

bool is_number_of(const std::string& word, std::span<const RunSummary> all) {
    int64_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    return error == std::errc{} && end == word.data() + word.size() &&
           std::any_of(all.begin(), all.end(), [&](const RunSummary& run) { return run.id == id; });
}

}  // namespace

NamedSides find_sides(RunStore& store, std::span<const std::string> words, bool any_build) {
    const std::vector<RunSummary> all = store.list();
    NamedSides named;
    for (const std::string& word : words) {
        std::vector<RunSummary> of_name;
        if (!is_number_of(word, all))
            for (const RunSummary& run : all)
                if (!run.is_trace && run.name == word) of_name.push_back(run);
        if (of_name.size() > 1) {
            named.runs.push_back(named_side(word, std::move(of_name), any_build));
            continue;
        }
        const RunSummary run = store.summary(of_name.empty() ? store.find(word) : of_name.front().id);
        if (run.is_trace)
            named.traces.push_back(run.id);
        else
            named.runs.push_back(side_of(run, all, Reach::invocation_or_name));
    }
    part(named.runs, all);
    return named;
}

std::vector<RunSide> sides_of_runs(RunStore& store, std::span<const int64_t> ids) {
    const std::vector<RunSummary> all = store.list();
    std::vector<RunSide> sides;
    for (const int64_t id : ids) sides.push_back(side_of(store.summary(id), all, Reach::invocation_or_name));
    part(sides, all);
    return sides;
}

std::string run_numbers_text(std::span<const int64_t> ids) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < ids.size();) {
        size_t last = i;
        while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) ++last;
        const std::string first = std::to_string(ids[i]);
        parts.push_back(last == i ? first : first + "-" + std::to_string(ids[last]));
        i = last + 1;
    }
    std::string text = ids.size() == 1 ? "run " : "runs ";
    for (size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return text;
}

}  // namespace ringscope
