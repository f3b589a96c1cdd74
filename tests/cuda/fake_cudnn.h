// cuDNN without a GPU, for the tests of the cuDNN kernel, on the fake runtime of fake_cuda.h.
//
// A graph is carried out operation by operation, as cuDNN's documentation defines each: matrix products with
// fewer heads on the right, pointwise operations with broadcasting, reductions. Nothing here knows what
// attention is, so a graph that gives its answer describes it. What cuDNN forbids is written down as a
// violation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringscope::fake_cudnn {

enum class Trouble {
    none,
    no_suggestion,  // the heuristics refuse the graph
    no_plan,        // every plan is refused
    execution,      // the call with this number, counted from 0, is refused
};

/// Forgets what was counted.
void reset(Trouble trouble = Trouble::none, int call = 0);

int plans_made();
int calls_made();
int live_handles();
int live_descriptors();
const std::vector<std::string>& violations();

}  // namespace ringscope::fake_cudnn
