// The one list of executors. A new one is its file, a line here and a line in CMake.
#include <array>

#include "engine/cpu/cpu_executor.h"
#include "engine/cuda/cuda_executor.h"
#include "engine/run/executor.h"
#include "engine/simulate/simulator_executor.h"

namespace ringscope {

std::span<const Executor* const> executors() {
    static const std::array all{&simulator_executor(), &cuda_executor(), &cpu_executor()};
    return all;
}

}  // namespace ringscope
