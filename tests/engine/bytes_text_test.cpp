#include "engine/bytes_text.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(BytesText, TakesTheLargestUnitThatLeavesOneOrMore) {
    EXPECT_EQ(bytes_text(0), "0 bytes");
    EXPECT_EQ(bytes_text(1023), "1023 bytes");
    EXPECT_EQ(bytes_text(1024), "1.0 KiB");
    EXPECT_EQ(bytes_text(1536 * int64_t{1024} * 1024), "1.5 GiB");
    EXPECT_EQ(bytes_text(INT64_MAX), "8192.0 PiB");
}

}  // namespace
}  // namespace ringscope
