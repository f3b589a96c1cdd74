#include "engine/host/nvtx.h"

#ifdef RINGSCOPE_NVTX
#include <nvtx3/nvToolsExt.h>
#include <nvtx3/nvToolsExtPayload.h>

#include <cstddef>
#endif

namespace ringscope {

#ifdef RINGSCOPE_NVTX

namespace {

constexpr const char* kNames[kNvtxKinds] = {"run",     "step", "pack",  "compute", "send",
                                            "receive", "wait", "merge", "compile"};

/// What is told to a profiler once.
struct Domain {
    Domain() : handle(nvtxDomainCreateA("ringscope")) {
        for (int kind = 0; kind < kNvtxKinds; ++kind) {
            names[kind] = nvtxDomainRegisterStringA(handle, kNames[kind]);
            nvtxDomainNameCategoryA(handle, static_cast<uint32_t>(kind) + 1, kNames[kind]);
        }
        const auto field = [](const char* name, size_t offset) {
            nvtxPayloadSchemaEntry_t entry{};
            entry.type = NVTX_PAYLOAD_ENTRY_TYPE_INT64;
            entry.name = name;
            entry.offset = offset;
            return entry;
        };
        const nvtxPayloadSchemaEntry_t fields[] = {
            field("rank", offsetof(NvtxPayload, rank)), field("step", offsetof(NvtxPayload, step)),
            field("chunk", offsetof(NvtxPayload, chunk)), field("bytes", offsetof(NvtxPayload, bytes))};
        nvtxPayloadSchemaAttr_t attributes{};
        attributes.fieldMask = NVTX_PAYLOAD_SCHEMA_ATTR_FIELD_NAME | NVTX_PAYLOAD_SCHEMA_ATTR_FIELD_TYPE |
                               NVTX_PAYLOAD_SCHEMA_ATTR_FIELD_ENTRIES |
                               NVTX_PAYLOAD_SCHEMA_ATTR_FIELD_NUM_ENTRIES |
                               NVTX_PAYLOAD_SCHEMA_ATTR_FIELD_STATIC_SIZE;
        attributes.name = "ringscope";
        attributes.type = NVTX_PAYLOAD_SCHEMA_TYPE_STATIC;
        attributes.entries = fields;
        attributes.numEntries = 4;
        attributes.payloadStaticSize = sizeof(NvtxPayload);
        schema = nvtxPayloadSchemaRegister(handle, &attributes);
    }
    nvtxDomainHandle_t handle;
    nvtxStringHandle_t names[kNvtxKinds];
    uint64_t schema = 0;
};

const Domain& domain() {
    static const Domain one;
    return one;
}

}  // namespace

NvtxRange::NvtxRange(NvtxKind kind, const NvtxPayload& payload) {
    nvtxPayloadData_t data{domain().schema, sizeof payload, &payload};
    nvtxEventAttributes_t attributes{};
    attributes.version = NVTX_VERSION;
    attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    attributes.category = static_cast<uint32_t>(kind) + 1;
    attributes.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
    attributes.message.registered = domain().names[static_cast<int>(kind)];
    attributes.payloadType = NVTX_PAYLOAD_TYPE_EXT;
    attributes.reserved0 = 1;  // structures in the payload
    attributes.payload.ullValue = reinterpret_cast<uint64_t>(&data);
    nvtxDomainRangePushEx(domain().handle, &attributes);
}

NvtxRange::~NvtxRange() { nvtxDomainRangePop(domain().handle); }

#else

NvtxRange::NvtxRange(NvtxKind, const NvtxPayload&) {}
NvtxRange::~NvtxRange() = default;

#endif

}  // namespace ringscope
