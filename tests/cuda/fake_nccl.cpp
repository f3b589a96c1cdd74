#include "tests/cuda/fake_nccl.h"

#include <nccl.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "tests/cuda/fake_cuda.h"

namespace {

using ringscope::fake_nccl::Hop;
using ringscope::fake_nccl::Trouble;

/// How often a communicator is asked before what it was told happens.
constexpr int kAsks = 3;

struct Message {
    const void* source = nullptr;
    size_t bytes = 0;
    bool taken = false;
};

/// The ranks that were connected together.
struct World {
    int ranks = 0;
    std::map<std::pair<int, int>, std::deque<std::shared_ptr<Message>>> under_way;  // by (from, to)
};

struct Kernel;

struct Communicator {
    std::shared_ptr<World> world;
    int rank = 0;
    int device = 0;
    int asks_left = 0;  // > 0: ncclInProgress
    bool stuck = false;
    bool broken = false;
    bool aborted = false;
    bool finalized = false;
    int running = 0;  // kernels that stand in streams
    std::shared_ptr<Kernel> waiting;
    cudaStream_t waiting_stream = nullptr;
};

struct Call {
    Communicator* communicator = nullptr;
    cudaStream_t stream = nullptr;
    bool sends = false;
    int peer = 0;
    const void* source = nullptr;
    void* target = nullptr;
    size_t bytes = 0;
};

struct Kernel {
    std::shared_ptr<Communicator> communicator;
    std::vector<Call> calls;
    std::vector<std::shared_ptr<Message>> sent;
    size_t received = 0;
    bool begun = false;
};

/// The library's whole state: its interface is plain functions.
struct State {
    Trouble trouble = Trouble::none;
    int trouble_group = 0;
    int trouble_rank = 0;
    int groups = 0;
    bool open = false;
    std::vector<Call> calls;
    std::vector<Communicator*> connecting;
    Hop hop;
    std::vector<Hop> hops;
    int made = 0, destroyed = 0, aborted = 0;
    std::vector<std::string> violations;
    std::map<uint64_t, std::shared_ptr<World>> worlds;  // by unique id
    uint64_t ids = 0;
    std::map<Communicator*, std::shared_ptr<Communicator>> communicators;
};

State& state() {
    static State one;
    return one;
}

void violate(const std::string& what) { state().violations.push_back(what); }

Communicator* fake(ncclComm_t comm) { return reinterpret_cast<Communicator*>(comm); }

bool known(Communicator* communicator, const char* call) {
    if (state().communicators.count(communicator) > 0) return true;
    violate(std::string(call) + " on a communicator that is not there");
    return false;
}

/// One look at a kernel in its stream; true once it has ended.
bool advance(Kernel& kernel) {
    Communicator& own = *kernel.communicator;
    if (own.aborted) return true;
    World& world = *own.world;
    if (!std::exchange(kernel.begun, true))
        for (const Call& call : kernel.calls)
            if (call.sends) {
                kernel.sent.push_back(std::make_shared<Message>(Message{call.source, call.bytes}));
                world.under_way[{own.rank, call.peer}].push_back(kernel.sent.back());
            }
    std::vector<const Call*> receives;
    for (const Call& call : kernel.calls)
        if (!call.sends) receives.push_back(&call);
    for (; kernel.received < receives.size(); ++kernel.received) {
        const Call& call = *receives[kernel.received];
        auto& arriving = world.under_way[{call.peer, own.rank}];
        if (arriving.empty()) return false;
        if (arriving.front()->bytes != call.bytes) violate("sender and receiver differ in bytes");
        std::memmove(call.target, arriving.front()->source, call.bytes);
        arriving.front()->taken = true;
        arriving.pop_front();
    }
    return std::all_of(kernel.sent.begin(), kernel.sent.end(), [](const auto& m) { return m->taken; });
}

void launch(Communicator& communicator) {
    const std::shared_ptr<Kernel> kernel = std::exchange(communicator.waiting, nullptr);
    if (!kernel) return;
    ++communicator.running;
    ringscope::fake_cuda::enqueue(communicator.waiting_stream, [kernel] {
        if (!advance(*kernel)) return false;
        --kernel->communicator->running;
        return true;
    });
}

bool strikes(Trouble trouble, const Communicator& communicator) {
    return state().trouble == trouble && state().groups == state().trouble_group &&
           communicator.rank == state().trouble_rank;
}

/// Every send has its receive in the same group, as one thread for several GPUs needs it.
void find_lonely_calls() {
    std::map<std::pair<int, int>, int64_t> balance;  // by (from, to)
    for (const Call& call : state().calls) {
        const int own = call.communicator->rank;
        balance[call.sends ? std::make_pair(own, call.peer) : std::make_pair(call.peer, own)] +=
            call.sends ? static_cast<int64_t>(call.bytes) : -static_cast<int64_t>(call.bytes);
    }
    for (const auto& [pair, bytes] : balance)
        if (bytes != 0)
            violate("rank " + std::to_string(pair.first) + " and " + std::to_string(pair.second) +
                    " do not meet in one group");
}

void make_kernels() {
    std::map<Communicator*, std::shared_ptr<Kernel>> kernels;
    for (const Call& call : state().calls) {
        auto& kernel = kernels[call.communicator];
        if (!kernel) {
            kernel = std::make_shared<Kernel>();
            kernel->communicator = state().communicators.at(call.communicator);
            call.communicator->waiting_stream = call.stream;
        }
        if (call.stream != call.communicator->waiting_stream) violate("one hop in two streams of a rank");
        kernel->calls.push_back(call);
    }
    for (const auto& [communicator, kernel] : kernels) {
        if (communicator->asks_left > 0 || communicator->waiting)
            violate("a group before the one before was under way");
        communicator->waiting = kernel;
        communicator->asks_left = kAsks;
        communicator->stuck = strikes(Trouble::never_launches, *communicator);
        communicator->broken |= strikes(Trouble::error_on_a_rank, *communicator);
    }
}

ncclResult_t add_call(Call call, bool counted) {
    if (!state().open) violate("a send or receive outside a group");
    if (!known(call.communicator, "an exchange")) return ncclInvalidArgument;
    if (call.sends && counted) {
        ++state().hop.sends;
        state().hop.bytes += static_cast<int64_t>(call.bytes);
    }
    state().calls.push_back(call);
    return ncclSuccess;
}

}  // namespace

