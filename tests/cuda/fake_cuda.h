// A CUDA runtime without a GPU, for the tests of the CUDA executor: the functions that it calls, on the host.
//
// Streams are queues, and what runs next is drawn by lot among the streams whose first entry may run: an
// order that the executor did not forbid by an event happens sooner or later. The kernels are in
// fake_kernels.cpp, NCCL in fake_nccl.h.
#pragma once

#include <driver_types.h>

#include <cstdint>
#include <functional>

namespace ringscope::fake_cuda {

/// Forgets everything but memory that is still allocated. `memory`: bytes of each device. `capability`: 10 *
/// major + minor.
void reset(int devices, int64_t memory, unsigned seed, int capability = 80);

/// Bytes allocated and not yet freed, handles made and not yet destroyed, on all devices.
int64_t live_bytes();
int live_handles();
/// Entries of streams that were run.
int64_t operations();
/// Of the calling thread's cudaSetDevice.
int current_device();
/// Events recorded since the last reset().
int64_t events_recorded();
/// What a library takes (or gives back, below 0) of a device's memory by itself. False, and nothing taken,
/// where there is not as much.
bool take_beside_the_pool(int device, int64_t bytes);
/// As after an illegal address: every call that tells of errors fails until reset().
void spoil();

/// Does its work and gives true, or false: not yet.
using Operation = std::function<bool()>;
/// At the end of a stream; null: at once.
cudaError_t enqueue(cudaStream_t stream, Operation operation);
cudaError_t enqueue_work(cudaStream_t stream, std::function<void()> work);

}  // namespace ringscope::fake_cuda
