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
    return (run.verify_passed ? "ok, " : "WRONG, ") + error_text(run.max_abs_error);
}

double error_order(const RunSummary& run) { return run.verified ? run.max_abs_error : 1e300; }

bool state_less(const RunSummary& a, const RunSummary& b) {
    return std::string_view(state_text(a)) < std::string_view(state_text(b));
}

constexpr bool kOfTraces = true, kFigure = true;

}  // namespace

const std::array<RunColumn, kRunColumns> kRunColumnList{{
    {"name", "name", "As given, or made from the settings. (baseline): the one that others are held against.",
     [](const RunSummary& r, int64_t) { return name_with_state(r); }, less_by<&RunSummary::name>, 0, 330,
     kOfTraces},
    {"tags", "tags", "Words of your own; the filter finds them as tag:WORD.",
     [](const RunSummary& r, int64_t) { return tags_text(r); }, less_by<&RunSummary::tags>, 3, 120,
     kOfTraces},
    {"started", "started (UTC)",
     "When the run began; of a kept trace, when it was kept. Without a year: this year.",
     [](const RunSummary& r, int64_t now) { return short_utc_text(r.started_utc_ms, now); },
     less_by<&RunSummary::started_utc_ms>, 2, 0, kOfTraces},
    {"state", "state", "done, failed or cancelled; trace: kept from another program.",
     [](const RunSummary& r, int64_t) { return std::string(state_text(r)); }, state_less, 4, 0, kOfTraces},
    {"tokens", "tokens", "Sequence length n.",
     [](const RunSummary& r, int64_t) { return count_text(r.seq_len); }, less_by<&RunSummary::seq_len>, 13, 0,
     !kOfTraces, kFigure},
    {"ranks", "ranks", "Ring size p.", [](const RunSummary& r, int64_t) { return std::to_string(r.ranks); },
     less_by<&RunSummary::ranks>, 8, 0, !kOfTraces, kFigure},
    {"strategy", "strategy", "single, all_gather, ring, or auto: how keys and values get to the ranks.",
     [](const RunSummary& r, int64_t) { return r.strategy; }, less_by<&RunSummary::strategy>, 10},
    {"time", "time", "Wall time from the ranks' common start to the last rank's end.",
     [](const RunSummary& r, int64_t) { return seconds_text(r.seconds); }, less_by<&RunSummary::seconds>, 1,
     0, !kOfTraces, kFigure},
    {"speed", "speed", "FLOPs / time, with 4 x head_dim FLOPs for each (query, key) pair really attended.",
     [](const RunSummary& r, int64_t) { return rate_text(r.gflops_per_second * 1e9); },
     less_by<&RunSummary::gflops_per_second>, 5, 0, !kOfTraces, kFigure},
    {"overlap", "overlap",
     "Overlap efficiency: the share of the transfer time hidden behind compute; 1 when nothing is sent.",
     [](const RunSummary& r, int64_t) { return ratio_text(r.overlap_efficiency); },
     less_by<&RunSummary::overlap_efficiency>, 11, 0, !kOfTraces, kFigure},
    {"imbalance", "imbalance", "Compute imbalance: the largest rank's core seconds / their mean over ranks.",
     [](const RunSummary& r, int64_t) { return ratio_text(r.compute_imbalance); },
     less_by<&RunSummary::compute_imbalance>, 12, 0, !kOfTraces, kFigure},
    {"sent", "on the wire", "Bytes sent, summed over ranks.",
     [](const RunSummary& r, int64_t) { return bytes_text(static_cast<double>(r.bytes_on_wire)); },
     less_by<&RunSummary::bytes_on_wire>, 9, 0, !kOfTraces, kFigure},
    {"peak", "peak a rank", "Peak memory of the rank that needs the most.",
     [](const RunSummary& r, int64_t) { return bytes_text(static_cast<double>(r.peak_bytes)); },
     less_by<&RunSummary::peak_bytes>, 6, 0, !kOfTraces, kFigure},
    {"reference", "reference", "Largest absolute difference of an output element from the float64 reference.",
     reference_text, [](const RunSummary& a, const RunSummary& b) { return error_order(a) < error_order(b); },
     7},
    {"settings", "settings", "The experiment in one line; of a kept trace, what its file holds.",
     [](const RunSummary& r, int64_t) { return r.settings; }, less_by<&RunSummary::settings>, 14, 200,
     kOfTraces},
}};

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
    for (size_t i = 0; i < kRunColumns; ++i) {
        const std::string key = kRunColumnList[i].key;
        if (choices[i].show == ColumnChoice::Show::yes) add("+" + key);
        if (choices[i].show == ColumnChoice::Show::no) add("-" + key);
        if (choices[i].points > 0) add(key + ":" + std::to_string(std::lround(choices[i].points)));
    }
    return text;
}

ColumnChoices read_column_choices(const std::string& text) {
    ColumnChoices choices;
    const auto choice_of = [&](std::string_view key) -> ColumnChoice* {
        for (size_t i = 0; i < kRunColumns; ++i)
            if (key == kRunColumnList[i].key) return &choices[i];
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
std::array<size_t, kRunColumns> by_importance(const ColumnChoices& choices, int sorted) {
    std::array<size_t, kRunColumns> order{};
    std::iota(order.begin(), order.end(), size_t{0});
    const auto importance = [&](size_t i) {
        const bool asked =
            i == kNameColumn || choices[i].show == ColumnChoice::Show::yes || static_cast<int>(i) == sorted;
        return (asked ? 0 : 100) + kRunColumnList[i].importance;
    };
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return importance(a) < importance(b); });
    return order;
}

}  // namespace

std::array<float, kRunColumns> fit_columns(const std::array<ColumnNeed, kRunColumns>& needs,
                                           const ColumnChoices& choices, const ColumnRoom& room) {
    std::array<float, kRunColumns> widths{};
    float left = room.width;
    for (const size_t i : by_importance(choices, room.sorted)) {
        const ColumnChoice& choice = choices[i];
        const bool is_name = i == kNameColumn;
        const bool asked =
            is_name || choice.show == ColumnChoice::Show::yes || static_cast<int>(i) == room.sorted;
        if (choice.show == ColumnChoice::Show::no || (needs[i].silent && !asked)) continue;
        float width = std::ceil(needs[i].width);
        const float most = kRunColumnList[i].most_points * room.pixels_per_point;
        if (most > 0) width = std::min(width, std::max(most, needs[i].header));
        if (is_name) width = std::max(std::min(width, room.width / 2), needs[i].header);
        if (choice.points > 0) width = std::round(choice.points * room.pixels_per_point);
        // A name in full is worth more than the settings again in one line.
        const float owed = i == kSettingsColumn && choices[kNameColumn].points == 0
                               ? std::ceil(needs[kNameColumn].width) - widths[kNameColumn]
                               : 0;
        if (!asked && width + room.gap + std::max(owed, 0.0f) > left) continue;
        widths[i] = width;
        left -= width + room.gap;
    }
    for (const int index : {kNameColumn, kTagsColumn, kSettingsColumn}) {
        const auto i = static_cast<size_t>(index);
        if (widths[i] <= 0 || choices[i].points > 0) continue;
        const float more = std::clamp(std::ceil(needs[i].width) - widths[i], 0.0f, std::max(left, 0.0f));
        widths[i] += more;
        left -= more;
    }
    return widths;
}

}  // namespace ringscope
