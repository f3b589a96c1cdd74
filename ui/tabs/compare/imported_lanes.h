// A trace of another program below the stacked timelines: its lanes as they are, on the same axis.
#pragma once

#include <memory>
#include <string>

#include "sessions/traces/imported_trace.h"
#include "ui/tabs/compare/compare_frame.h"

namespace ringscope {

/// A trace in the picture. It has no ring steps: it keeps its own clock, and is moved by hand.
struct ShownTrace {
    std::shared_ptr<const ImportedTrace> trace;
    int64_t offset_ns = 0;  // where its first event stands on the axis
};

float imported_strip_height(const CompareFrame& frame, const ImportedTrace& trace);
/// `number` from 1 names its items: "compare/trace 1/lane 2".
void draw_imported_strip(const CompareFrame& frame, const ShownTrace& shown, size_t number, float y);

// Words.
/// Name, category, times and arguments.
std::string slice_text(const ImportedTrace& trace, const ImportedLane& lane, size_t slice);
/// "python (10729) / thread 10729".
std::string lane_title(const ImportedTrace& trace, int lane);
/// What of the file is not shown, one line each; "" when all is.
std::string notes_text(const ImportedTrace& trace);

}  // namespace ringscope
