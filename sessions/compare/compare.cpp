#include "sessions/compare/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/experiment/experiment_fields.h"
#include "engine/simulate/replay.h"
#include "sessions/compare/run_side.h"
#include "sessions/experiment_file.h"

namespace ringscope {

namespace {

using Runs = std::span<const ComparedRun>;

std::string field_value(const Experiment& experiment, const std::string& path) {
    if (path == "problem.head_groups") return head_groups_to_json(experiment.problem.head_groups);
    return field_text(experiment, path);
}

bool all_equal(const std::vector<std::string>& values) {
    return std::all_of(values.begin(), values.end(),
                       [&](const std::string& v) { return v == values.front(); });
}

std::vector<SettingDifference> differing_settings(Runs runs) {
    std::vector<SettingDifference> differences;
    visit_fields(runs.front().run->experiment, [&](const Field& field, const auto&) {
        SettingDifference difference{field.path, {}};
        for (const ComparedRun& compared : runs)
            difference.values.push_back(field_value(compared.run->experiment, field.path));
        if (!all_equal(difference.values)) differences.push_back(std::move(difference));
    });
    return differences;
}

std::optional<double> ratio(const std::optional<double>& value, const std::optional<double>& to) {
    if (!value || !to || *to == 0) return {};
    return *value / *to;
}

/// Every figure of the finished runs, in the list's order.
std::vector<MetricRow> metric_rows(Runs runs) {
    std::vector<MetricRow> rows;
    for (const Figure& figure : figures()) {
        MetricRow row{figure.key, figure.label, figure.formula, figure.unit, figure.better, {}, {}, -1, {}};
        for (const ComparedRun& compared : runs) {
            const bool done = compared.run->state == RunState::done;
            const double value = done ? figure.of(*compared.run) : NAN;
            row.values.push_back(std::isnan(value) ? std::nullopt : std::optional(value));
            row.bands.emplace_back();
            row.ratios.push_back(ratio(row.values.back(), row.values.front()));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

/// The time that claims about speed rest on; no row when no run has repeats.
void add_median_row(Comparison& c) {
    MetricRow row{"seconds_median",
                  "median time of the repeats",
                  "The middle of the times of the run's repeats, or the mean of the two in the middle.",
                  Unit::seconds,
                  Better::less,
                  {},
                  {},
                  -1,
                  {}};
    bool known = false;
    for (const Spread& spread : c.spreads) {
        const bool repeated = noise_band(spread).has_value();
        known = known || repeated;
        row.values.push_back(repeated ? std::optional(spread.median) : std::nullopt);
        row.bands.push_back(repeated ? std::optional((spread.most - spread.least) / 2) : std::nullopt);
        row.ratios.push_back(ratio(row.values.back(), row.values.front()));
    }
    if (known) c.metrics.insert(c.metrics.begin() + 1, std::move(row));
}

std::vector<RankRow> rank_rows(Runs runs) {
    size_t most = 0;
    for (const ComparedRun& compared : runs) most = std::max(most, compared.run->metrics.ranks.size());
    std::vector<RankRow> rows(most);
    for (size_t rank = 0; rank < most; ++rank) {
        rows[rank].rank = static_cast<int>(rank);
        for (const ComparedRun& compared : runs) {
            const auto& ranks = compared.run->metrics.ranks;
            if (rank < ranks.size())
                rows[rank].runs.emplace_back(ranks[rank]);
            else
                rows[rank].runs.emplace_back();
        }
    }
    return rows;
}

/// A sentence when the runs do not all have the same text for something.
template <typename Text>
void warn_if_different(Runs runs, const char* what, Text text, std::vector<std::string>& warnings) {
    std::vector<std::string> values;
    for (const ComparedRun& compared : runs) values.push_back(text(*compared.run));
    if (all_equal(values)) return;
    std::string sentence = std::string("The runs differ in ") + what + ": ";
    for (size_t i = 0; i < values.size(); ++i)
        sentence += (i ? ", " : "") + (values[i].empty() ? std::string("none") : values[i]);
    warnings.push_back(sentence + ".");
}

/// Runs of builds that nobody knows, unless one start of the program made them all.
void warn_of_unknown_builds(Runs runs, std::vector<std::string>& warnings) {
    std::string names;
    for (const ComparedRun& compared : runs)
        if (!is_known_build(compared.run->revision)) names += (names.empty() ? "" : ", ") + compared.name;
    const bool one_build = std::all_of(runs.begin(), runs.end(), [&](const ComparedRun& compared) {
        const ComparedRun& first = runs.front();
        return compared.run == first.run ||
               (!first.side.invocation.empty() && compared.side.invocation == first.side.invocation);
    });
    if (!names.empty() && !one_build)
        warnings.push_back("What was built is not known of " + names +
                           " (no commit, or files changed since): the builds may differ.");
}

void warn_of_sides(Runs runs, std::vector<std::string>& warnings) {
    for (const ComparedRun& compared : runs) {
        if (!compared.side.wrong.empty() && !(compared.side.wrong == std::vector{compared.side.shown}))
            warnings.push_back(compared.name + ": " + run_numbers_text(compared.side.wrong) +
                               " of its repeats gave a wrong answer.");
        if (!compared.side.unfinished.empty() && !compared.side.ids.empty())
            warnings.push_back(compared.name + ": " + run_numbers_text(compared.side.unfinished) +
                               " did not finish and is left out.");
    }
}

std::vector<std::string> unfairness(Runs runs) {
    std::vector<std::string> warnings;
    warn_of_sides(runs, warnings);
    for (const ComparedRun& compared : runs) {
        const Run& run = *compared.run;
        if (run.state != RunState::done)
            warnings.push_back(compared.name + " " +
                               (run.state == RunState::failed ? "failed" : "was cancelled") +
                               ": it has no figures.");
        else if (!run.verification)
            warnings.push_back(compared.name + " was not verified.");
        else if (!run.verification->passed)
            warnings.push_back(compared.name + " failed verification: its figures belong to a wrong answer.");
    }
    warn_if_different(
        runs, "origin", [](const Run& r) { return name_of(r.origin); }, warnings);
    warn_if_different(
        runs, "host", [](const Run& r) { return r.machine.host; }, warnings);
    warn_if_different(
        runs, "processor", [](const Run& r) { return r.machine.cpu; }, warnings);
    warn_if_different(
        runs, "cores", [](const Run& r) { return std::to_string(r.machine.cores); }, warnings);
    warn_if_different(
        runs, "device", [](const Run& r) { return r.device; }, warnings);
    warn_if_different(
        runs, "kernel", [](const Run& r) { return r.kernel; }, warnings);
    warn_if_different(
        runs, "threads", [](const Run& r) { return std::to_string(r.threads); }, warnings);
    warn_if_different(
        runs, "version", [](const Run& r) { return build_text(r.version, r.revision); }, warnings);
    warn_of_unknown_builds(runs, warnings);
    warn_if_different(
        runs, "input", [](const Run& r) { return r.input_name.empty() ? "generated" : r.input_name; },
        warnings);
    warn_if_different(
        runs, "dtype", [](const Run& r) { return name_of(r.experiment.problem.dtype); }, warnings);
    for (const ComparedRun& compared : runs)
        if (shares_cores(*compared.run))
            warnings.push_back(compared.name + " has the clock of " + clock_text(*compared.run) +
                               ": its times show which rank the system let have a core.");
    const bool one_problem = std::all_of(runs.begin(), runs.end(), [&](const ComparedRun& compared) {
        return same_problem(*runs.front().run, *compared.run);
    });
    if (!one_problem) warnings.push_back("The runs solve different problems: times do not compare.");
    return warnings;
}

/// Bytes and their like are exact; a time is best only where is_faster() says so of every other run.
void mark_best(Comparison& c, Runs runs) {
    const auto may_be_best = [&](size_t i) { return !answered_wrongly(runs[i]); };
    for (MetricRow& row : c.metrics) {
        const bool exact = row.unit == Unit::bytes;
        const bool timed = row.key == "seconds" || row.key == "seconds_median";
        if (row.better == Better::neither || (!exact && !timed)) continue;
        int best = -1;
        for (size_t i = 0; i < runs.size(); ++i)
            if (row.values[i] && may_be_best(i) && (best < 0 || *row.values[i] < *row.values[best]))
                best = static_cast<int>(i);
        bool beats_another = false;
        for (size_t i = 0; best >= 0 && i < runs.size(); ++i) {
            if (static_cast<int>(i) == best || !row.values[i] || !may_be_best(i)) continue;
            const bool apart = exact ? *row.values[i] > *row.values[best]
                                     : is_faster(c.spreads[static_cast<size_t>(best)], c.spreads[i]);
            if (!apart) best = -1;
            beats_another = true;
        }
        row.best = beats_another ? best : -1;
    }
}

bool same_figures(const Comparison& c) {
    for (const MetricRow& row : c.metrics)
        for (const auto& value : row.values)
            if (value != row.values.front()) return false;
    return true;
}

}  // namespace

bool same_problem(const Run& a, const Run& b) { return a.experiment.problem == b.experiment.problem; }

bool are_one_set(const ComparedRun& a, const ComparedRun& b) {
    if (a.side.shown == 0 || b.side.shown == 0)
        return a.repeat_seconds.size() >= 2 && a.run->experiment == b.run->experiment &&
               a.repeat_seconds == b.repeat_seconds;
    return std::any_of(a.side.ids.begin(), a.side.ids.end(), [&](int64_t id) {
        return std::binary_search(b.side.ids.begin(), b.side.ids.end(), id);
    });
}

Comparison compare_runs(Runs runs) {
    if (runs.size() < 2)
        throw Error(ErrorKind::bad_input,
                    std::to_string(runs.size()) + " runs are not enough to compare: 2 or more");
    Comparison c;
    for (const ComparedRun& compared : runs) {
        c.names.push_back(compared.name);
        c.sides.push_back(compared.side);
        c.clocks.push_back(clock_text(*compared.run));
    }
    c.settings = differing_settings(runs);
    c.metrics = metric_rows(runs);
    c.ranks = rank_rows(runs);
    for (const ComparedRun& compared : runs)
        c.spreads.push_back(spread_of(compared.repeat_seconds.empty()
                                          ? std::vector<double>{compared.run->metrics.seconds}
                                          : compared.repeat_seconds));
    add_median_row(c);
    mark_best(c, runs);
    c.warnings = unfairness(runs);
    for (const ComparedRun& compared : runs)
        c.outputs.push_back(&compared == &runs[0] ? std::nullopt
                                                  : output_difference(*runs[0].run, *compared.run));
    c.same = c.settings.empty() && same_figures(c) &&
             std::all_of(c.outputs.begin(), c.outputs.end(), [](const auto& d) { return !d || d->same(); });
    if (c.same) {
        c.verdict = "No difference.";
        return c;
    }
    for (size_t i = 1; i < runs.size(); ++i) c.verdict += (i > 1 ? "\n" : "") + verdict_on(c, runs, i);
    return c;
}

}  // namespace ringscope
