// The figures of saved runs, as axes: which there are, how they are scaled, which runs a person picked out by
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/number_text.h"
#include "sessions/store/run_record.h"

namespace ringscope {

struct RunAxis {
    const char* key;    // of its items
    const char* label;  // as a person reads it
    Unit unit = Unit::count;
    double (*setting)(const RunSummary&) = nullptr;  // or
    const Figure* figure = nullptr;
    /// NaN when the run has none.
    double value(const RunSummary& run) const { return figure ? run.figures[*figure] : setting(run); }
};
/// Ranks and sequence length, then the headline figures (engine/analysis/figures.h) but the errors: runs that
/// were not verified have none.
const std::vector<RunAxis>& run_axes();
/// Index of the axis with that key, which is there.
int run_axis(std::string_view key);

/// Where a value stands between an axis's ends, 0 to 1. Logarithmic when the values are positive and span
/// more than a factor of 20.
struct FigureScale {
    double least = 0;
    double most = 1;
    bool logarithmic = false;
    float share_of(double value) const;  // of NaN: 0
    double value_at(float share) const;
};
/// Over the values that are numbers.
FigureScale make_scale(std::vector<double> values);

inline constexpr size_t kMostPlottedRuns = 2000;

/// Saved runs as points; rebuilt when the list changes.
struct RunPlot {
    std::shared_ptr<const std::vector<RunSummary>> list;
    /// Finished and not archived, newest first, without kept traces; at most kMostPlottedRuns.
    std::vector<const RunSummary*> runs;
    std::vector<std::vector<float>> shares;  // parallel to runs; one per axis
    std::vector<FigureScale> scales;         // one per axis
    size_t unfinished = 0;                   // have no figures
    size_t left_out = 0;                     // older than the plotted ones
};
RunPlot make_run_plot(std::shared_ptr<const std::vector<RunSummary>> list);

/// A range on some axes: the runs inside all of them are picked out, the others are dimmed.
struct RunBrush {
    struct Range {
        float from = 0;  // shares of the axis
        float to = 1;
    };
    std::vector<std::optional<Range>> ranges{run_axes().size()};  // one per axis
    int hovered = -1;       // index into RunPlot::runs, of the last frame
    int next_hovered = -1;  // written in this frame

    bool keeps(const std::vector<float>& shares) const;
    void pick_all() { ranges.assign(ranges.size(), std::nullopt); }
    bool active() const;
};

/// Name, settings, answer and every figure of a run, one per line.
std::string run_text(const RunSummary& run);

}  // namespace ringscope
