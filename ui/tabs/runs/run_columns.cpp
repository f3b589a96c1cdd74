#include "ui/tabs/runs/run_columns.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string_view>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

template <auto member>
bool less_by(const RunSummary& a, const RunSummary& b) {
    return a.*member < b.*member;
}

std::string reference_text(const RunSummary& run, int64_t) {
    if (!run.verified) return "not verified";
    return (run.verify_passed ? "ok, " : "WRONG, ") + error_text(run.figures["max_abs_error"]);
}

bool state_less(const RunSummary& a, const RunSummary& b) {
    return std::string_view(state_text(a)) < std::string_view(state_text(b));
}

std::vector<RunColumn> record_columns() {
    return {
        {.key = "name",
         .title = "name",
         .help = "As given, or made from the settings. (baseline): the one that others are compared with.",
         .text = [](const RunSummary& r, int64_t) { return name_with_state(r); },
         .less = less_by<&RunSummary::name>,
         .most_points = 330,
         .of_traces = true},
        {.key = "tags",
         .title = "tags",
         .help = "Words of your own; the filter finds them as tag:WORD.",
         .importance = 30,
         .text = [](const RunSummary& r, int64_t) { return tags_text(r); },
         .less = less_by<&RunSummary::tags>,
         .most_points = 120,
         .of_traces = true},
        {.key = "started",
         .title = "started (UTC)",
         .help = "When the run began; of a kept trace, when it was kept. Without a year: this year.",
         .importance = 20,
         .text = [](const RunSummary& r, int64_t now) { return short_utc_text(r.started_utc_ms, now); },
         .less = less_by<&RunSummary::started_utc_ms>,
         .of_traces = true},
        {.key = "state",
         .title = "state",
         .help = "done, failed or cancelled; trace: kept from another program.",
         .importance = 40,
         .text = [](const RunSummary& r, int64_t) { return std::string(state_text(r)); },
         .less = state_less,
         .of_traces = true},
        {.key = "tokens",
         .title = "tokens",
         .help = "Sequence length n.",
         .importance = 105,
         .text = [](const RunSummary& r, int64_t) { return count_text(r.seq_len); },
         .less = less_by<&RunSummary::seq_len>,
         .at_right = true},
        {.key = "ranks",
         .title = "ranks",
         .help = "Ring size p.",
         .importance = 85,
         .text = [](const RunSummary& r, int64_t) { return std::to_string(r.ranks); },
         .less = less_by<&RunSummary::ranks>,
         .at_right = true},
        {.key = "strategy",
         .title = "strategy",
         .help = "single, all_gather, ring, or auto: how keys and values get to the ranks.",
         .importance = 95,
         .text = [](const RunSummary& r, int64_t) { return r.strategy; },
         .less = less_by<&RunSummary::strategy>},
    };
}

/// Of the `index`-th figure. The time is wanted most; the others come between what a run is, in their order.
RunColumn figure_column(const Figure& figure, int index) {
    const bool one_word = std::string_view(figure.name).find(' ') == std::string_view::npos;
    RunColumn column{.key = one_word ? figure.name : figure.list_key(),
                     .title = figure.name,
                     .help = std::string(figure.label) + ": " + figure.formula,
                     .importance = index == 0 ? 10 : 40 + 10 * index,
                     .figure = &figure,
                     .at_right = true,
                     .on_request = !figure.headline};
    if (std::string_view(figure.key) != "max_abs_error") return column;
    column.key = column.title = "reference";
    column.text = reference_text;  // in words, because it says whether the answer was checked
    column.at_right = false;
    return column;
}

std::vector<RunColumn> all_columns() {
    std::vector<RunColumn> all = record_columns();
    int index = 0;
    for (const Figure& figure : figures()) all.push_back(figure_column(figure, index++));
    all.push_back({.key = "settings",
                   .title = "settings",
                   .help = "The experiment in one line; of a kept trace, what its file holds.",
                   .importance = 120,
                   .text = [](const RunSummary& r, int64_t) { return r.settings; },
                   .less = less_by<&RunSummary::settings>,
                   .most_points = 200,
                   .of_traces = true});
    return all;
}

}  // namespace

const std::vector<RunColumn>& run_columns() {
    static const std::vector<RunColumn> columns = all_columns();
    return columns;
}

int reference_column() {
    static const auto& columns = run_columns();
    static const auto at = std::find_if(columns.begin(), columns.end(),
                                        [](const RunColumn& column) { return column.key == "reference"; });
    return static_cast<int>(at - columns.begin());
}

int settings_column() { return static_cast<int>(run_columns().size()) - 1; }

std::string RunColumn::shown(const RunSummary& run, int64_t now_utc_ms) const {
    if (run.is_trace && !of_traces) return "-";
    return text ? text(run, now_utc_ms) : figure_text(run.figures[*figure], figure->unit);
}

