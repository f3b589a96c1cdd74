#include "sessions/traces/trace_difference.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"
#include "sessions/traces/own_time.h"
#include "sessions/traces/slice_role.h"

namespace ringscope {

namespace {

constexpr int64_t kFewestForSpread = 3;  // slices on either side
constexpr size_t kNamedInHeadline = 2;   // that grew, and as many that shrank
constexpr size_t kNameBytes = 60;        // in the headline

/// What is gathered of one name of one trace before its figures are known.
struct Gathered {
    std::vector<int64_t> durations;
    int64_t own_ns = 0;
};

int64_t saturating_sum(int64_t a, int64_t b) { return b > INT64_MAX - a ? INT64_MAX : a + b; }

NameTimes times_of(Gathered& gathered) {
    std::vector<int64_t>& all = gathered.durations;
    NameTimes times;
    times.slices = static_cast<int64_t>(all.size());
    times.own_ns = gathered.own_ns;
    if (all.empty()) return times;
    std::sort(all.begin(), all.end());
    times.least_ns = all.front();
    times.most_ns = all.back();
    const auto count = static_cast<double>(all.size());
    double sum = 0, squares = 0;
    for (const int64_t duration : all) {
        times.total_ns = saturating_sum(times.total_ns, duration);
        sum += static_cast<double>(duration);
    }
    times.mean_ns = sum / count;
    for (const int64_t duration : all) squares += std::pow(static_cast<double>(duration) - times.mean_ns, 2);
    if (all.size() > 1) times.deviation_ns = std::sqrt(squares / (count - 1));
    const size_t middle = all.size() / 2;
    times.median_ns = all.size() % 2 == 1
                          ? static_cast<double>(all[middle])
                          : (static_cast<double>(all[middle - 1]) + static_cast<double>(all[middle])) / 2;
    return times;
}

/// By name and category, as indices of the trace's own strings: millions of slices have few of them.
using Names = std::map<std::pair<int32_t, int32_t>, Gathered>;

Names gather(const ImportedTrace& trace) {
    Names names;
    std::vector<Gathered*> of_slice;
    for (const ImportedLane& lane : trace.lanes) {
        of_slice.clear();
        for (const ImportedSlice& slice : lane.slices) {
            Gathered& gathered = names[{slice.name, slice.category}];
            gathered.durations.push_back(slice.end_ns - slice.begin_ns);
            of_slice.push_back(&gathered);
        }
        visit_own_time(lane, [&](size_t slice, int64_t begin, int64_t end, const auto&) {
            of_slice[slice]->own_ns = saturating_sum(of_slice[slice]->own_ns, end - begin);
        });
    }
    return names;
}

/// Where the largest change of own time is; of equal ones the first.
size_t trace_of_largest_change(const NameDifference& name) {
    size_t largest = name.in.size() > 1 ? 1 : 0;
    const auto change = [&](size_t trace) { return std::abs(name.in[trace].own_ns - name.in[0].own_ns); };
    for (size_t trace = 2; trace < name.in.size(); ++trace)
        if (change(trace) > change(largest)) largest = trace;
    return largest;
}

/// torch.profiler's span of the recording itself, which is no part of the program.
bool is_recording(const std::string& category) { return category == "Trace"; }

void sort_names(std::vector<NameDifference>& names, bool one_trace) {
    std::sort(names.begin(), names.end(), [&](const NameDifference& a, const NameDifference& b) {
        if (is_recording(a.category) != is_recording(b.category)) return is_recording(b.category);
        const int64_t own_a = one_trace ? a.in[0].own_ns : std::abs(a.own_change_ns());
        const int64_t own_b = one_trace ? b.in[0].own_ns : std::abs(b.own_change_ns());
        if (own_a != own_b) return own_a > own_b;
        const int64_t total_a = one_trace ? a.in[0].total_ns : std::abs(a.total_change_ns());
        const int64_t total_b = one_trace ? b.in[0].total_ns : std::abs(b.total_change_ns());
        if (total_a != total_b) return total_a > total_b;
        return std::tie(a.name, a.category) < std::tie(b.name, b.category);
    });
}

/// Of Student's distribution, 97.5 %: Abramowitz and Stegun 26.7.5, within 4 % of it from two degrees of freedom.
double student_quantile(double freedom) {
    constexpr double z = 1.959964;
    const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom * freedom * freedom);
}

std::string signed_time(int64_t ns) { return (ns < 0 ? "-" : "+") + nanoseconds_text(ns < 0 ? -ns : ns); }

std::string changed_name(const NameDifference& name, size_t trace) {
    const NameTimes& before = name.in.front();
    const NameTimes& after = name.in[trace];
    std::string text =
        "'" + cut_text(one_line(name.name), kNameBytes) + "' " + signed_time(after.own_ns - before.own_ns);
    if (before.slices == 0) return text + " (new)";
    if (after.slices == 0) return text + " (gone)";
    if (before.slices != after.slices)
        return text + " (from " + count_text(before.slices) + " to " + count_text(after.slices) + " slices)";
    return text + " (mean " + nanoseconds_text(std::llround(before.mean_ns)) + ", then " +
           nanoseconds_text(std::llround(after.mean_ns)) + ")";
}

/// Whether the name belongs in a headline: a step or the recording itself says when, and not what.
bool says_something(const NameDifference& name) {
    return !is_recording(name.category) &&
           !(names_a_step(name.name) && slice_role(name.name, name.category) == SliceRole::enclosing);
}

/// Whether the change to that trace is of as many slices, and smaller than they vary.
bool may_be_chance(const NameDifference& name, size_t trace) {
    const std::optional<double> error = name.mean_change_error_ns();
    return name.trace == trace && error && name.in[0].slices == name.in[trace].slices &&
           std::abs(name.mean_change_ns()) <= *error;
}

/// The names whose own time grew (or shrank) most between the first trace and `trace`: "'a' +2 ms, 'b' +1 ms".
std::string most_changed(const TraceDifference& difference, size_t trace, bool grew) {
    const auto change = [&](const NameDifference* name) {
        return (grew ? 1 : -1) * (name->in[trace].own_ns - name->in.front().own_ns);
    };
    std::vector<const NameDifference*> names;
    for (const NameDifference& name : difference.names)
        if (change(&name) > 0 && says_something(name) && !may_be_chance(name, trace)) names.push_back(&name);
    const size_t shown = std::min(names.size(), kNamedInHeadline);
    std::partial_sort(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), names.end(),
                      [&](const auto* a, const auto* b) { return change(a) > change(b); });
    std::string text;
    for (size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + changed_name(*names[i], trace);
    return text;
}

std::string own_times_headline(const TraceDifference& difference) {
    std::string text;
    size_t named = 0;
    for (const NameDifference& name : difference.names) {
        if (!says_something(name)) continue;
        if (named++ == 3) break;
        const double share = static_cast<double>(name.in[0].own_ns) /
                             static_cast<double>(std::max<int64_t>(difference.own_ns[0], 1));
        text += (text.empty() ? "Most time went into " : ", ") + std::string("'") +
                cut_text(one_line(name.name), kNameBytes) + "' (" + percent_text(share) + ", " +
                nanoseconds_text(name.in[0].own_ns) + ")";
    }
    return text.empty() ? "" : text + ".";
}

}  // namespace

