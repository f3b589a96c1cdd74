// cuDNN without a GPU, for the tests of the cuDNN kernel, on the fake runtime of fake_cuda.h.
//
// A graph is carried out operation by operation, as cuDNN's documentation defines each: matrix products with
// fewer heads on the right, pointwise operations with broadcasting, reductions. Nothing here knows what
// attention is, so a graph that gives its answer describes it. What cuDNN forbids is written down as a
// violation.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ringscope::fake_cudnn {

enum class Trouble {
    none,
    no_suggestion,  // the heuristics refuse the graph
    no_plan,        // every plan is refused
    execution,      // the call with this number, counted from 0, is refused
    no_memory,      // every plan is, for lack of device memory
};

/// Forgets what was counted, and what was to be done with every plan.
void reset(Trouble trouble = Trouble::none, int call = 0);
/// Called while a plan is being made, which counts already.
void with_every_plan(std::function<void()> action);
/// From now on any call ends the process with exit code 7: what CUDA's unloading may do.
void unload();

/// What a handle and a plan take of their device's memory.
inline constexpr int64_t kHandleBytes = 4096;
inline constexpr int64_t kPlanBytes = 1024;

int plans_made();
int calls_made();
int live_handles();
int live_descriptors();
const std::vector<std::string>& violations();

}  // namespace ringscope::fake_cudnn
