// The colours that mean something, for the window and for reports: safe for colour-blind eyes, and never the
// only sign. 0xRRGGBB.
//
// Okabe and Ito, "Color Universal Design" (2008).
#pragma once

#include "engine/run/trace.h"

namespace ringscope {

inline constexpr unsigned kOrange = 0xE69F00, kSky = 0x56B4E9, kGreen = 0x009E73, kYellow = 0xF0E442,
                          kBlue = 0x0072B2, kVermillion = 0xD55E00, kPurple = 0xCC79A7, kGrey = 0x999999;
/// Yellow on light ground, where it has a contrast of 1.3.
inline constexpr unsigned kOlive = 0xA69A00;

constexpr unsigned span_colour(SpanKind kind) {
    switch (kind) {
        case SpanKind::pack:
            return kSky;
        case SpanKind::compute:
            return kBlue;
        case SpanKind::merge:
            return kPurple;
        case SpanKind::send:
            return kOrange;
        case SpanKind::receive:
            return kYellow;
        case SpanKind::wait:
            return kGrey;
        case SpanKind::collective:
            return kVermillion;
    }
    return kGrey;
}

/// Ranks, steps, groups, compared runs.
inline constexpr unsigned kCategories[] = {kBlue, kOrange,     kGreen,  kPurple,
                                           kSky,  kVermillion, kYellow, kGrey};

}  // namespace ringscope
