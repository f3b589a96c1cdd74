// A comparison as one HTML page to share: opens in any browser, needs no network and runs no
// script. Light and dark follow the reader's system. Every figure stands in a <data value="..."> with the
// exact number that comparison_to_json() has.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "sessions/compare/compare.h"
#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// `traces`: of other programs, shown below the runs' pictures and never compared.
std::string comparison_to_html(std::span<const ComparedRun> runs, const Comparison& comparison,
                               const ImportedTraces& traces = {});

/// Throws Error(io); the target is then as it was.
void save_html_report(std::span<const ComparedRun> runs, const Comparison& comparison,
                      const ImportedTraces& traces, const std::string& path,
                      const std::stop_token& stop = {});

}  // namespace ringscope
