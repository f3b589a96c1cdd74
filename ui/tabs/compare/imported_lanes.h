// A trace of another program below the stacked timelines: its lanes as they are, on the same axis.
#pragma once

#include <memory>

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

}  // namespace ringscope
