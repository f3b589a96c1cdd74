#include "app/cli/text_table.h"

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

TEST(TextTable, ARowIsALineWhateverACellHolds) {
    TextTable table({{"a", Align::left}, {"b"}});
    table.add_row({"two\nlines\t\x1b[31m", "\xC2\x9B\x7F\xC2\xB5"});
    table.add_row({"cut \xC3", "1"});
    EXPECT_EQ(table.text(),
              "a                                 b\n"
              "two lines \\u001b[31m  \\u009b\\u007f\xC2\xB5\n"
              "cut \xEF\xBF\xBD                             1\n");
}

TEST(TextTable, HasTitlesWithoutRows) { EXPECT_EQ(TextTable({{"a"}, {"b"}}).text(), "a  b\n"); }

}  // namespace
}  // namespace ringscope