namespace ringscope::fake_nccl {

void reset(Trouble trouble, int group, int rank) {
    State& s = state();
    s = State{};
    s.trouble = trouble;
    s.trouble_group = group;
    s.trouble_rank = rank;
}
const std::vector<Hop>& hops() { return state().hops; }
int communicators_made() { return state().made; }
int communicators_destroyed() { return state().destroyed; }
int communicators_aborted() { return state().aborted; }
const std::vector<std::string>& violations() { return state().violations; }

}  // namespace ringscope::fake_nccl

extern "C" {

const char* ncclGetErrorString(ncclResult_t) { return "an error of the fake library"; }
const char* ncclGetLastError(ncclComm_t) { return "said\nin two lines"; }
ncclResult_t ncclGetVersion(int* version) {
    *version = NCCL_VERSION_CODE;
    return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
    *id = {};
    const uint64_t number = ++state().ids;
    std::memcpy(id, &number, sizeof number);
    return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
    if (config->blocking != 0) violate("a communicator that blocks");
    if (!state().open) violate("ncclCommInitRankConfig outside a group");
    uint64_t number = 0;
    std::memcpy(&number, &id, sizeof number);
    auto& world = state().worlds[number];
    if (!world) world = std::make_shared<World>();
    world->ranks = ranks;
    auto made = std::make_shared<Communicator>();
    made->world = world;
    made->rank = rank;
    made->device = ringscope::fake_cuda::current_device();
    for (const auto& [other, owner] : state().communicators)
        if (other->world == world && other->device == made->device) return ncclInvalidUsage;
    made->asks_left = kAsks;
    made->stuck = strikes(Trouble::never_connects, *made);
    ++state().made;
    state().communicators[made.get()] = made;
    *comm = reinterpret_cast<ncclComm_t>(made.get());
    return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
    if (std::exchange(state().open, true)) violate("a group in a group");
    return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
    if (!std::exchange(state().open, false)) violate("the end of no group");
    find_lonely_calls();
    make_kernels();
    if (!state().calls.empty()) state().hops.push_back(std::exchange(state().hop, Hop{}));
    state().calls.clear();
    ++state().groups;
    return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* error) {
    Communicator& one = *fake(comm);
    if (!known(&one, "ncclCommGetAsyncError")) return ncclInvalidArgument;
    *error = one.broken && one.asks_left == 0 ? ncclSystemError : ncclSuccess;
    if (one.asks_left > 0 && !one.stuck && --one.asks_left == 0) launch(one);
    if (one.asks_left > 0) *error = ncclInProgress;
    return ncclSuccess;
}

ncclResult_t ncclSend(const void* source, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
    if (type != ncclInt8) violate("elements that are not bytes");
    return add_call({fake(comm), stream, true, peer, source, nullptr, count}, true);
}
ncclResult_t ncclRecv(void* target, size_t count, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
    return add_call({fake(comm), stream, false, peer, nullptr, target, count}, true);
}

/// In place, as the transport uses it.
ncclResult_t ncclAllGather(const void* source, void* target, size_t count, ncclDataType_t, ncclComm_t comm,
                           cudaStream_t stream) {
    const Communicator& own = *fake(comm);
    auto* const shares = static_cast<std::byte*>(target);
    if (source != shares + static_cast<size_t>(own.rank) * count) violate("an all-gather not in place");
    ++state().hop.gathers;
    for (int peer = 0; peer < own.world->ranks; ++peer) {
        if (peer == own.rank) continue;
        state().hop.bytes += static_cast<int64_t>(count);
        add_call({fake(comm), stream, true, peer, source, nullptr, count}, false);
        add_call(
            {fake(comm), stream, false, peer, nullptr, shares + static_cast<size_t>(peer) * count, count},
            false);
    }
    return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
    Communicator& one = *fake(comm);
    if (!known(&one, "ncclCommFinalize")) return ncclInvalidArgument;
    if (one.running > 0) violate("closed with work under way");
    one.finalized = true;
    one.asks_left = kAsks;
    return ncclInProgress;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
    Communicator& one = *fake(comm);
    if (!known(&one, "ncclCommDestroy")) return ncclInvalidArgument;
    if (!one.finalized || one.asks_left > 0) violate("destroyed before it was finalized");
    ++state().destroyed;
    state().communicators.erase(&one);
    return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
    Communicator& one = *fake(comm);
    if (!known(&one, "ncclCommAbort")) return ncclInvalidArgument;
    one.aborted = true;
    one.waiting.reset();
    ++state().aborted;
    state().communicators.erase(&one);
    return ncclSuccess;
}
}
