#include "engine/base/number_text.h"

#include <cmath>

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(Format, GroupsDigits) {
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(1000), "1,000");
    EXPECT_EQ(count_text(-123456), "-123,456");
    EXPECT_EQ(count_text(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(Format, KeepsThreeDigitsAndChangesTheUnitInTime) {
    EXPECT_EQ(bytes_text(0), "0 B");
    EXPECT_EQ(bytes_text(1023), "1023 B");
    EXPECT_EQ(bytes_text(1024), "1.00 KiB");
    EXPECT_EQ(bytes_text(1024 * 1024 - 1), "1.00 MiB");
    EXPECT_EQ(bytes_text(1.5 * 1024 * 1024), "1.50 MiB");
    EXPECT_EQ(bytes_text(99.96 * 1024), "100 KiB");
    EXPECT_EQ(flops_text(999.96e9), "1.00 TFLOP");
    EXPECT_EQ(rate_text(312e9), "312 GFLOP/s");
    EXPECT_EQ(short_count_text(812), "812");
    EXPECT_EQ(short_count_text(1048576), "1.05M");
    EXPECT_EQ(ratio_text(0.934), "0.93");
    EXPECT_EQ(ratio_text(12.44), "12.4");
    EXPECT_EQ(ratio_text(1250), "1,250");
    EXPECT_EQ(ratio_text(0.05), "0.05");
    EXPECT_EQ(ratio_text(-0.00123), "-0.0012");
}

TEST(Format, TellsTimes) {
    EXPECT_EQ(seconds_text(0), "0 s");
    EXPECT_EQ(seconds_text(1.234e-3), "1.23 ms");
    EXPECT_EQ(seconds_text(42e-6), "42.0 \xC2\xB5s");
    EXPECT_EQ(seconds_text(125), "2 min 5 s");
    EXPECT_EQ(seconds_text(7260), "2 h 1 min");
    EXPECT_EQ(nanoseconds_text(1500), "1.50 \xC2\xB5s");
    EXPECT_EQ(exact_nanoseconds_text(1234567), "1,234,567 ns");
    EXPECT_EQ(utc_text(0), "1970-01-01 00:00");
    EXPECT_EQ(utc_text(951782400000), "2000-02-29 00:00");
    EXPECT_EQ(utc_text(-1), "1969-12-31 23:59");
}

TEST(Format, NamesSharesAndErrors) {
    EXPECT_EQ(percent_text(0.934), "93%");
    EXPECT_EQ(percent_text(0.002), "0.2%");
    EXPECT_EQ(percent_text(0), "0%");
    EXPECT_EQ(scale_text(0.125), "0.125");
    EXPECT_EQ(scale_text(0.08838834764), "0.08839");
    EXPECT_EQ(error_text(0), "0");
    EXPECT_EQ(error_text(2.1e-6), "2e-06");
    EXPECT_EQ(error_text(0.25), "0.25");
    EXPECT_EQ(exact_percent_text(0.0282), "2.82%");
    EXPECT_EQ(change_text(0.05), "+5.00%");
    EXPECT_EQ(change_text(-0.5), "-50.0%");
    EXPECT_EQ(change_text(0), "+0.00%");
}

TEST(Format, AnExactTextReadsBackAsTheSameNumber) {
    EXPECT_EQ(exact_text(0.1), "0.1");
    EXPECT_EQ(exact_text(30), "30");
    for (const double value : {1.0 / 3, 123456789.0, 1e300, -2e-300})
        EXPECT_EQ(std::stod(exact_text(value)), value);
}

TEST(Format, WritesAFigureByWhatItCounts) {
    EXPECT_EQ(figure_text(0.0123, Unit::seconds), seconds_text(0.0123));
    EXPECT_EQ(figure_text(1.5 * 1024 * 1024, Unit::bytes), "1.50 MiB");
    EXPECT_EQ(figure_text(3.006e10, Unit::flops), "30.1 GFLOP");
    EXPECT_EQ(figure_text(44.56, Unit::gflops_per_second), "44.6 GFLOP/s");
    EXPECT_EQ(figure_text(312000, Unit::gflops_per_second), "312 TFLOP/s");
    EXPECT_EQ(figure_text(0.934, Unit::ratio), "0.93");
    EXPECT_EQ(figure_text(8192, Unit::count), "8,192");
    EXPECT_EQ(figure_text(2.5, Unit::count), "2.50");
    EXPECT_EQ(figure_text(2.1e-6, Unit::error), "2e-06");
    EXPECT_EQ(figure_text(NAN, Unit::seconds), "-");
}

}  // namespace
}  // namespace ringscope
