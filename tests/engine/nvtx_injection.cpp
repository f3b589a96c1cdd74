// A profiler of the tests' own: loaded by NVTX through NVTX_INJECTION64_PATH, it writes down every push and
// pop.
#include <nvtx3/nvToolsExt.h>

#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/engine/nvtx_records.h"

namespace {

// The library's whole state: NVTX calls plain functions.
std::mutex mutex;
std::vector<ringscope::NvtxRecord> records;
std::vector<std::string> domains;
std::vector<std::string> strings;  // a handle is the place, counted from 1

template <typename Handle>
Handle remember(std::vector<std::string>& list, const char* text) {
    const std::lock_guard lock(mutex);
    list.emplace_back(text);
    return reinterpret_cast<Handle>(list.size());
}

std::string recall(const std::vector<std::string>& list, const void* handle) {
    const auto place = reinterpret_cast<size_t>(handle);
    return place >= 1 && place <= list.size() ? list[place - 1] : "unknown";
}

nvtxDomainHandle_t NVTX_API create_domain(const char* name) {
    return remember<nvtxDomainHandle_t>(domains, name);
}

nvtxStringHandle_t NVTX_API register_string(nvtxDomainHandle_t, const char* text) {
    return remember<nvtxStringHandle_t>(strings, text);
}

int NVTX_API push(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* attributes) {
    const std::lock_guard lock(mutex);
    ringscope::NvtxRecord record;
    record.thread = std::this_thread::get_id();
    record.push = true;
    record.domain = recall(domains, domain);
    record.category = attributes->category;
    if (attributes->messageType == NVTX_MESSAGE_TYPE_REGISTERED)
        record.name = recall(strings, attributes->message.registered);
    // One structure: schema, size, address (nvToolsExtPayload.h).
    struct Data {
        uint64_t schema;
        size_t size;
        const void* payload;
    };
    const auto* data = reinterpret_cast<const Data*>(attributes->payload.ullValue);
    if (attributes->reserved0 == 1 && data->size == sizeof record.payload)
        std::memcpy(&record.payload, data->payload, sizeof record.payload);
    records.push_back(record);
    return 0;
}

int NVTX_API pop(nvtxDomainHandle_t domain) {
    const std::lock_guard lock(mutex);
    ringscope::NvtxRecord record;
    record.thread = std::this_thread::get_id();
    record.domain = recall(domains, domain);
    records.push_back(record);
    return 0;
}

template <typename Function>
void install(NvtxFunctionTable table, unsigned size, unsigned id, Function function) {
    if (id < size && table[id] != nullptr) *table[id] = reinterpret_cast<NvtxFunctionPointer>(function);
}

}  // namespace

extern "C" {

int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_export_table) {
    const auto* callbacks =
        static_cast<const NvtxExportTableCallbacks*>(get_export_table(NVTX_ETID_CALLBACKS));
    NvtxFunctionTable table = nullptr;
    unsigned size = 0;
    if (callbacks == nullptr || !callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size))
        return 0;
    install(table, size, NVTX_CBID_CORE2_DomainCreateA, create_domain);
    install(table, size, NVTX_CBID_CORE2_DomainRegisterStringA, register_string);
    install(table, size, NVTX_CBID_CORE2_DomainRangePushEx, push);
    install(table, size, NVTX_CBID_CORE2_DomainRangePop, pop);
    return 1;
}

/// The records so far; the caller's vector is emptied into.
void ringscope_take_nvtx_records(std::vector<ringscope::NvtxRecord>* target) {
    const std::lock_guard lock(mutex);
    target->swap(records);
    records.clear();
}
}
