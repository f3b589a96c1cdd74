#include "engine/cuda/cudnn/cudnn_sdpa.h"

#include <limits>
#include <optional>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// Names of the tensors that a call passes; those inside the kernel count on from the last.
enum TensorName : int64_t { kQ = 1, kK, kV, kO, kLse, kScale, kMinusInfinity, kInside };

constexpr int64_t kAlignmentBytes = 16;

using Numbers = std::vector<int64_t>;
using Descriptor = CudnnDescriptor;

cudnnDataType_t cudnn_type(DType dtype) {
    RINGSCOPE_CHECK(dtype != DType::f32);
    return dtype == DType::f16 ? CUDNN_DATA_HALF : CUDNN_DATA_BFLOAT16;
}

/// y = mode(x, b); of a selection, y = t ? x : b.
struct Pointwise {
    cudnnPointwiseMode_t mode;
    const Descriptor* x = nullptr;
    const Descriptor* b = nullptr;
    const Descriptor* t = nullptr;
    cudnnDataType_t computes = CUDNN_DATA_FLOAT;
    int64_t axis = -1;  // of an index
};

enum class TensorPlace { outside, inside, number };

class GraphMaker {
  public:
    GraphMaker(const SdpaShape& shape, DType dtype) : shape_(shape), type_(cudnn_type(dtype)) {}

    std::deque<Descriptor> make(cudnnHandle_t handle) {
        const SdpaShape& s = shape_;
        const Descriptor& q = outside(kQ, {s.batch, s.heads, s.queries, s.head_dim},
                                      {s.q_batch_stride, s.q_head_stride, s.q_row_stride, 1});
        const Descriptor& k_transposed = outside(kK, {s.batch, s.kv_heads, s.head_dim, s.keys},
                                                 {s.kv_batch_stride, s.kv_head_stride, 1, s.kv_row_stride});
        const Descriptor& v = outside(kV, {s.batch, s.kv_heads, s.keys, s.head_dim},
                                      {s.kv_batch_stride, s.kv_head_stride, s.kv_row_stride, 1});
        const Descriptor& o =
            outside(kO, {s.batch, s.heads, s.queries, s.head_dim},
                    {s.heads * s.queries * s.head_dim, s.queries * s.head_dim, s.head_dim, 1});
        const Descriptor& products = multiply(q, k_transposed, pairs(CUDNN_DATA_FLOAT));
        const Descriptor& scores =
            apply({CUDNN_POINTWISE_MUL, &products, &number(kScale)}, pairs(CUDNN_DATA_FLOAT));
        multiply(softmax(s.causal ? masked(scores) : scores), v, o);
        Descriptor& graph = made_.emplace_back(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        if (handle != nullptr) graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
        graph.refer(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations_).finalize();
        return std::move(made_);
    }

  private:
    const Descriptor& masked(const Descriptor& scores) {
        const Descriptor& query =
            apply({CUDNN_POINTWISE_GEN_INDEX, &scores, nullptr, nullptr, CUDNN_DATA_FLOAT, 2},
                  pairs(CUDNN_DATA_INT32));
        const Descriptor& key =
            apply({CUDNN_POINTWISE_GEN_INDEX, &scores, nullptr, nullptr, CUDNN_DATA_FLOAT, 3},
                  pairs(CUDNN_DATA_INT32));
        const Descriptor& visible = apply({CUDNN_POINTWISE_CMP_GE, &query, &key, nullptr, CUDNN_DATA_BOOLEAN},
                                          pairs(CUDNN_DATA_BOOLEAN));
        return apply({CUDNN_POINTWISE_BINARY_SELECT, &scores, &number(kMinusInfinity), &visible},
                     pairs(CUDNN_DATA_FLOAT));
    }

    /// The probabilities; LSE on the way.
    const Descriptor& softmax(const Descriptor& scores) {
        const Descriptor& maximum = reduce(CUDNN_REDUCE_TENSOR_MAX, scores);
        const Descriptor& below = apply({CUDNN_POINTWISE_SUB, &scores, &maximum}, pairs(CUDNN_DATA_FLOAT));
        const Descriptor& powers = apply({CUDNN_POINTWISE_EXP, &below}, pairs(CUDNN_DATA_FLOAT));
        const Descriptor& sum = reduce(CUDNN_REDUCE_TENSOR_ADD, powers);
        const Descriptor& log_sum = apply({CUDNN_POINTWISE_LOG, &sum}, rows());
        apply({CUDNN_POINTWISE_ADD, &maximum, &log_sum}, rows(kLse, TensorPlace::outside));
        return apply({CUDNN_POINTWISE_DIV, &powers, &sum}, pairs(type_));
    }

    const Descriptor& tensor(int64_t name, const Numbers& dims, const Numbers& strides, cudnnDataType_t type,
                             TensorPlace place) {
        Descriptor& made = made_.emplace_back(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, name)
            .set(CUDNN_ATTR_TENSOR_DATA_TYPE, type)
            .set(CUDNN_ATTR_TENSOR_DIMENSIONS, dims)
            .set(CUDNN_ATTR_TENSOR_STRIDES, strides)
            .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignmentBytes);
        if (place == TensorPlace::inside) made.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
        if (place == TensorPlace::number) made.set(CUDNN_ATTR_TENSOR_IS_BY_VALUE, true);
        return made.finalize();
    }
    /// In the device's memory, in the problem's dtype.
    const Descriptor& outside(int64_t name, const Numbers& dims, const Numbers& strides) {
        return tensor(name, dims, strides, type_, TensorPlace::outside);
    }
    /// One that stands in the host's memory when a call is made.
    const Descriptor& number(int64_t name) {
        return tensor(name, {1, 1, 1, 1}, {1, 1, 1, 1}, CUDNN_DATA_FLOAT, TensorPlace::number);
    }
    /// Inside the kernel: one entry per query and key.
    const Descriptor& pairs(cudnnDataType_t type) {
        const SdpaShape& s = shape_;
        return tensor(kInside + inside_++, {s.batch, s.heads, s.queries, s.keys},
                      {s.heads * s.queries * s.keys, s.queries * s.keys, s.keys, 1}, type,
                      TensorPlace::inside);
    }
    /// One entry per query.
    const Descriptor& rows(int64_t name, TensorPlace place) {
        const SdpaShape& s = shape_;
        return tensor(name, {s.batch, s.heads, s.queries, 1}, {s.heads * s.queries, s.queries, 1, 1},
                      CUDNN_DATA_FLOAT, place);
    }
    const Descriptor& rows() { return rows(kInside + inside_++, TensorPlace::inside); }

