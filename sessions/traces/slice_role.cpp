#include "sessions/traces/slice_role.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "sessions/plain_text.h"
#include "sessions/traces/numbered_word.h"

namespace ringscope {

namespace {

template <size_t N>
bool has_any(const std::string& text, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

template <size_t N>
bool is_any(const std::string& text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// Anywhere in a name, without regard to case. "broadcast" alone is not among them: tensors are broadcast too.
constexpr std::array<std::string_view, 21> kCommunicationWords{
    "nccl",       "rccl",          "hccl",           "hcom",
    "gloo:",      "c10d::",        "sendrecv",       "allreduce",
    "all_reduce", "all-reduce",    "allgather",      "all_gather",
    "all-gather", "reducescatter", "reduce_scatter", "reduce-scatter",
    "alltoall",   "all_to_all",    "all-to-all",     "record_param_comms",
    "mpi_"};
constexpr std::array<std::string_view, 4> kCommunicationCategories{"send", "receive", "collective",
                                                                   "communication"};
constexpr std::array<std::string_view, 5> kBackends{"gloo:", "nccl:", "mpi:", "ucc:", "xccl:"};
constexpr std::array<std::string_view, 9> kWaitingWords{
    "wait for ",      "devicesynchronize", "streamsynchronize", "eventsynchronize", "streamwaitevent",
    "ctxsynchronize", "work::wait",        "mpi_wait",          "mpi_barrier"};
constexpr std::array<std::string_view, 9> kEnclosingCategories{"user_annotation",
                                                               "gpu_user_annotation",
                                                               "python_function",
                                                               "trace",
                                                               "overhead",
                                                               "step",
                                                               "python",
                                                               "function",
                                                               "ac2g"};
constexpr std::array<std::string_view, 7> kDeviceCategories{
    "kernel", "gpu_memcpy", "gpu_memset", "memcpy", "memset", "gpu_op", "concurrent_kernel"};

}  // namespace

bool names_a_step(const std::string& name) {
    const std::string lower = lower_case(name);
    for (size_t at = lower.find("step"); at != std::string::npos; at = lower.find("step", at + 1))
        if (number_at(std::string_view(lower).substr(at + 4))) return true;
    return false;
}

bool is_of_device(const std::string& category) { return is_any(lower_case(category), kDeviceCategories); }

bool is_backend_call(const std::string& name) {
    const std::string lower = lower_case(name);
    return std::any_of(kBackends.begin(), kBackends.end(),
                       [&](std::string_view backend) { return lower.starts_with(backend); });
}

SliceRole slice_role(const std::string& name, const std::string& category) {
    const std::string lower_category = lower_case(category);
    if (lower_category == "wait") return SliceRole::waiting;
    const std::string lower = lower_case(name);
    // What torch.profiler says of Gloo and NCCL on the threads that really do it: "gloo:all_reduce".
    if (lower_category == "user_annotation" && is_backend_call(name)) return SliceRole::communication;
    if (is_any(lower_category, kEnclosingCategories)) return SliceRole::enclosing;
    if (has_any(lower, kWaitingWords)) return SliceRole::waiting;
    if (is_any(lower_category, kCommunicationCategories) || has_any(lower, kCommunicationWords))
        return SliceRole::communication;
    return names_a_step(name) && lower.starts_with("profilerstep") ? SliceRole::enclosing : SliceRole::work;
}

}  // namespace ringscope
