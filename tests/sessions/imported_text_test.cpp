// Words about a trace of another program.
#include "sessions/traces/imported_text.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

ImportedTrace small_trace() {
    ImportedTrace trace;
    trace.strings = {"", "gemm", "kernel", "bytes", "note", std::string(200, 'x')};
    trace.arguments = {{3, -1, 4096}, {4, 5, 0}};
    trace.processes = {{"python (10729)", ""}};
    ImportedLane lane;
    lane.name = "thread 7";
    lane.slices = {{1000, 3500, 1, 2, 0, 2}, {4000, 5000, 1, 0, 0, 0}};
    trace.lanes = {lane};
    return trace;
}

TEST(ImportedText, ASliceSaysNameCategoryTimesAndArguments) {
    const ImportedTrace trace = small_trace();
    const std::string text = slice_text(trace, trace.lanes[0], 0);
    EXPECT_EQ(text.rfind("gemm   (kernel)\n", 0), 0u) << text;
    EXPECT_NE(text.find("\nbytes  4,096"), std::string::npos) << text;
    EXPECT_NE(text.find("\nnote  " + std::string(120, 'x') + ".."), std::string::npos) << "long text is cut";
    EXPECT_EQ(slice_text(trace, trace.lanes[0], 1).rfind("gemm\n", 0), 0u) << "no category";
}

TEST(ImportedText, ManyArgumentsAreCounted) {
    ImportedTrace trace = small_trace();
    trace.arguments.assign(20, {3, -1, 1});
    trace.lanes[0].slices[0].arguments = 20;
    EXPECT_NE(slice_text(trace, trace.lanes[0], 0).find("\nand 4 more"), std::string::npos);
}

TEST(ImportedText, TitlesAndNotes) {
    ImportedTrace trace = small_trace();
    EXPECT_EQ(lane_title(trace, 0), "python (10729) / thread 7");
    EXPECT_EQ(notes_text(trace), "");
    trace.notes = {{"counters without a value", 3, "event 7 \"load\""}, {"events out of order", 1200}};
    EXPECT_EQ(notes_text(trace),
              "3  counters without a value (the first: event 7 \"load\")\n1,200  events out of order");
}

}  // namespace
}  // namespace ringscope