bool NameDifference::in_all() const {
    return std::all_of(in.begin(), in.end(), [](const NameTimes& times) { return times.slices > 0; });
}

std::optional<double> NameDifference::mean_change_error_ns() const {
    const NameTimes& a = in.front();
    const NameTimes& b = in[trace];
    if (trace == 0 || a.slices < kFewestForSpread || b.slices < kFewestForSpread) return std::nullopt;
    const auto count_a = static_cast<double>(a.slices), count_b = static_cast<double>(b.slices);
    const double variance_a = a.deviation_ns * a.deviation_ns / count_a;
    const double variance_b = b.deviation_ns * b.deviation_ns / count_b;
    const double variance = variance_a + variance_b;
    if (!(variance > 0)) return 0.0;
    const double freedom =
        variance * variance /
        (variance_a * variance_a / (count_a - 1) + variance_b * variance_b / (count_b - 1));
    return student_quantile(freedom) * std::sqrt(variance);
}

std::string grouped_name(const std::string& name) {
    std::string text;
    int depth = 0;
    for (size_t i = 0; i < name.size(); ++i) {
        const char letter = name[i];
        // "operator<" and "->" open and close nothing.
        const bool sign = letter == '>' && i > 0 && name[i - 1] == '-';
        if (name.compare(i, 21, "(anonymous namespace)") == 0 && depth == 0) {
            text += "(anonymous namespace)";
            i += 20;
        } else if ((letter == '<' || letter == '(') && !text.ends_with("operator") && !text.empty()) {
            ++depth;
        } else if ((letter == '>' || letter == ')') && !sign && depth > 0) {
            --depth;
        } else if (depth == 0) {
            text += letter;
        }
    }
    if (depth > 0) text = name;  // unbalanced: not a function's name
    if (text.starts_with("void ")) text.erase(0, 5);
    std::string grouped;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
        const bool after_sign =
            digit && i > 0 && std::string_view("#_:- ").find(text[i - 1]) != std::string_view::npos;
        if (!after_sign) {
            grouped += text[i];
            continue;
        }
        size_t end = i;
        while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
        const bool whole_word =
            end == text.size() || std::isalnum(static_cast<unsigned char>(text[end])) == 0;
        grouped += whole_word ? "N" : text.substr(i, end - i);
        i = end - 1;
    }
    while (grouped.ends_with(' ')) grouped.pop_back();
    return grouped;
}

