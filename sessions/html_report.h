// A comparison as one HTML page to hand to someone: opens in any browser, needs no network and runs no
// script. Light and dark follow the reader's system. Every figure stands in a <data value="..."> with the
// exact number that comparison_to_json() has.
#pragma once

#include <span>
#include <string>

#include "sessions/compare.h"

namespace ringscope {

std::string comparison_to_html(std::span<const ComparedRun> runs, const Comparison& comparison);

/// Throws Error(io); the target is then as it was.
void save_html_report(std::span<const ComparedRun> runs, const Comparison& comparison,
                      const std::string& path);

}  // namespace ringscope
