// Communications and steps matched over the ranks of a job, and what of each is skew and what is transfer.
//
//     rank 0   |==========================|     began first: waits for rank 1, then the transfer
//     rank 1             |================|     began last: the others wait for it
//              <- skew ->|<-- transfer -->|
//
// The k-th communication of one name (and process group, where the file names it) on each rank are one; a send
// and its receive are one where a flow or a "transfer" number joins them. Skew: from the first begin to the last.
// Transfer: from the last begin to the last end. A rank's part of the skew is from its own begin to the last one.
// As good as the clocks are: what contradicts them (one rank done before another began) is counted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/trace_ranks.h"

namespace ringscope {

enum class MatchKind { collective, pair, step };
const char* name_of(MatchKind kind);

/// One communication or step on each of its ranks. Times on the job's clock.
struct TraceMatch {
    struct Part {
        int64_t rank = 0;
        int64_t begin_ns = 0;
        int64_t end_ns = 0;
        int64_t skew_ns = 0;      // until the last rank began, at most to its own end
        int64_t transfer_ns = 0;  // the rest of it
    };
    MatchKind kind = MatchKind::collective;
    std::string name;         // of a pair, the sender's
    int64_t number = 0;       // the k-th of its name, from 0
    std::vector<Part> parts;  // by rank; of a pair, the sender and the receiver
    int64_t skew_ns = 0;
    int64_t transfer_ns = 0;
    /// Into parts: who was last to begin; of a step, last to end. -1: all at once.
    int last = -1;
    /// How much earlier than the last the one before it was.
    int64_t late_ns = 0;
    bool contradicts_clocks = false;
};

/// The matches of a job, by first begin, and what is left over.
struct TraceMatches {
    std::vector<TraceMatch> matches;
    std::vector<int64_t> unmatched;  // per rank of the job: communications that other ranks have fewer of
};
TraceMatches match_ranks(const ImportedTraces& traces, const TraceJob& job);

}  // namespace ringscope
