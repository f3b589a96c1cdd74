#include "tests/cuda/fake_cudnn_graph.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "engine/experiment/dtype.h"

namespace ringscope::fake_cudnn {

namespace {

constexpr int kModes[] = {CUDNN_POINTWISE_ADD,    CUDNN_POINTWISE_SUB,           CUDNN_POINTWISE_MUL,
                          CUDNN_POINTWISE_DIV,    CUDNN_POINTWISE_EXP,           CUDNN_POINTWISE_LOG,
                          CUDNN_POINTWISE_CMP_GE, CUDNN_POINTWISE_BINARY_SELECT, CUDNN_POINTWISE_GEN_INDEX};

/// A tensor's elements in the order of its dimensions.
using Elements = std::vector<float>;

class Execution {
  public:
    Execution(std::map<int64_t, void*> pointers, std::map<int64_t, float> numbers)
        : pointers_(std::move(pointers)), numbers_(std::move(numbers)) {}

    void run(const Program& program) {
        for (const Operation& operation : program.operations) {
            Elements y = result_of(operation);
            for (float& value : y) value = rounded(operation.y.type, value);
            if (!operation.y.inside) store(operation.y, y);
            known_[operation.y.name] = std::move(y);
        }
    }

  private:
    static float rounded(cudnnDataType_t type, float value) {
        if (type == CUDNN_DATA_HALF) return f32_from_f16(f16_from_f32(value));
        if (type == CUDNN_DATA_BFLOAT16) return f32_from_bf16(bf16_from_f32(value));
        return value;
    }

    template <typename Use>
    static void for_each(const Tensor& tensor, Use use) {
        std::array<int64_t, 4> at{};
        for (at[0] = 0; at[0] < tensor.dims[0]; ++at[0])
            for (at[1] = 0; at[1] < tensor.dims[1]; ++at[1])
                for (at[2] = 0; at[2] < tensor.dims[2]; ++at[2])
                    for (at[3] = 0; at[3] < tensor.dims[3]; ++at[3]) use(at);
    }
    static size_t place(const Tensor& tensor, const std::array<int64_t, 4>& at) {
        int64_t place = 0;  // dimensions of 1 are broadcast
        for (size_t i = 0; i < 4; ++i) place = place * tensor.dims[i] + std::min(at[i], tensor.dims[i] - 1);
        return static_cast<size_t>(place);
    }
    static int64_t offset(const Tensor& tensor, const std::array<int64_t, 4>& at) {
        int64_t offset = 0;
        for (size_t i = 0; i < 4; ++i) offset += at[i] * tensor.strides[i];
        return offset;
    }

    const Elements& elements(const Tensor& tensor) {
        const auto found = known_.find(tensor.name);
        if (found != known_.end()) return found->second;
        Elements& read = known_[tensor.name];
        if (tensor.by_value) return read = {numbers_.at(tensor.name)};
        const auto* bits = static_cast<const uint16_t*>(pointers_.at(tensor.name));
        for_each(tensor, [&](const auto& at) {
            const uint16_t element = bits[offset(tensor, at)];
            read.push_back(tensor.type == CUDNN_DATA_HALF ? ringscope::f32_from_f16(element)
                                                          : ringscope::f32_from_bf16(element));
        });
        return read;
    }

    void store(const Tensor& tensor, const Elements& values) {
        void* const target = pointers_.at(tensor.name);
        size_t i = 0;
        for_each(tensor, [&](const auto& at) {
            const float value = values[i++];
            if (tensor.type == CUDNN_DATA_FLOAT)
                static_cast<float*>(target)[offset(tensor, at)] = value;
            else
                static_cast<uint16_t*>(target)[offset(tensor, at)] = tensor.type == CUDNN_DATA_HALF
                                                                         ? ringscope::f16_from_f32(value)
                                                                         : ringscope::bf16_from_f32(value);
        });
    }

