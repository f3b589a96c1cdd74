// What the ring does at one moment: who computes on what, who waits, what is on the way.
#pragma once

#include <string>
#include <vector>

#include "engine/analysis/trace_index.h"
#include "engine/plan/schedule.h"

namespace ringscope {

enum class Doing { idle, computing, waiting, packing, merging };

struct RankMoment {
    Doing doing = Doing::idle;
    std::vector<int> owners;  // whose chunks are computed on
    int waits_for = -1;       // rank, when known
    WaitCause cause = WaitCause::none;
    int span = -1;  // measured only
};

struct TravellingChunk {
    int transfer = 0;     // index into Schedule::transfers
    double fraction = 0;  // of its way
};

struct RingMoment {
    const Schedule* schedule = nullptr;
    bool measured = false;    // from a run's trace; else each step takes the same time
    bool whole_step = false;  // all the step's work, its transfers half way
    int step = 0;
    std::vector<RankMoment> ranks;
    std::vector<TravellingChunk> travelling;
};

/// The step as a whole: whose chunks each rank works on, and what travels meanwhile for the next step, half
/// way. A gather travels before the one step it is used in.
RingMoment whole_step_moment(const Schedule& schedule, int step);
/// At `fraction` (0 to 1) of a step, were all steps equally long.
RingMoment planned_moment(const Schedule& schedule, int step, double fraction);
/// From the run's trace at `time_ns`, which lies in `step`. `index` is the run's; its schedule is not null.
RingMoment measured_moment(const Run& run, const TraceIndex& index, int step, double time_ns);

/// Whose K/V a transfer carries, ascending.
std::vector<int> owners_of(const Schedule& schedule, int transfer);
/// Transfers that carry an owner's K/V, by step: the way of its chunk.
std::vector<int> way_of(const Schedule& schedule, int owner);

/// The neighbours of a head group's sub-rings: who sends its K/V to whom, each pair once.
struct RingEdge {
    int from = 0;
    int to = 0;
    bool operator==(const RingEdge&) const = default;
};
std::vector<RingEdge> edges_of_group(const Schedule& schedule, int group);

/// "computes on chunk 3", "waits for rank 2: late peer"
std::string doing_text(const RankMoment& rank);
/// One line: what happens in this step.
std::string moment_text(const RingMoment& moment);

}  // namespace ringscope
