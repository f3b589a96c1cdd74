// Traces of other programs, plain or packed, to the text and totals that are shown.
#include "engine/base/error.h"
#include "sessions/traces/chrome_trace_import.h"
#include "sessions/traces/imported_text.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) {
    const ImportedTrace trace = read_chrome_trace(bytes, "trace");
    RINGSCOPE_CHECK(trace.length_ns >= 0);
    for (size_t i = 0; i < trace.lanes.size(); ++i) {
        lane_title(trace, static_cast<int>(i));
        for (size_t slice = 0; slice < trace.lanes[i].slices.size(); ++slice) {
            const ImportedSlice& shown = trace.lanes[i].slices[slice];
            RINGSCOPE_CHECK(shown.begin_ns >= 0 && shown.end_ns >= shown.begin_ns &&
                            shown.end_ns <= trace.length_ns);
            slice_text(trace, trace.lanes[i], slice);
        }
    }
    for (const ImportedFlow& flow : trace.flows)
        RINGSCOPE_CHECK(flow.from_ns >= 0 && flow.to_ns >= 0 && flow.from_ns <= trace.length_ns &&
                        flow.to_ns <= trace.length_ns);
    notes_text(trace);
}

}  // namespace ringscope::fuzz