TraceDifference trace_difference(const ImportedTraces& traces, NameRule rule) {
    std::map<std::pair<std::string, std::string>, std::vector<Gathered>> all;
    TraceDifference difference;
    for (size_t i = 0; i < traces.size(); ++i) {
        const ImportedTrace& trace = *traces[i];
        int64_t own = 0;
        for (auto& [key, gathered] : gather(trace)) {
            if (!is_recording(trace.text(key.second))) own = saturating_sum(own, gathered.own_ns);
            const std::string& name = trace.text(key.first);
            auto& in = all[{rule == NameRule::grouped ? grouped_name(name) : name, trace.text(key.second)}];
            in.resize(traces.size());
            in[i].own_ns = saturating_sum(in[i].own_ns, gathered.own_ns);
            in[i].durations.insert(in[i].durations.end(), gathered.durations.begin(),
                                   gathered.durations.end());
        }
        difference.own_ns.push_back(own);
    }
    for (auto& [key, gathered] : all) {
        NameDifference name{key.first, key.second, {}};
        for (Gathered& of_trace : gathered) name.in.push_back(times_of(of_trace));
        name.trace = trace_of_largest_change(name);
        difference.names.push_back(std::move(name));
    }
    sort_names(difference.names, traces.size() == 1);
    return difference;
}

std::string difference_headline(const ImportedTraces& traces, const TraceDifference& difference) {
    if (difference.names.empty()) return "";
    if (traces.size() == 1) return own_times_headline(difference);
    const size_t last = traces.size() - 1;
    const int64_t before = traces.front()->length_ns, after = traces.back()->length_ns;
    std::string text = one_line(traces.back()->name);
    if (before == after)
        text += " is as long as ";
    else if (before <= 0)
        text += " is longer than ";
    else
        text +=
            " is " +
            exact_percent_text(static_cast<double>(std::abs(after - before)) / static_cast<double>(before)) +
            (after > before ? " longer than " : " shorter than ");
    text += one_line(traces.front()->name) + " (" + nanoseconds_text(after) + ", " +
            nanoseconds_text(before) + ").";
    const std::string grew = most_changed(difference, last, true);
    const std::string shrank = most_changed(difference, last, false);
    if (!grew.empty()) text += " Grew most: " + grew + ".";
    if (!shrank.empty()) text += " Shrank most: " + shrank + ".";
    if (grew.empty() && shrank.empty()) text += " No name changed by more than its slices vary.";
    return text;
}

}  // namespace ringscope
