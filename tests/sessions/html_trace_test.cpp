// Traces of other programs in the report of a comparison: folded where they are large, and never cut
// silently.
#include "sessions/report/html_trace.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

size_t count(const std::string& text, const std::string& word) {
    size_t found = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

bool has(const std::string& text, const std::string& word) { return count(text, word) > 0; }

/// `rows` rows of `slices` slices each, side by side over 1 s; a name for each slice.
ImportedLane lane(const std::string& name, size_t rows, size_t slices) {
    ImportedLane made;
    made.name = name;
    const int64_t length = 1'000'000'000 / static_cast<int64_t>(slices);
    for (size_t r = 0; r < rows; ++r) {
        ImportedRow row;
        for (size_t i = 0; i < slices; ++i) {
            const int64_t begin = static_cast<int64_t>(i) * length;
            row.slices.push_back(static_cast<int32_t>(made.slices.size()));
            row.begin.push_back(begin);
            row.end.push_back(begin + length);
            made.slices.push_back({begin, begin + length, static_cast<int32_t>(i % 40), 40, 0, 0});
        }
        made.rows.push_back(row);
    }
    return made;
}

ImportedTrace trace_of(std::vector<ImportedLane> lanes) {
    ImportedTrace trace;
    trace.name = "made";
    trace.length_ns = 1'000'000'000;
    for (int i = 0; i < 40; ++i) trace.strings.push_back("name " + std::to_string(i));
    trace.strings.emplace_back("");
    trace.processes.push_back({"process", ""});
    trace.lanes = std::move(lanes);
    trace.totals = imported_totals(trace);
    return trace;
}

TEST(HtmlTrace, DrawsEachWideSliceWithItsNameAndTime) {
    const std::string page = trace_section(trace_of({lane("main", 2, 4)}), 1);
    EXPECT_EQ(count(page, ", 250 ms</title>"), 8u);
    EXPECT_TRUE(has(page, "process / main"));
    EXPECT_TRUE(has(page, "8 slices in 1 lane,"));
    EXPECT_FALSE(has(page, "class=\"folded\""));
    EXPECT_FALSE(has(page, "not drawn"));
}

TEST(HtmlTrace, FoldsWhatIsTooNarrowAndTellsHowMany) {
    const std::string page = trace_section(trace_of({lane("main", 1, 100'000)}), 1);
    EXPECT_TRUE(has(page, "100000 slices in 1.00 s, too narrow to be seen apart"));
    EXPECT_EQ(count(page, "class=\"folded\""), 1u);
    EXPECT_EQ(count(page, "<tr><td>name "), kMostTraceNames);
    EXPECT_TRUE(has(page, "and 28 other names</td><td>70000</td>")) << "no slice is lost from the table";
}

TEST(HtmlTrace, TellsWhichRowsAndLanesAreNotDrawn) {
    const std::string deep = trace_section(trace_of({lane("deep", 400, 1), lane("flat", 1, 1)}), 1);
    EXPECT_TRUE(has(deep, "deep   (251 deeper rows not drawn)"));
    EXPECT_EQ(count(deep, "<rect class=\"c"), kMostTraceRows);
    std::vector<ImportedLane> lanes;
    for (int i = 0; i < 200; ++i) lanes.push_back(lane("lane " + std::to_string(i), 2, 1));
    const std::string wide = trace_section(trace_of(lanes), 1);
    EXPECT_TRUE(has(wide, "50 more lanes not drawn"));
    EXPECT_EQ(count(wide, "(1 deeper row not drawn)"), kMostTraceRows);
    EXPECT_TRUE(has(wide, "process / lane 199</th>")) << "the table has them";
}

TEST(HtmlTrace, AnEmptyOneIsToldSo) {
    const std::string page = trace_section(trace_of({}), 3);
    EXPECT_TRUE(has(page, "id=\"trace-3\""));
    EXPECT_TRUE(has(page, "0 slices in 0 lanes"));
    EXPECT_FALSE(has(page, "<svg"));
}

}  // namespace
}  // namespace ringscope
