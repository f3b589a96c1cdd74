#include "app/text_table.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(TextTable, AlignsByCodePointsAndTrimsLineEnds) {
    TextTable table({{"name", Align::left}, {"time"}, {"", Align::left}});
    table.add_row({"a", "12.0 µs", ""});
    table.add_row({"long name", "1 ms", "note"});
    EXPECT_EQ(table.text(),
              "name          time\n"
              "a          12.0 µs\n"
              "long name     1 ms  note\n");
}

TEST(TextTable, HasTitlesWithoutRows) { EXPECT_EQ(TextTable({{"a"}, {"b"}}).text(), "a  b\n"); }

}  // namespace
}  // namespace ringscope
