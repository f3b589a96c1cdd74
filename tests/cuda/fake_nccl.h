// NCCL without a GPU, for the tests of the NCCL transport, on the fake runtime of fake_cuda.h.
//
// Communicators never block: after ncclGroupEnd a kernel stands in its stream only once its communicator was
// asked often enough, so whoever records an event too early records it before the bytes. A kernel ends when
// every message of its own has been taken and every message to it has come. What NCCL forbids, or leaves to
// chance, is written down as a violation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringscope::fake_nccl {

enum class Trouble {
    none,
    never_connects,   // ncclCommInitRankConfig stays under way
    never_launches,   // so does a hop
    error_on_a_rank,  // a communicator reports ncclSystemError while a hop is on the way
};

/// Forgets what was counted. The trouble befalls the group with this number, counted from 0 (the one that
/// makes the communicators), on communicator `rank`.
void reset(Trouble trouble = Trouble::none, int group = 0, int rank = 0);

/// One group that exchanged something, in the order of calls.
struct Hop {
    int sends = 0;
    int gathers = 0;    // ncclAllGather calls
    int64_t bytes = 0;  // that went from one rank to another
};
const std::vector<Hop>& hops();

int communicators_made();
int communicators_destroyed();
int communicators_aborted();
const std::vector<std::string>& violations();

}  // namespace ringscope::fake_nccl
