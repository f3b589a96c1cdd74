// What the ring does at one moment of the clock: who computes on what, who waits, what is on the way.
#pragma once

#include <string>
#include <vector>

#include "ui/views/view_context.h"

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
    bool measured = false;    // from the shown run's trace; else each step takes the same time
    bool whole_step = false;  // at rest on a step's begin: all the step's work, its transfers half way
    int step = 0;
    std::vector<RankMoment> ranks;
    std::vector<TravellingChunk> travelling;
};

/// Empty (schedule null) when there is no schedule to show.
RingMoment ring_moment(const ViewContext& context);

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