    /// c.
    const Descriptor& multiply(const Descriptor& a, const Descriptor& b, const Descriptor& c) {
        Descriptor& how = made_.emplace_back(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
        how.set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_DATA_FLOAT).finalize();
        operation(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR)
            .refer(CUDNN_ATTR_OPERATION_MATMUL_DESC, how)
            .refer(CUDNN_ATTR_OPERATION_MATMUL_ADESC, a)
            .refer(CUDNN_ATTR_OPERATION_MATMUL_BDESC, b)
            .refer(CUDNN_ATTR_OPERATION_MATMUL_CDESC, c)
            .finalize();
        return c;
    }

    /// y.
    const Descriptor& apply(const Pointwise& what, const Descriptor& y) {
        Descriptor& how = made_.emplace_back(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
        how.set(CUDNN_ATTR_POINTWISE_MODE, what.mode).set(CUDNN_ATTR_POINTWISE_MATH_PREC, what.computes);
        if (what.axis >= 0) how.set(CUDNN_ATTR_POINTWISE_AXIS, what.axis);
        how.finalize();
        Descriptor& made = operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
        made.refer(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, how)
            .refer(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *what.x)
            .refer(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
        if (what.b != nullptr) made.refer(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *what.b);
        if (what.t != nullptr) made.refer(CUDNN_ATTR_OPERATION_POINTWISE_TDESC, *what.t);
        made.finalize();
        return y;
    }

    /// Over the keys.
    const Descriptor& reduce(cudnnReduceTensorOp_t by, const Descriptor& x) {
        Descriptor& how = made_.emplace_back(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
        how.set(CUDNN_ATTR_REDUCTION_OPERATOR, by)
            .set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_DATA_FLOAT)
            .finalize();
        const Descriptor& y = rows();
        operation(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR)
            .refer(CUDNN_ATTR_OPERATION_REDUCTION_DESC, how)
            .refer(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, x)
            .refer(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, y)
            .finalize();
        return y;
    }

    Descriptor& operation(cudnnBackendDescriptorType_t type) {
        Descriptor& made = made_.emplace_back(type);
        operations_.push_back(made.get());
        return made;
    }

    const SdpaShape& shape_;
    const cudnnDataType_t type_;
    std::deque<Descriptor> made_;  // a deque: what is made stays where it is
    std::vector<cudnnBackendDescriptor_t> operations_;
    int64_t inside_ = 0;
};

/// Why there is no plan yet.
struct Refusal {
    std::string why = "it suggests none";
    bool for_want_of_means = false;

    void note(const CudnnError& error) {
        why = error.what();
        for_want_of_means |= error.for_want_of_means();
    }
};

/// Nothing where cuDNN takes no such graph; `refusal` says why.
std::deque<Descriptor> graph_of(const SdpaShape& shape, DType dtype, const CudnnTarget& target,
                                Refusal& refusal) {
    try {
        return GraphMaker(shape, dtype).make(target.handle);
    } catch (const CudnnError& error) {
        refusal.note(error);
        return {};
    }
}

/// Engine configurations, best first; where cuDNN has none, `refusal` says why.
std::vector<Descriptor> suggestions(const std::deque<Descriptor>& graph, cudnnBackendHeurMode_t mode,
                                    const CudnnTarget& target, Refusal& refusal) {
    if (graph.empty()) return {};
    try {
        Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
        heuristics.refer(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph.back())
            .set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
        if (target.described != nullptr)
            heuristics.refer(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *target.described);
        heuristics.finalize();
        return heuristics.descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    } catch (const CudnnError& error) {
        refusal.note(error);
        return {};
    }
}

/// Nothing where cuDNN cannot make it; `refusal` says why.
std::optional<Descriptor> plan_by(const Descriptor& config, const CudnnTarget& target, Refusal& refusal) {
    try {
        Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        plan.refer(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config);
        if (target.handle != nullptr) plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, target.handle);
        if (target.described != nullptr) plan.refer(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *target.described);
        plan.finalize();
        return plan;
    } catch (const CudnnError& error) {
        refusal.note(error);
        return {};
    }
}

}  // namespace

