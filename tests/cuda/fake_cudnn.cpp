#include "tests/cuda/fake_cudnn.h"

#include <cudnn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "tests/cuda/fake_cuda.h"
#include "tests/cuda/fake_cudnn_graph.h"

namespace {

using ringscope::fake_cudnn::Operation;
using ringscope::fake_cudnn::Program;
using ringscope::fake_cudnn::Tensor;
using ringscope::fake_cudnn::Trouble;

struct Attribute {
    cudnnBackendAttributeType_t type;
    std::vector<char> bytes;
};

struct Descriptor {
    cudnnBackendDescriptorType_t type{};
    bool finalized = false;
    std::map<int, Attribute> attributes;
    std::shared_ptr<const Program> program;  // of a graph, and of what is made from it
    int64_t workspace_bytes = 0;
    int device = -1;  // of a plan: whose memory it takes
};

struct Handle {
    int device = 0;
    cudaStream_t stream = nullptr;
    bool in_use = false;  // by a call
};

struct Library {
    Trouble trouble = Trouble::none;
    int trouble_call = 0;
    int plans = 0, calls = 0;
    std::set<Descriptor*> descriptors;
    std::set<Handle*> handles;
    std::string last_error;
    std::vector<std::string> violations;
    std::function<void()> with_every_plan;
    std::recursive_mutex mutex;
};

/// Never destroyed: what a destructor calls after main() must be noticed.
Library& library() {
    static auto& one = *new Library;
    return one;
}

bool unloaded = false;

/// The library's state for one call. Calls may come from any thread; those that take long let go of it.
using Guard = std::unique_lock<std::recursive_mutex>;
Guard guard() {
    if (unloaded) std::_Exit(7);
    return Guard(library().mutex);
}

constexpr int64_t kTooMuchWorkspace = int64_t{1} << 40;
constexpr int64_t kWorkspace = 256;

cudnnStatus_t refuse(cudnnStatus_t status, const std::string& why) {
    library().last_error = why;
    return status;
}
cudnnStatus_t violation(const std::string& what) {
    library().violations.push_back(what);
    return refuse(CUDNN_STATUS_BAD_PARAM, what);
}

Descriptor* fake(cudnnBackendDescriptor_t descriptor) { return static_cast<Descriptor*>(descriptor); }
Handle* fake(cudnnHandle_t handle) { return reinterpret_cast<Handle*>(handle); }

template <typename T>
std::vector<T> values_of(const Descriptor& descriptor, int name) {
    const auto found = descriptor.attributes.find(name);
    if (found == descriptor.attributes.end()) return {};
    // Descriptors are pointers, and it is those that count.  NOLINTNEXTLINE(bugprone-sizeof-expression)
    std::vector<T> values(found->second.bytes.size() / sizeof(T));
    std::memcpy(values.data(), found->second.bytes.data(), found->second.bytes.size());
    return values;
}
template <typename T>
T value_of(const Descriptor& descriptor, int name, T otherwise = {}) {
    const std::vector<T> values = values_of<T>(descriptor, name);
    return values.empty() ? otherwise : values.front();
}

/// What the attribute refers to; null where it is missing, dead or unfinished, which is a violation.
const Descriptor* referred(const Descriptor& descriptor, int name) {
    auto* found = value_of<Descriptor*>(descriptor, name);
    if (library().descriptors.count(found) != 0 && found->finalized) return found;
    violation("attribute " + std::to_string(name) + " refers to nothing that is there and finalized");
    return nullptr;
}

Tensor tensor_of(const Descriptor& operation, int name) {
    Tensor tensor;
    const Descriptor* from = referred(operation, name);
    if (from == nullptr) return tensor;
    tensor.name = value_of<int64_t>(*from, CUDNN_ATTR_TENSOR_UNIQUE_ID);
    tensor.type = value_of<cudnnDataType_t>(*from, CUDNN_ATTR_TENSOR_DATA_TYPE);
    const auto dims = values_of<int64_t>(*from, CUDNN_ATTR_TENSOR_DIMENSIONS);
    const auto strides = values_of<int64_t>(*from, CUDNN_ATTR_TENSOR_STRIDES);
    std::copy(dims.begin(), dims.end(), tensor.dims.begin());
    std::copy(strides.begin(), strides.end(), tensor.strides.begin());
    tensor.inside = value_of<char>(*from, CUDNN_ATTR_TENSOR_IS_VIRTUAL) != 0;
    tensor.by_value = value_of<char>(*from, CUDNN_ATTR_TENSOR_IS_BY_VALUE) != 0;
    return tensor;
}

cudnnStatus_t finalize_tensor(const Descriptor& tensor) {
    const auto dims = values_of<int64_t>(tensor, CUDNN_ATTR_TENSOR_DIMENSIONS);
    const auto strides = values_of<int64_t>(tensor, CUDNN_ATTR_TENSOR_STRIDES);
    if (dims.size() != 4 || strides.size() != 4) return violation("a tensor without four dimensions");
    for (size_t i = 0; i < 4; ++i)
        if (dims[i] < 1 || strides[i] < 1) return violation("a dimension or stride below 1");
    if (value_of<int64_t>(tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID) == 0)
        return violation("a tensor without a name");
    const auto type = value_of<cudnnDataType_t>(tensor, CUDNN_ATTR_TENSOR_DATA_TYPE);
    const bool inside = value_of<char>(tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL) != 0;
    if (!inside && (type == CUDNN_DATA_HALF || type == CUDNN_DATA_BFLOAT16))
        for (const int64_t stride : strides)
            if (stride != 1 && stride % 8 != 0) return violation("a stride that is no multiple of 16 bytes");
    return CUDNN_STATUS_SUCCESS;
}

Operation operation_of(const Descriptor& from) {
    Operation made;
    made.kind = from.type;
    const auto read = [&](int name) { return tensor_of(from, name); };
    if (from.type == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR) {
        made.x = read(CUDNN_ATTR_OPERATION_MATMUL_ADESC);
        made.b = read(CUDNN_ATTR_OPERATION_MATMUL_BDESC);
        made.y = read(CUDNN_ATTR_OPERATION_MATMUL_CDESC);
        made.has_b = true;
        referred(from, CUDNN_ATTR_OPERATION_MATMUL_DESC);
    } else if (from.type == CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR) {
        made.x = read(CUDNN_ATTR_OPERATION_POINTWISE_XDESC);
        made.y = read(CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
        made.has_b = from.attributes.count(CUDNN_ATTR_OPERATION_POINTWISE_BDESC) != 0;
        made.has_t = from.attributes.count(CUDNN_ATTR_OPERATION_POINTWISE_TDESC) != 0;
        if (made.has_b) made.b = read(CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
        if (made.has_t) made.t = read(CUDNN_ATTR_OPERATION_POINTWISE_TDESC);
        if (const Descriptor* how = referred(from, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)) {
            made.mode = value_of<cudnnPointwiseMode_t>(*how, CUDNN_ATTR_POINTWISE_MODE);
            made.axis = value_of<int64_t>(*how, CUDNN_ATTR_POINTWISE_AXIS, -1);
        }
    } else {
        made.x = read(CUDNN_ATTR_OPERATION_REDUCTION_XDESC);
        made.y = read(CUDNN_ATTR_OPERATION_REDUCTION_YDESC);
        if (const Descriptor* how = referred(from, CUDNN_ATTR_OPERATION_REDUCTION_DESC))
            made.mode = value_of<cudnnReduceTensorOp_t>(*how, CUDNN_ATTR_REDUCTION_OPERATOR);
    }
    return made;
}

cudnnStatus_t finalize_graph(Descriptor& graph) {
    auto program = std::make_shared<Program>();
    for (Descriptor* operation : values_of<Descriptor*>(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS)) {
        if (library().descriptors.count(operation) == 0 || !operation->finalized)
            return violation("an operation that is not finalized");
        program->operations.push_back(operation_of(*operation));
        const std::string problem = problem_of(program->operations.back());
        if (!problem.empty()) violation(problem);
    }
    if (program->operations.empty()) return violation("a graph without operations");
    if (library().handles.count(value_of<Handle*>(graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE)) == 0)
        return violation("a graph without a handle");
    graph.program = program;
    return CUDNN_STATUS_SUCCESS;
}

/// Planning takes long, and what else happens meanwhile is not held up by it.
void take_long(Handle& handle, Guard& lock) {
    handle.in_use = true;
    const auto action = library().with_every_plan;
    lock.unlock();
    if (action) action();
    std::this_thread::yield();
    lock.lock();
    handle.in_use = false;
}

cudnnStatus_t finalize_plan(Descriptor& plan, Guard& lock) {
    const Descriptor* config = referred(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
    if (config == nullptr) return CUDNN_STATUS_BAD_PARAM;
    auto* handle = value_of<Handle*>(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
    if (library().handles.count(handle) == 0) return violation("a plan without a handle");
    if (handle->in_use) return violation("two calls at once with one handle");
    if (handle->device != ringscope::fake_cuda::current_device())
        return violation("a plan while another device is the current one");
    if (library().trouble == Trouble::no_plan)
        return refuse(CUDNN_STATUS_NOT_SUPPORTED, "a plan that the test refuses");
    if (library().trouble == Trouble::no_memory ||
        !ringscope::fake_cuda::take_beside_the_pool(handle->device, ringscope::fake_cudnn::kPlanBytes))
        return refuse(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, "no memory for a plan");
    plan.device = handle->device;
    plan.program = config->program;
    plan.workspace_bytes = config->workspace_bytes;
    ++library().plans;
    take_long(*handle, lock);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t finalize_heuristics(Descriptor& heuristics) {
    const Descriptor* graph = referred(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
    if (graph == nullptr) return CUDNN_STATUS_BAD_PARAM;
    if (library().trouble == Trouble::no_suggestion)
        return refuse(CUDNN_STATUS_NOT_SUPPORTED, "a graph that the test refuses");
    heuristics.program = graph->program;
    return CUDNN_STATUS_SUCCESS;
}

}  // namespace

namespace ringscope::fake_cudnn {

void reset(Trouble trouble, int call) {
    const Guard lock = guard();
    library().with_every_plan = nullptr;
    library().trouble = trouble;
    library().trouble_call = call;
    library().plans = library().calls = 0;
    library().violations.clear();
}
void with_every_plan(std::function<void()> action) { library().with_every_plan = std::move(action); }
void unload() { unloaded = true; }
int plans_made() { return library().plans; }
int calls_made() { return library().calls; }
int live_handles() { return static_cast<int>(library().handles.size()); }
int live_descriptors() { return static_cast<int>(library().descriptors.size()); }
const std::vector<std::string>& violations() { return library().violations; }

}  // namespace ringscope::fake_cudnn

extern "C" {

size_t cudnnGetVersion() { return 90000; }
const char* cudnnGetErrorString(cudnnStatus_t status) {
    return status == CUDNN_STATUS_NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED" : "CUDNN_STATUS_BAD_PARAM";
}
void cudnnGetLastErrorString(char* message, size_t size) {
    std::snprintf(message, size, "%s", library().last_error.c_str());
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
    const Guard lock = guard();
    const int device = ringscope::fake_cuda::current_device();
    if (!ringscope::fake_cuda::take_beside_the_pool(device, ringscope::fake_cudnn::kHandleBytes))
        return refuse(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED, "no memory for a handle");
    auto* made = new Handle{device, nullptr};
    library().handles.insert(made);
    *handle = reinterpret_cast<cudnnHandle_t>(made);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
    const Guard lock = guard();
    if (library().handles.erase(fake(handle)) == 0) return violation("a handle destroyed twice");
    ringscope::fake_cuda::take_beside_the_pool(fake(handle)->device, -ringscope::fake_cudnn::kHandleBytes);
    delete fake(handle);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
    const Guard lock = guard();
    if (fake(handle)->in_use) return violation("two calls at once with one handle");
    fake(handle)->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* descriptor) {
    const Guard lock = guard();
    auto* made = new Descriptor;
    made->type = type;
    library().descriptors.insert(made);
    *descriptor = made;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
    const Guard lock = guard();
    if (library().descriptors.erase(fake(descriptor)) == 0) return violation("a descriptor destroyed twice");
    const int device = fake(descriptor)->device;
    if (device >= 0) ringscope::fake_cuda::take_beside_the_pool(device, -ringscope::fake_cudnn::kPlanBytes);
    if (device >= 0 && device != ringscope::fake_cuda::current_device())
        violation("a plan destroyed while another device is the current one");
    delete fake(descriptor);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* values) {
    const Guard lock = guard();
    if (fake(descriptor)->finalized) return violation("an attribute set after finalizing");
    static const std::map<int, size_t> sizes{{CUDNN_TYPE_INT64, 8},
                                             {CUDNN_TYPE_BOOLEAN, 1},
                                             {CUDNN_TYPE_VOID_PTR, 8},
                                             {CUDNN_TYPE_HANDLE, 8},
                                             {CUDNN_TYPE_DATA_TYPE, 4},
                                             {CUDNN_TYPE_HEUR_MODE, 4},
                                             {CUDNN_TYPE_POINTWISE_MODE, 4},
                                             {CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, 4},
                                             {CUDNN_TYPE_BACKEND_DESCRIPTOR, 8}};
    const auto size = sizes.find(type);
    if (size == sizes.end() || count < 1) return violation("an attribute of a type that is not known here");
    const char* bytes = static_cast<const char*>(values);
    fake(descriptor)->attributes[name] = {type, {bytes, bytes + static_cast<size_t>(count) * size->second}};
    return CUDNN_STATUS_SUCCESS;
}

/// Of heuristics three results of which two are filled in, the first of them with far too large a workspace.
cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t, int64_t wanted, int64_t* count,
                                       void* values) {
    const Guard lock = guard();
    const Descriptor& from = *fake(descriptor);
    if (!from.finalized) return violation("an attribute read before finalizing");
    if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) {
        *static_cast<int64_t*>(values) = from.workspace_bytes;
        *count = 1;
        return CUDNN_STATUS_SUCCESS;
    }
    if (name != CUDNN_ATTR_ENGINEHEUR_RESULTS) return violation("an attribute that is not known here");
    *count = wanted == 0 ? 3 : 2;
    for (int64_t i = 0; i < std::min<int64_t>(wanted, 2); ++i) {
        Descriptor& config = *static_cast<Descriptor**>(values)[i];
        config.program = from.program;
        config.workspace_bytes = i == 0 ? kTooMuchWorkspace : kWorkspace;
        config.finalized = true;
    }
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
    Guard lock = guard();
    Descriptor& one = *fake(descriptor);
    cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
    if (one.type == CUDNN_BACKEND_TENSOR_DESCRIPTOR) status = finalize_tensor(one);
    if (one.type == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR) status = finalize_graph(one);
    if (one.type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR) status = finalize_heuristics(one);
    if (one.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) status = finalize_plan(one, lock);
    one.finalized = status == CUDNN_STATUS_SUCCESS;
    return status;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t arguments) {
    const Guard lock = guard();
    if (fake(handle)->in_use) return violation("two calls at once with one handle");
    if (library().trouble == Trouble::execution && library().calls == library().trouble_call)
        return refuse(CUDNN_STATUS_EXECUTION_FAILED, "a call that the test refuses");
    ++library().calls;
    if (fake(handle)->device != ringscope::fake_cuda::current_device())
        return violation("a call while another device is the current one");
    const auto names = values_of<int64_t>(*fake(arguments), CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    const auto given = values_of<void*>(*fake(arguments), CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    auto* workspace = value_of<char*>(*fake(arguments), CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
    if (names.size() != given.size()) return violation("not as many pointers as names");
    std::map<int64_t, void*> pointers;
    for (size_t i = 0; i < names.size(); ++i) pointers[names[i]] = given[i];
    std::map<int64_t, float> numbers;  // read now: the host's memory may be gone later
    const auto program = fake(plan)->program;
    for (const Operation& operation : program->operations)
        for (const Tensor* tensor : {&operation.x, &operation.b, &operation.t, &operation.y}) {
            if (tensor->name == 0 || tensor->inside) continue;
            if (pointers.count(tensor->name) == 0) return violation("a tensor without a pointer");
            if (tensor->by_value)
                numbers[tensor->name] = *static_cast<float*>(pointers[tensor->name]);
            else if (reinterpret_cast<uintptr_t>(pointers[tensor->name]) % 16 != 0)
                return violation("a tensor that does not begin on 16 bytes");
        }
    if (fake(plan)->workspace_bytes > 0 && workspace == nullptr) return violation("no workspace");
    const auto bytes = static_cast<size_t>(fake(plan)->workspace_bytes);
    ringscope::fake_cuda::enqueue_work(fake(handle)->stream, [=] {
        std::memset(workspace, 0xff, bytes);
        ringscope::fake_cudnn::carry_out(*program, pointers, numbers);
    });
    return CUDNN_STATUS_SUCCESS;
}
}
