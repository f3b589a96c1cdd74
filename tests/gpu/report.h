// What a part of gpu_check found out: failures in words, and figures, as one JSON object.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/run/execute.h"
#include "engine/run/inventory.h"
#include "engine/run/version.h"

namespace ringscope::gpu {

class Report {
  public:
    /// Also to standard error, at once: a hang later must not hide it.
    void fail(const std::string& what);
    bool passed() const { return failures_.empty(); }

    void add(const char* name, const std::string& text);
    void add(const char* name, double value);
    void add(const char* name, const std::vector<double>& values);
    void add(const char* name, const std::vector<std::string>& texts);
    std::string json() const;

  private:
    std::vector<std::string> failures_;
    std::string figures_;  // ", name: value" ...
};

std::string number(double value);

/// Runs on the GPU; a run that does not end well is a failure.
std::shared_ptr<const Run> run_on_gpu(Report& report, Experiment experiment, const RunOptions& options = {});

/// One head group (w, r) for all heads.
Experiment one_group(DType dtype, int64_t n, int heads, int head_dim, int64_t w, int64_t r, bool causal,
                     int ranks);

}  // namespace ringscope::gpu
