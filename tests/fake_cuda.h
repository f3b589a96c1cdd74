// A CUDA runtime without a GPU, for the tests of the CUDA executor: the functions that it calls, on the host.
//
// Streams are queues, and what runs next is drawn by lot among the streams whose first entry may run: an
// order that the executor did not forbid by an event happens sooner or later. Kernels are the tiles' own code
// by emulated warps.
#pragma once

#include <cstdint>

namespace ringscope::fake_cuda {

/// Forgets everything but memory that is still allocated. `memory`: bytes of each device.
void reset(int devices, int64_t memory, unsigned seed);

/// Bytes allocated and not yet freed, handles made and not yet destroyed, on all devices.
int64_t live_bytes();
int live_handles();
/// Entries of streams that were run.
int64_t operations();

}  // namespace ringscope::fake_cuda
