// A run as one trace per rank, in the form of torch.profiler (Kineto), which HolisticTraceAnalysis and other
// analysers of jobs read: FOLDER/rank-0.json, FOLDER/rank-1.json, ...
//
//     distributedInfo      the file's own rank, and the world size; "job", the same in every file
//     baseTimeNanoseconds  when the run began, the same in every file: all ranks are on one clock
//     kernel               pack, compute, merge on streams; send, receive and collective as "ncclDevKernel_SendRecv"
//                          and "ncclDevKernel_AllGather", whatever the transport was: analysers know communication
//                          by these names. The transport is distributedInfo.backend, the kind an argument
//     cuda_runtime         the launch of each kernel, with its "correlation", at the moment when the work began: in
//                          this program the rank's own thread begins it; and what the rank waited for
//     user_annotation      ProfilerStep#N around each ring step, and an empty one at the end
#pragma once

#include <stop_token>
#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// `folder` must not be there yet, or be empty; it appears whole or not at all. Throws Error(bad_input) for another
/// folder and for a run that was never planned, Error(io), Error(cancelled) once `stop` is requested.
void export_rank_traces(const Run& run, const std::string& name, const std::string& folder,
                        const std::stop_token& stop);

/// Throws as above when the folder cannot become one; looks, and makes nothing.
void require_new_folder(const std::string& folder);

}  // namespace ringscope
