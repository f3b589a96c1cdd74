#include "engine/experiment/dtype.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace ringscope {
namespace {

/// The format's definition in double: (-1)^s * fraction * 2^exponent.
double value_of(uint16_t bits, int fraction_bits, int bias) {
    const int exponent_max = (1 << (15 - fraction_bits)) - 1;
    const int exponent = bits >> fraction_bits & exponent_max;
    const int fraction = bits & ((1 << fraction_bits) - 1);
    double magnitude = 0;
    if (exponent == exponent_max) {
        magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan("");
    } else if (exponent == 0) {
        magnitude = std::ldexp(fraction, 1 - bias - fraction_bits);
    } else {
        magnitude = std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
    }
    return bits & 0x8000 ? -magnitude : magnitude;
}

struct Half {
    const char* name;
    int fraction_bits;
    int bias;
    float (*to_f32)(uint16_t);
    uint16_t (*from_f32)(float);
    double value(uint16_t bits) const { return value_of(bits, fraction_bits, bias); }
};
constexpr Half kHalves[] = {{"f16", 10, 15, f32_from_f16, f16_from_f32},
                            {"bf16", 7, 127, f32_from_bf16, bf16_from_f32}};

TEST(DType, EveryHalfConvertsExactlyAndBack) {
    for (const Half& half : kHalves) {
        for (int i = 0; i < 65536; ++i) {
            const auto bits = static_cast<uint16_t>(i);
            const float f32 = half.to_f32(bits);
            const double expected = half.value(bits);
            if (std::isnan(expected)) {
                ASSERT_TRUE(std::isnan(f32)) << half.name << " " << i;
                const int quiet = 1 << (half.fraction_bits - 1);
                ASSERT_EQ(half.from_f32(f32), bits | quiet) << half.name << " " << i;
                continue;
            }
            ASSERT_EQ(static_cast<double>(f32), expected) << half.name << " " << i;
            ASSERT_EQ(std::signbit(f32), (bits & 0x8000) != 0) << half.name << " " << i;
            ASSERT_EQ(half.from_f32(f32), bits) << half.name << " " << i;
        }
    }
}

// Between two neighbours the nearer wins, and at the middle the even one; so for every neighbouring pair.
TEST(DType, RoundsToNearestTiesToEven) {
    for (const Half& half : kHalves) {
        const int infinity = ((1 << (15 - half.fraction_bits)) - 1) << half.fraction_bits;
        for (int i = 0; i + 1 < infinity; ++i) {
            const auto low = static_cast<uint16_t>(i);
            const auto high = static_cast<uint16_t>(i + 1);
            const double middle = (half.value(low) + half.value(high)) / 2;
            const auto middle_f32 = static_cast<float>(middle);
            // The middle of two BF16 subnormals is an F32 subnormal: exact as well.
            ASSERT_EQ(static_cast<double>(middle_f32), middle) << half.name << " " << i;
            const float below = std::nextafterf(middle_f32, 0.0f);
            const float above = std::nextafterf(middle_f32, std::numeric_limits<float>::infinity());
            const uint16_t even = i % 2 == 0 ? low : high;
            ASSERT_EQ(half.from_f32(middle_f32), even) << half.name << " " << i;
            ASSERT_EQ(half.from_f32(below), low) << half.name << " " << i;
            ASSERT_EQ(half.from_f32(above), high) << half.name << " " << i;
            ASSERT_EQ(half.from_f32(-above), high | 0x8000) << half.name << " " << i;
        }
    }
}

TEST(DType, OverflowsToInfinityAndKeepsNaN) {
    EXPECT_EQ(f16_from_f32(65504.0f), 0x7bff);
    EXPECT_EQ(f16_from_f32(std::nextafterf(65520.0f, 0.0f)), 0x7bff);
    EXPECT_EQ(f16_from_f32(65520.0f), 0x7c00);  // the tie goes to the even 2^16, which is infinity
    EXPECT_EQ(f16_from_f32(-1e30f), 0xfc00);
    EXPECT_EQ(bf16_from_f32(std::numeric_limits<float>::max()), 0x7f80);
    EXPECT_EQ(bf16_from_f32(-std::numeric_limits<float>::infinity()), 0xff80);
    // A NaN whose fraction lies wholly in the bits that are cut off must not become infinity.
    const float low_nan = std::bit_cast<float>(0x7f800001u);
    EXPECT_TRUE(std::isnan(f32_from_f16(f16_from_f32(low_nan))));
    EXPECT_TRUE(std::isnan(f32_from_bf16(bf16_from_f32(low_nan))));
}

TEST(DType, RoundingErrorIsAtMostHalfAUnit) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> exponent(-14.0f, 15.0f);
    for (int i = 0; i < 100000; ++i) {
        const float value = std::exp2(exponent(random)) * (i % 2 ? 1.0f : -1.0f);
        EXPECT_LE(std::abs(f32_from_f16(f16_from_f32(value)) - value), std::abs(value) * 0x1p-11f);
        EXPECT_LE(std::abs(f32_from_bf16(bf16_from_f32(value)) - value), std::abs(value) * 0x1p-8f);
    }
}

}  // namespace
}  // namespace ringscope
