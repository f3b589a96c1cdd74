// A libcuda.so.1 for machines without one: as much as cuDNN asks of a driver while it makes a plan for a GPU
// that is only described. It loads nothing and runs nothing.
//
// It bears the driver's name, so that cuDNN, which opens that library by its name, gets the one that the test
// has loaded already. cuInit fails as without a GPU: of a driver that says it has one, NVRTC wants private
// tables.
#pragma once

#include <string>
#include <vector>

namespace ringscope::stand_in_driver {

/// Names of the kernels that were looked up in the compiled code that was handed over.
const std::vector<std::string>& kernels();

/// Functions that were called and do nothing here.
const std::vector<std::string>& called_in_vain();

}  // namespace ringscope::stand_in_driver