SdpaPlan make_sdpa_plan(const SdpaShape& shape, DType dtype, const CudnnTarget& target,
                        int64_t most_workspace_bytes, std::stop_token stop) {
    Refusal refusal;
    std::deque<Descriptor> graph = graph_of(shape, dtype, target, refusal);
    for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
        for (Descriptor& config : suggestions(graph, mode, target, refusal)) {
            if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
            std::optional<Descriptor> plan = plan_by(config, target, refusal);
            if (!plan) continue;
            const int64_t bytes = plan->number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
            if (bytes <= most_workspace_bytes)
                return {std::move(graph), std::move(config), std::move(*plan), bytes};
            refusal.why = "it needs " + bytes_text(bytes) + " of workspace";
        }
    const std::string what = text_of(shape) + ", " + name_of(dtype) + ": " + refusal.why;
    if (refusal.for_want_of_means)
        throw Error(ErrorKind::run_failed, "cuDNN " + cudnn_version() + " could make no plan for " + what);
    throw Error(ErrorKind::bad_input,
                "backend.kernel is cudnn: cuDNN " + cudnn_version() + " has no engine for " + what);
}

void execute_sdpa(const SdpaPlan& plan, const SdpaShape& shape, cudnnHandle_t handle, float scale,
                  const SdpaPointers& at) {
    float minus_infinity = -std::numeric_limits<float>::infinity();
    Numbers names{kQ, kK, kV, kO, kLse, kScale};
    std::vector<void*> pointers{
        const_cast<void*>(at.q), const_cast<void*>(at.k), const_cast<void*>(at.v), at.o, at.lse, &scale};
    if (shape.causal) {
        names.push_back(kMinusInfinity);
        pointers.push_back(&minus_infinity);
    }
    Descriptor arguments(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    arguments.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, names)
        .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers)
        .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, at.workspace)
        .finalize();
    RINGSCOPE_CUDNN(cudnnBackendExecute(handle, plan.plan.get(), arguments.get()));
}

}  // namespace ringscope
