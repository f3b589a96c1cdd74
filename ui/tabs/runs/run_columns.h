// The columns of the list of runs: what each shows, which are shown and how wide.
//
// As many as fit without cutting a figure, the important ones first, unless the person chose otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sessions/store/run_record.h"

namespace ringscope {

struct RunColumn {
    std::string key;    // in the remembered window state
    std::string title;  // in the header
    std::string help;
    int importance = 0;  // where not all fit: the least is shown first
    std::string (*text)(const RunSummary&, int64_t now_utc_ms) = nullptr;  // with `less`; or
    bool (*less)(const RunSummary&, const RunSummary&) = nullptr;
    const Figure* figure = nullptr;
    float most_points = 0;    // wider texts wait for room that no column needs; 0: never cut
    bool of_traces = false;   // a kept trace has it too
    bool at_right = false;    // so that digits and units line up
    bool on_request = false;  // shown only when the person asks for it

    std::string shown(const RunSummary& run, int64_t now_utc_ms) const;
    /// In ascending order; runs without the figure come last.
    bool before(const RunSummary& a, const RunSummary& b) const;
};

/// What a run is, then the engine's figures (engine/analysis/figures.h) in their order, then its settings.
const std::vector<RunColumn>& run_columns();

enum RunColumnIndex { kNameColumn = 0, kTagsColumn = 1, kStartedColumn = 2, kStateColumn = 3 };
int reference_column();  // the answer's error
int settings_column();

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
/// One per column.
struct ColumnChoices : std::vector<ColumnChoice> {
    ColumnChoices() : std::vector<ColumnChoice>(run_columns().size()) {}
};

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
std::vector<float> fit_columns(const std::vector<ColumnNeed>& needs, const ColumnChoices& choices,
                               const ColumnRoom& room);

}  // namespace ringscope
