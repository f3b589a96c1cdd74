// Graphs of the fake cuDNN, and their execution on the host.
#pragma once

#include <cudnn.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ringscope::fake_cudnn {

/// Of a graph: where a tensor lies, or that it lies nowhere.
struct Tensor {
    int64_t name = 0;
    cudnnDataType_t type = CUDNN_DATA_FLOAT;
    std::array<int64_t, 4> dims{}, strides{};
    bool inside = false, by_value = false;

    int64_t elements() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

struct Operation {
    cudnnBackendDescriptorType_t kind{};
    int mode = 0;  // of a pointwise operation or reduction
    int64_t axis = -1;
    Tensor x, b, t, y;
    bool has_b = false, has_t = false;
};

struct Program {
    std::vector<Operation> operations;
};

/// Why cuDNN would not take it, or nobody here could carry it out; "" when all is well.
std::string problem_of(const Operation& operation);

/// Tensors outside by name: on the "device", and numbers passed by value.
void carry_out(const Program& program, std::map<int64_t, void*> pointers, std::map<int64_t, float> numbers);

}  // namespace ringscope::fake_cudnn
