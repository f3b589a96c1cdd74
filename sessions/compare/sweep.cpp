#include "sessions/compare/sweep.h"

#include <algorithm>
#include <map>

#include "engine/run/execute.h"
#include "sessions/experiment_file.h"

namespace ringscope {

namespace {

/// At commas outside brackets, braces and quotes.
std::vector<std::string> split_values(const std::string& text) {
    std::vector<std::string> values(1);
    int depth = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '[' || c == '{')) ++depth;
        if (!quoted && (c == ']' || c == '}')) --depth;
        if (c == ',' && depth == 0 && !quoted)
            values.emplace_back();
        else
            values.back() += c;
    }
    return values;
}

/// "ranks" of "ring.ranks": no two fields end alike.
std::string short_name(const SweepAxis& axis) { return axis.path.substr(axis.path.rfind('.') + 1); }

void find_axis_problems(const Experiment& base, std::span<const SweepAxis> axes,
                        std::vector<std::string>& problems) {
    for (size_t i = 0; i < axes.size(); ++i) {
        for (size_t j = 0; j < i; ++j)
            if (axes[j].path == axes[i].path)
                problems.push_back(axes[i].path + " is given twice: give all its values in one --set");
        for (const std::string& value : axes[i].values) {
            Experiment experiment = base;
            try {
                set_experiment_field(experiment, axes[i].path, value);
            } catch (const Error& error) {
                // An unknown path is the same problem for each of its values.
                if (problems.empty() || problems.back() != error.what()) problems.emplace_back(error.what());
            }
        }
    }
}

SweepPoint make_point(const Experiment& base, std::span<const SweepAxis> axes, size_t number) {
    SweepPoint point{std::vector<std::string>(axes.size()), "", base, ""};
    for (size_t i = axes.size(); i-- > 0;) {
        point.values[i] = axes[i].values[number % axes[i].values.size()];
        number /= axes[i].values.size();
    }
    for (size_t i = 0; i < axes.size(); ++i) {
        set_experiment_field(point.experiment, axes[i].path, point.values[i]);
        if (axes[i].values.size() > 1)
            point.label += (point.label.empty() ? "" : " ") + short_name(axes[i]) + "=" + point.values[i];
    }
    point.hash = experiment_hash(point.experiment);
    return point;
}

bool same_problem(const Experiment& a, const Experiment& b) {
    return a.problem == b.problem && a.input == b.input;
}

}  // namespace

SweepAxis parse_sweep_axis(const std::string& assignment) {
    const FieldSetting setting = parse_setting(assignment);
    return {setting.path, split_values(setting.text)};
}

SweepPlan plan_sweep(const Experiment& base, std::span<const SweepAxis> axes) {
    SweepPlan plan;
    size_t count = 1;
    for (const SweepAxis& axis : axes) {
        count *= axis.values.size();
        if (count > kMostSweepPoints)
            throw Error(ErrorKind::bad_input, "the settings make more than " +
                                                  std::to_string(kMostSweepPoints) +
                                                  " combinations: that many are allowed");
    }
    find_axis_problems(base, axes, plan.problems);
    if (!plan.problems.empty()) return plan;
    std::map<std::string, std::string> seen;  // hash to label
    for (size_t number = 0; number < count; ++number) {
        SweepPoint point = make_point(base, axes, number);
        const auto [known, is_new] = seen.emplace(point.hash, point.label);
        if (!is_new)
            plan.problems.push_back(point.label + " is the same experiment as " + known->second +
                                    ": give each once");
        try {
            require_runnable(point.experiment);
        } catch (const Error& error) {
            plan.problems.push_back((point.label.empty() ? "" : point.label + ": ") + error.what());
        }
        plan.points.push_back(std::move(point));
    }
    return plan;
}

Held held_as(const SweepPoint& point, const RunSummary& saved, const SweepConditions& now) {
    if (saved.experiment_hash != point.hash || saved.input_name != now.input_name ||
        saved.state != RunState::done || saved.host != now.host || (now.verified && !saved.verified))
        return Held::no;
    const int asked = point.experiment.backend.threads;
    const int threads = asked > 0 ? asked : now.usable_cores;
    if (saved.cpu != now.cpu || saved.cores != now.cores ||
        (saved.device == "cpu" && saved.threads != threads))
        return Held::no;
    const bool same_build =
        saved.version == now.version && saved.revision == now.revision && is_known_build(now.revision);
    return same_build || now.any_build ? Held::yes : Held::by_other_build;
}

HeldRuns held_runs(const SweepPoint& point, std::span<const RunSummary> newest_first,
                   const SweepConditions& conditions) {
    HeldRuns held;
    for (const RunSummary& saved : newest_first) {
        const Held as = held_as(point, saved, conditions);
        if (as == Held::by_other_build)
            held.other_builds.push_back(build_words(saved.version, saved.revision));
        const bool alike = held.runs.empty() || unlike(held.runs.front(), saved, true).empty();
        if (as == Held::yes && alike) held.runs.push_back(saved);
    }
    std::reverse(held.runs.begin(), held.runs.end());
    return held;
}

Spread spread_of(const SweepRow& row) {
    std::vector<double> seconds;
    for (const SweepRun& run : row.runs) seconds.push_back(run.figures["seconds"]);
    return spread_of(std::move(seconds));
}

bool is_verified(const SweepRow& row) {
    return !row.runs.empty() && std::all_of(row.runs.begin(), row.runs.end(), [](const SweepRun& run) {
        return run.verified && run.verify_passed;
    });
}

SweepBest best_of(std::span<const SweepRow> rows) {
    if (rows.size() < 2) return {-1, "No best: there is only one combination."};
    SweepBest best;
    for (size_t i = 0; i < rows.size(); ++i) {
        if (!same_problem(rows[i].point.experiment, rows[0].point.experiment))
            return {-1, "No best: the combinations solve different problems, so their times do not compare."};
        if (!is_verified(rows[i])) continue;
        if (best.row < 0 || spread_of(rows[i]).median < spread_of(rows[static_cast<size_t>(best.row)]).median)
            best.row = static_cast<int>(i);
    }
    if (best.row < 0) return {-1, "No best: no combination has a verified correct answer; use --verify."};
    const auto first = static_cast<size_t>(best.row);
    const Spread fastest = spread_of(rows[first]);
    for (size_t i = 0; i < rows.size(); ++i) {
        if (!is_verified(rows[i])) continue;
        const Spread spread = spread_of(rows[i]);
        if (!has_enough_repeats(spread) || !has_enough_repeats(fastest))
            return {-1, "No best: a combination has fewer than " + std::to_string(kLeastRepeatsForClaim) +
                            " repeats, so the noise is not known."};
        if (i != first && !is_faster(fastest, spread))
            return {-1, "No best: the least median, of " + rows[first].point.label +
                            ", lies within the spread of " + rows[i].point.label + "."};
    }
    return best;
}

}  // namespace ringscope
