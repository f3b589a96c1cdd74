// Colours can be read: WCAG 2 contrast, in every theme.
#include "ui/widgets/theme.h"

#include <cmath>

#include <gtest/gtest.h>

namespace ringscope {
namespace {

double luminance(ImU32 colour) {
    const auto linear = [&](int shift) {
        const double v = (colour >> shift & 255) / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(IM_COL32_R_SHIFT) + 0.7152 * linear(IM_COL32_G_SHIFT) +
           0.0722 * linear(IM_COL32_B_SHIFT);
}

double contrast(ImU32 a, ImU32 b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

class ThemeContrast : public ::testing::TestWithParam<ThemeName> {};
INSTANTIATE_TEST_SUITE_P(Themes, ThemeContrast,
                         ::testing::Values(ThemeName::dark, ThemeName::light, ThemeName::contrast));

TEST_P(ThemeContrast, TextReadsOnPanelsAndPlots) {
    const Theme theme = make_theme(GetParam(), 1);
    for (const ImU32 ground : {theme.panel, theme.background}) {
        EXPECT_GE(contrast(theme.text, ground), 7);
        for (const ImU32 colour : {theme.text_dim, theme.good, theme.warning, theme.error})
            EXPECT_GE(contrast(colour, ground), 4.5);
        EXPECT_GE(contrast(theme.accent, ground), 3);
        EXPECT_GE(contrast(theme.hover, ground), 3);
    }
}

TEST(Theme, HighContrastReadsAtSevenToOneAndOutlinesFields) {
    const Theme theme = make_theme(ThemeName::contrast, 1);
    for (const ImU32 ground : {theme.panel, theme.background}) {
        for (const ImU32 colour :
             {theme.text, theme.text_dim, theme.good, theme.warning, theme.error, theme.accent, theme.hover})
            EXPECT_GE(contrast(colour, ground), 7);
        EXPECT_GE(contrast(theme.border, ground), 7);
        EXPECT_GE(contrast(theme.grid_strong, ground), 3);
        for (int kind = 0; kind < kSpanKinds; ++kind)
            EXPECT_GE(contrast(theme.span_colour(static_cast<SpanKind>(kind)), ground), 4.5);
    }
}

TEST_P(ThemeContrast, FillsCarryTextAndStandOutOrHaveAHatch) {
    const Theme theme = make_theme(GetParam(), 1);
    std::vector<ImU32> fills;
    for (int kind = 0; kind < kSpanKinds; ++kind)
        fills.push_back(theme.span_colour(static_cast<SpanKind>(kind)));
    for (int purpose = 0; purpose < kPurposes; ++purpose)
        fills.push_back(theme.purpose_colour(static_cast<Purpose>(purpose)));
    for (int i = 0; i < 16; ++i) fills.push_back(theme.category_colour(i));
    for (int i = 0; i <= 20; ++i) fills.push_back(theme.ramp_colour(i / 20.0));
    for (const ImU32 fill : fills) {
        EXPECT_GE(contrast(theme.text_on(fill), fill), 4.5);
        EXPECT_GE(contrast(fill, theme.background), theme.dark ? 3.0 : 1.7);
    }
}

TEST(Theme, RampIsMonotoneInLightness) {
    for (const ThemeName name : {ThemeName::dark, ThemeName::light, ThemeName::contrast}) {
        const Theme theme = make_theme(name, 1);
        for (int i = 1; i <= 50; ++i)
            EXPECT_LT(luminance(theme.ramp_colour(i / 50.0)),
                      luminance(theme.ramp_colour((i - 1) / 50.0)) + 1e-3)
                << i;
        EXPECT_EQ(theme.ramp_colour(NAN), theme.ramp_colour(0));
        EXPECT_EQ(theme.ramp_colour(7), theme.ramp_colour(1));
    }
}

TEST(Theme, EveryKindHasItsOwnLetter) {
    const Theme theme = make_theme(ThemeName::dark, 1);
    std::string letters;
    for (int kind = 0; kind < kSpanKinds; ++kind) letters += theme.span_letter(static_cast<SpanKind>(kind));
    for (size_t i = 0; i < letters.size(); ++i) EXPECT_EQ(letters.find(letters[i]), i);
}

TEST(Theme, ScalingTwiceDoesNotDrift) {
    ImGui::CreateContext();
    apply_theme(make_theme(ThemeName::dark, 2));
    const float once = ImGui::GetStyle().ItemSpacing.x;
    apply_theme(make_theme(ThemeName::dark, 2));
    EXPECT_EQ(ImGui::GetStyle().ItemSpacing.x, once);
    ImGui::DestroyContext();
}

}  // namespace
}  // namespace ringscope
