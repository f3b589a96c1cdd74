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
/// Until the next reset(): streams of one device and priority share so many hardware queues, in which what
/// was put in first goes first, and a call waits where its queue holds `depth` entries. Without it every
/// stream has a queue of its own without an end.
void share_queues(int queues, size_t depth = 1024);

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
/// Pairs of devices of which one may reach what lies in the other's pool.
int pool_accesses();
/// Called by every cudaMemcpy until the next reset(), with its bytes.
void with_every_copy(std::function<void(int64_t)> action);
/// Calls since the last reset() that would have waited for ever, and failed after 20 s of that.
int gave_up();
/// Devices' clocks go on by so much at once.
void skip_time(int64_t nanoseconds);
/// As after an illegal address: every call that reports errors fails until reset().
void spoil();

/// Does its work and gives true, or false: not yet.
using Operation = std::function<bool()>;
/// At the end of a stream; null: at once.
cudaError_t enqueue(cudaStream_t stream, Operation operation);
cudaError_t enqueue_work(cudaStream_t stream, std::function<void()> work);

}  // namespace ringscope::fake_cuda
