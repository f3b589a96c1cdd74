// Runs and schedules as JSON text: `run --json`, `plan --json`, `runs list|show --json`, `export --format
// json`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/run/run.h"
#include "sessions/store/run_record.h"

namespace ringscope {

/// experiment, run {..}, ranks [..], verify {..} when it was asked for, machine, run_id when saved. One
/// object, indented.
std::string run_to_json(const Run& run, std::optional<int64_t> run_id = {});

/// bytes_on_wire, flops, dense_flops, steps, ranks [..], memory and streams, and the experiment.
std::string plan_to_json(const Schedule& schedule);

/// {"runs": [..]} with every field of the summaries.
std::string summaries_to_json(std::span<const RunSummary> runs);
std::string summary_to_json(const RunSummary& run);

}  // namespace ringscope
