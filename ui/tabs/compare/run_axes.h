// The figures of saved runs, as axes: which there are, how they are scaled, which runs a person picked out by
// them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/number_text.h"
#include "sessions/store/run_record.h"

namespace ringscope {

struct RunAxis {
    const char* key;    // of its items
    const char* label;  // as a person reads it
    Unit unit;
    double (*value)(const RunSummary&);
};
inline constexpr RunAxis kRunAxes[] = {
    {"ranks", "ranks", Unit::count, [](const RunSummary& r) { return static_cast<double>(r.ranks); }},
    {"seq_len", "sequence", Unit::count, [](const RunSummary& r) { return static_cast<double>(r.seq_len); }},
    {"seconds", "time", Unit::seconds, [](const RunSummary& r) { return r.seconds; }},
    {"gflops_per_second", "speed", Unit::gflops_per_second,
     [](const RunSummary& r) { return r.gflops_per_second; }},
    {"bytes_on_wire", "bytes on the wire", Unit::bytes,
     [](const RunSummary& r) { return static_cast<double>(r.bytes_on_wire); }},
    {"peak_bytes", "largest peak", Unit::bytes,
     [](const RunSummary& r) { return static_cast<double>(r.peak_bytes); }},
    {"overlap_efficiency", "overlap", Unit::ratio, [](const RunSummary& r) { return r.overlap_efficiency; }},
    {"compute_imbalance", "imbalance", Unit::ratio, [](const RunSummary& r) { return r.compute_imbalance; }},
};
inline constexpr int kRunAxisCount = static_cast<int>(std::size(kRunAxes));

/// Where a value stands between an axis's ends, 0 to 1. Logarithmic when the values are positive and span
/// more than a factor of 20.
struct FigureScale {
    double least = 0;
    double most = 1;
    bool logarithmic = false;
    float share_of(double value) const;
    double value_at(float share) const;
};
FigureScale make_scale(const std::vector<double>& values);

inline constexpr size_t kMostPlottedRuns = 2000;

/// Saved runs as points; made anew when the list changes.
struct RunPlot {
    std::shared_ptr<const std::vector<RunSummary>> list;
    /// Finished and not archived, newest first, without kept traces; at most kMostPlottedRuns.
    std::vector<const RunSummary*> runs;
    std::vector<std::array<float, kRunAxisCount>> shares;  // parallel to runs
    std::array<FigureScale, kRunAxisCount> scales;
    size_t unfinished = 0;  // have no figures
    size_t left_out = 0;    // older than the plotted ones
};
RunPlot make_run_plot(std::shared_ptr<const std::vector<RunSummary>> list);

/// A range on some axes: the runs inside all of them are picked out, the others are dimmed.
struct RunBrush {
    struct Range {
        float from = 0;  // shares of the axis
        float to = 1;
    };
    std::array<std::optional<Range>, kRunAxisCount> ranges;
    int hovered = -1;       // index into RunPlot::runs, of the last frame
    int next_hovered = -1;  // written in this frame

    bool keeps(const std::array<float, kRunAxisCount>& shares) const;
    bool active() const;
};

/// Name, settings, answer and every figure of a run, one a line.
std::string run_text(const RunSummary& run);

}  // namespace ringscope
