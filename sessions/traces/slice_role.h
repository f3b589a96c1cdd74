// What a slice of a trace is for: work, communication, or waiting. Told from its category and name:
//
//     communication   NCCL, RCCL, HCCL, Gloo, MPI, c10d; this program's send, receive and collective
//     waiting         synchronizations with a device or an event; this program's wait
//     enclosing       annotations and Python frames, which say nothing by themselves
//     work            everything else
#pragma once

#include <string>

namespace ringscope {

enum class SliceRole { work, communication, waiting, enclosing };

SliceRole slice_role(const std::string& name, const std::string& category);

/// "gloo:all_reduce", "nccl:all_reduce": what a communication library does, as torch.profiler names it.
bool is_backend_call(const std::string& name);

/// Whether the category is that of something that a device did: "kernel", "gpu_memcpy".
bool is_of_device(const std::string& category);

/// Of a name: "step 3", "ProfilerStep#3"; not "Optimizer.step#SGD".
bool names_a_step(const std::string& name);

}  // namespace ringscope