    Elements result_of(const Operation& operation) {
        if (operation.kind == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) return product(operation);
        if (operation.kind == CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR) return reduction(operation);
        const Elements* x = operation.mode == CUDNN_POINTWISE_GEN_INDEX ? nullptr : &elements(operation.x);
        const Elements* b = operation.has_b ? &elements(operation.b) : nullptr;
        const Elements* t = operation.has_t ? &elements(operation.t) : nullptr;
        Elements y;
        for_each(operation.y, [&](const auto& at) {
            const auto value = [&](const Tensor& tensor, const Elements* from) {
                return from != nullptr ? (*from)[place(tensor, at)] : 0;
            };
            if (x == nullptr)
                y.push_back(static_cast<float>(at[static_cast<size_t>(operation.axis)]));
            else
                y.push_back(pointwise(operation.mode, value(operation.x, x), value(operation.b, b),
                                      value(operation.t, t)));
        });
        return y;
    }

    static float pointwise(int mode, float x, float b, float t) {
        switch (mode) {
            case CUDNN_POINTWISE_ADD:
                return x + b;
            case CUDNN_POINTWISE_SUB:
                return x - b;
            case CUDNN_POINTWISE_MUL:
                return x * b;
            case CUDNN_POINTWISE_DIV:
                return x / b;
            case CUDNN_POINTWISE_EXP:
                return std::exp(x);
            case CUDNN_POINTWISE_LOG:
                return std::log(x);
            case CUDNN_POINTWISE_CMP_GE:
                return x >= b ? 1 : 0;
            case CUDNN_POINTWISE_BINARY_SELECT:
                return t != 0 ? x : b;
        }
        return NAN;  // check() has complained
    }

    Elements product(const Operation& operation) {
        const Elements& a = elements(operation.x);
        const Elements& b = elements(operation.b);
        const int64_t group = operation.x.dims[1] / operation.b.dims[1];
        Elements y;
        for_each(operation.y, [&](const auto& at) {
            float sum = 0;
            for (int64_t k = 0; k < operation.x.dims[3]; ++k)
                sum += a[place(operation.x, {at[0], at[1], at[2], k})] *
                       b[place(operation.b, {at[0], at[1] / group, k, at[3]})];
            y.push_back(sum);
        });
        return y;
    }

    Elements reduction(const Operation& operation) {
        const bool maximum = operation.mode == CUDNN_REDUCE_TENSOR_MAX;
        const Elements& x = elements(operation.x);
        Elements y;
        for_each(operation.y, [&](const auto& at) {
            float value = maximum ? -INFINITY : 0;
            for (int64_t k = 0; k < operation.x.dims[3]; ++k) {
                const float next = x[place(operation.x, {at[0], at[1], at[2], k})];
                value = maximum ? std::max(value, next) : value + next;
            }
            y.push_back(value);
        });
        return y;
    }

    std::map<int64_t, void*> pointers_;
    std::map<int64_t, float> numbers_;
    std::map<int64_t, Elements> known_;
};

}  // namespace

std::string problem_of(const Operation& one) {
    if (one.kind == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) {
        const auto &a = one.x.dims, &b = one.b.dims, &c = one.y.dims;
        if (a[0] != b[0] || b[1] < 1 || a[1] % b[1] != 0 || a[3] != b[2] || c[0] != a[0] || c[1] != a[1] ||
            c[2] != a[2] || c[3] != b[3])
            return "a matrix product of dimensions that do not fit";
        if (one.x.type != one.b.type) return "a matrix product of two dtypes";
    } else if (one.kind == CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR) {
        if (one.mode != CUDNN_REDUCE_TENSOR_MAX && one.mode != CUDNN_REDUCE_TENSOR_ADD)
            return "a reduction that is not known here";
        if (one.y.dims[3] != 1 || one.y.dims[2] != one.x.dims[2]) return "a reduction not over the keys";
    } else if (std::find(std::begin(kModes), std::end(kModes), one.mode) == std::end(kModes)) {
        return "pointwise mode " + std::to_string(one.mode) + " is not known here";
    }
    return "";
}

void carry_out(const Program& program, std::map<int64_t, void*> pointers, std::map<int64_t, float> numbers) {
    Execution(std::move(pointers), std::move(numbers)).run(program);
}

}  // namespace ringscope::fake_cudnn
