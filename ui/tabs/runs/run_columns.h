// The columns of the list of runs: what each shows, which are shown and how wide.
//
// As many as fit without cutting a figure, the important ones first, unless the person chose otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "sessions/store/run_record.h"

namespace ringscope {

struct RunColumn {
    const char* key;    // in the remembered window state
    const char* title;  // in the header
    const char* help;
    std::string (*text)(const RunSummary&, int64_t now_utc_ms);
    bool (*less)(const RunSummary&, const RunSummary&);
    int importance;          // where not all fit: 0 is shown first
    float most_points = 0;   // wider texts wait for room that no column needs; 0: never cut
    bool of_traces = false;  // a kept trace has it too
    bool figure = false;     // stands at the right, so that digits and units line up

    std::string shown(const RunSummary& run, int64_t now_utc_ms) const {
        return of_traces || !run.is_trace ? text(run, now_utc_ms) : "-";
    }
};

inline constexpr size_t kRunColumns = 15;
enum RunColumnIndex {
    kNameColumn = 0,
    kTagsColumn = 1,
    kStartedColumn = 2,
    kStateColumn = 3,
    kReferenceColumn = 13,
    kSettingsColumn = 14
};
extern const std::array<RunColumn, kRunColumns> kRunColumnList;

/// Whether a column tells anything of this run: tags that it has, a state other than done. The others always
/// do.
bool says_something(size_t column, const RunSummary& run);

/// "Nov 21 04:40", with the year in front where it is not the present one: "2025-11-21 04:40".
std::string short_utc_text(int64_t unix_ms, int64_t now_utc_ms);

/// What the person chose for one column.
struct ColumnChoice {
    enum class Show { automatic, yes, no } show = Show::automatic;
    float points = 0;  // width that was dragged; 0: automatic
    bool operator==(const ColumnChoice&) const = default;
};
using ColumnChoices = std::array<ColumnChoice, kRunColumns>;

/// "+tags -overlap name:300": the choices that are not automatic, for the window state.
std::string column_choices_text(const ColumnChoices& choices);
/// What is not understood is left out.
ColumnChoices read_column_choices(const std::string& text);

/// What the list needs, in pixels.
struct ColumnNeed {
    float width = 0;      // of its widest text, header included
    float header = 0;     // of the header alone
    bool silent = false;  // tells nothing of any run
};
struct ColumnRoom {
    float width = 0;  // of the list
    float gap = 0;    // that each shown column takes beside its text
    float pixels_per_point = 1;
    int sorted = kStartedColumn;  // always shown: the order would not be understood
};
/// Width of each column in pixels; 0: not shown. The name is shown always.
std::array<float, kRunColumns> fit_columns(const std::array<ColumnNeed, kRunColumns>& needs,
                                           const ColumnChoices& choices, const ColumnRoom& room);

}  // namespace ringscope