bool RunColumn::before(const RunSummary& a, const RunSummary& b) const {
    if (!figure) return less(a, b);
    const double x = a.figures[*figure], y = b.figures[*figure];
    return std::isnan(y) ? !std::isnan(x) : x < y;
}

bool says_something(size_t column, const RunSummary& run) {
    if (column == kTagsColumn) return !run.tags.empty();
    if (column == kStateColumn) return run.is_trace || run.state != RunState::done;
    return true;
}

std::string short_utc_text(int64_t unix_ms, int64_t now_utc_ms) {
    using namespace std::chrono;
    const auto date = [](int64_t ms) {
        return year_month_day{floor<days>(sys_time<milliseconds>{milliseconds(ms)})};
    };
    const std::string whole = utc_text(unix_ms);
    if (date(unix_ms).year() != date(now_utc_ms).year()) return whole;
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return months[static_cast<unsigned>(date(unix_ms).month()) - 1] + std::string(" ") + whole.substr(8);
}

std::string column_choices_text(const ColumnChoices& choices) {
    std::string text;
    const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
    for (size_t i = 0; i < run_columns().size(); ++i) {
        const std::string key = run_columns()[i].key;
        if (choices[i].show == ColumnChoice::Show::yes) add("+" + key);
        if (choices[i].show == ColumnChoice::Show::no) add("-" + key);
        if (choices[i].points > 0) add(key + ":" + std::to_string(std::lround(choices[i].points)));
    }
    return text;
}

ColumnChoices read_column_choices(const std::string& text) {
    ColumnChoices choices;
    const auto choice_of = [&](std::string_view key) -> ColumnChoice* {
        for (size_t i = 0; i < run_columns().size(); ++i)
            if (key == run_columns()[i].key) return &choices[i];
        return nullptr;
    };
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const size_t colon = word.find(':');
        if (colon != std::string::npos) {
            int points = 0;
            const char* end = word.data() + word.size();
            const auto read = std::from_chars(word.data() + colon + 1, end, points);
            ColumnChoice* choice = choice_of(std::string_view(word).substr(0, colon));
            if (choice && read.ec == std::errc{} && read.ptr == end && points > 0 && points <= 2000)
                choice->points = static_cast<float>(points);
            continue;
        }
        ColumnChoice* choice = choice_of(std::string_view(word).substr(1));
        if (choice && word[0] == '+') choice->show = ColumnChoice::Show::yes;
        if (choice && word[0] == '-') choice->show = ColumnChoice::Show::no;
    }
    choices[kNameColumn].show = ColumnChoice::Show::automatic;  // without it no run could be chosen
    return choices;
}

namespace {

/// By what the person wants, then by importance.
std::vector<size_t> by_importance(const ColumnChoices& choices, int sorted) {
    std::vector<size_t> order(run_columns().size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto importance = [&](size_t i) {
        const bool asked =
            i == kNameColumn || choices[i].show == ColumnChoice::Show::yes || static_cast<int>(i) == sorted;
        return (asked ? 0 : 1000) + run_columns()[i].importance;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return importance(a) < importance(b); });
    return order;
}

}  // namespace

std::vector<float> fit_columns(const std::vector<ColumnNeed>& needs, const ColumnChoices& choices,
                               const ColumnRoom& room) {
    std::vector<float> widths(run_columns().size());
    float left = room.width;
    for (const size_t i : by_importance(choices, room.sorted)) {
        const ColumnChoice& choice = choices[i];
        const bool is_name = i == kNameColumn;
        const bool asked =
            is_name || choice.show == ColumnChoice::Show::yes || static_cast<int>(i) == room.sorted;
        const bool unwanted = needs[i].silent || run_columns()[i].on_request;
        if (choice.show == ColumnChoice::Show::no || (unwanted && !asked)) continue;
        float width = std::ceil(needs[i].width);
        const float most = run_columns()[i].most_points * room.pixels_per_point;
        if (most > 0) width = std::min(width, std::max(most, needs[i].header));
        if (is_name) width = std::max(std::min(width, room.width / 2), needs[i].header);
        if (choice.points > 0) width = std::round(choice.points * room.pixels_per_point);
        // A name in full is worth more than the settings again in one line.
        const float owed = static_cast<int>(i) == settings_column() && choices[kNameColumn].points == 0
                               ? std::ceil(needs[kNameColumn].width) - widths[kNameColumn]
                               : 0;
        if (!asked && width + room.gap + std::max(owed, 0.0f) > left) continue;
        widths[i] = width;
        left -= width + room.gap;
    }
    for (const int index : {int{kNameColumn}, int{kTagsColumn}, settings_column()}) {
        const auto i = static_cast<size_t>(index);
        if (widths[i] <= 0 || choices[i].points > 0) continue;
        const float more = std::clamp(std::ceil(needs[i].width) - widths[i], 0.0f, std::max(left, 0.0f));
        widths[i] += more;
        left -= more;
    }
    return widths;
}

}  // namespace ringscope
