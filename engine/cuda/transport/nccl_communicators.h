// NCCL in one process: one communicator per GPU, none of whose calls blocks. What NCCL has not done yet is
// asked for and waited for here, with a time limit and a stop request; what it cannot do ends in an Error,
// never in a hang.
//
//   connect    ncclGetUniqueId, ncclCommInitRankConfig for all in one group, wait
//   group      ncclGroupStart, calls, ncclGroupEnd, wait until the kernels are in the streams
//   close      ncclCommFinalize for all, wait, ncclCommDestroy
//   abort      ncclCommAbort for all: a communicator left behind would keep the others waiting
//
// Needs NCCL 2.14 (ncclCommInitRankConfig). Used by one thread.
#pragma once

#include <nccl.h>

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace ringscope {

class NcclCommunicators {
  public:
    NcclCommunicators() = default;
    /// Aborts what is not closed.
    ~NcclCommunicators() { abort(); }
    NcclCommunicators(const NcclCommunicators&) = delete;
    NcclCommunicators& operator=(const NcclCommunicators&) = delete;

    /// Rank k on GPU devices[k], all different. Throws Error(run_failed, cancelled).
    void connect(const std::vector<int>& devices, std::stop_token stop);
    /// Runs `calls`, which may call ncclSend, ncclRecv and collectives with of(rank), as one group. When this
    /// returns, what was recorded in the streams before and what will be recorded after stands before and
    /// after NCCL's work. `what` is for messages ("the hop of step 2").
    void group(const std::function<void()>& calls, const std::string& what, double limit_seconds,
               std::stop_token stop);
    ncclComm_t of(int rank) const { return all_[static_cast<size_t>(rank)]; }
    /// Throws Error(run_failed) when a communicator is in error.
    void check() const;
    /// All work has ended. Aborts when that takes too long.
    void close() noexcept;
    /// Ends what is under way on every GPU; its bytes may be anything.
    void abort() noexcept;

  private:
    void wait(const std::string& what, double limit_seconds, std::stop_token stop) const;

    std::vector<ncclComm_t> all_;  // by rank; empty before connect() and after the end
};

/// Throws Error(run_failed) that names the call and what NCCL says, unless it went well or is under way.
void check_nccl(ncclResult_t status, const char* call);

/// "2.28.9", of the library in use.
std::string nccl_version();

}  // namespace ringscope

#define RINGSCOPE_NCCL(call) ::ringscope::check_nccl((call), #call)
