// What the tests of imported traces share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

inline int64_t noted(const ImportedTrace& trace, const std::string& part) {
    int64_t count = 0;
    for (const ImportNote& note : trace.notes)
        if (note.text.find(part) != std::string::npos) count += note.count;
    return count;
}

/// Of the first note with that part.
inline std::string example_of(const ImportedTrace& trace, const std::string& part) {
    for (const ImportNote& note : trace.notes)
        if (note.text.find(part) != std::string::npos) return note.example;
    return "no such note";
}

inline ImportedTrace read_events(const std::string& events) {
    return read_chrome_trace("{\"traceEvents\":[" + events + "]}", "t");
}

inline const ImportedLane* find_lane(const ImportedTrace& trace, const std::string& part) {
    for (const ImportedLane& lane : trace.lanes)
        if (lane.name.find(part) != std::string::npos) return &lane;
    return nullptr;
}

/// Every slice lies in the row above it, and rows hold no overlaps.
inline void expect_rows_hold_all(const ImportedLane& lane) {
    size_t placed = 0;
    for (const ImportedRow& row : lane.rows) {
        placed += row.slices.size();
        for (size_t i = 0; i < row.slices.size(); ++i) {
            const ImportedSlice& slice = lane.slices[static_cast<size_t>(row.slices[i])];
            EXPECT_EQ(row.begin[i], slice.begin_ns);
            EXPECT_EQ(row.end[i], slice.end_ns);
            if (i > 0) {
                EXPECT_LE(row.end[i - 1], row.begin[i]);
            }
        }
    }
    EXPECT_EQ(placed, lane.slices.size());
}

}  // namespace ringscope
