#include "engine/cuda/transport/nccl_communicators.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/base/number_text.h"
#include "engine/cuda/cuda_check.h"
#include "engine/host/clock.h"

namespace ringscope {

namespace {

/// Finding out how the GPUs reach each other takes NCCL seconds on large machines.
constexpr double kConnectSeconds = 60;
/// Nothing is under way any more.
constexpr double kCloseSeconds = 0.5;
constexpr std::chrono::microseconds kAskInterval{20};

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

std::string in_words(ncclResult_t status) {
    const char* last = ncclGetLastError(nullptr);
    std::string text = ncclGetErrorString(status);
    if (last != nullptr && *last != '\0') text += std::string(" (") + last + ")";
    return one_line(text);
}

}  // namespace

void check_nccl(ncclResult_t status, const char* call) {
    if (status == ncclSuccess || status == ncclInProgress) return;
    const std::string name(call);
    throw Error(ErrorKind::run_failed,
                "NCCL: " + name.substr(0, name.find('(')) + " failed: " + in_words(status));
}

std::string nccl_version() {
    int code = 0;
    RINGSCOPE_NCCL(ncclGetVersion(&code));
    return std::to_string(code / 10000) + "." + std::to_string(code / 100 % 100) + "." +
           std::to_string(code % 100);
}

void NcclCommunicators::connect(const std::vector<int>& devices, std::stop_token stop) {
    RINGSCOPE_CHECK(all_.empty());
    ncclUniqueId id{};
    RINGSCOPE_NCCL(ncclGetUniqueId(&id));
    const int ranks = static_cast<int>(devices.size());
    all_.assign(devices.size(), nullptr);
    group(
        [&] {
            for (int rank = 0; rank < ranks; ++rank) {
                const DeviceScope scope(devices[static_cast<size_t>(rank)]);
                ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
                config.blocking = 0;
                RINGSCOPE_NCCL(
                    ncclCommInitRankConfig(&all_[static_cast<size_t>(rank)], ranks, id, rank, &config));
            }
        },
        "connecting the ranks", kConnectSeconds, stop);
}

void NcclCommunicators::group(const std::function<void()>& calls, const std::string& what,
                              double limit_seconds, std::stop_token stop) {
    RINGSCOPE_NCCL(ncclGroupStart());
    try {
        calls();
    } catch (...) {
        static_cast<void>(ncclGroupEnd());
        throw;
    }
    RINGSCOPE_NCCL(ncclGroupEnd());
    wait(what, limit_seconds, stop);
}

void NcclCommunicators::wait(const std::string& what, double limit_seconds, std::stop_token stop) const {
    const int64_t begin_ns = steady_ns();
    for (const ncclComm_t one : all_)
        for (;;) {
            ncclResult_t state = ncclSuccess;
            RINGSCOPE_NCCL(ncclCommGetAsyncError(one, &state));
            ::ringscope::check_nccl(state, what.c_str());
            if (state == ncclSuccess) break;
            if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
            if (static_cast<double>(steady_ns() - begin_ns) * 1e-9 > limit_seconds)
                throw Error(ErrorKind::run_failed, "NCCL: " + what + " did not get under way within " +
                                                       exact_text(limit_seconds) + " s");
            std::this_thread::sleep_for(kAskInterval);
        }
}

void NcclCommunicators::check() const {
    for (size_t rank = 0; rank < all_.size(); ++rank) {
        ncclResult_t state = ncclSuccess;
        RINGSCOPE_NCCL(ncclCommGetAsyncError(all_[rank], &state));
        if (state != ncclSuccess && state != ncclInProgress)
            throw Error(ErrorKind::run_failed,
                        "rank " + std::to_string(rank) + ": NCCL reports " + in_words(state));
    }
}

void NcclCommunicators::close() noexcept {
    if (all_.empty()) return;
    try {
        for (const ncclComm_t one : all_) RINGSCOPE_NCCL(ncclCommFinalize(one));
        wait("closing", kCloseSeconds, {});
    } catch (const std::exception&) {
        abort();  // the answer is there; nobody needs to hear of this
        return;
    }
    for (const ncclComm_t one : all_) static_cast<void>(ncclCommDestroy(one));
    all_.clear();
}

void NcclCommunicators::abort() noexcept {
    for (const ncclComm_t one : all_)
        if (one != nullptr) static_cast<void>(ncclCommAbort(one));
    all_.clear();
}

}  // namespace ringscope
