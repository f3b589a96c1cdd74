// A fault that a test, a lesson or a person asks for: what goes wrong in a run, and where.
#pragma once

#include <cstdint>
#include <string>

#include "engine/experiment/experiment.h"

namespace ringscope {

struct Schedule;

struct Fault {
    enum class Kind {
        none,
        delay,          // what the rank sends out of the chunk of this step comes `delay_seconds` late
        lose_transfer,  // and never comes
        throw_error,    // the rank fails as the step begins
        slow_link,      // what the rank sends, in any step, moves at `bytes_per_second` at most
    };
    Kind kind = Kind::none;
    int rank = 0;
    int step = 0;                 // of all but Kind::slow_link
    double delay_seconds = 0;     // of Kind::delay only
    double bytes_per_second = 0;  // of Kind::slow_link only; > 0
};
template <>
struct EnumNames<Fault::Kind> {
    static constexpr const char* names[] = {"none", "delay", "lose_transfer", "throw_error", "slow_link"};
};

/// "delay:rank=1,step=0,seconds=0.5", "lose_transfer:rank=1,step=0", "throw_error:rank=1,step=0",
/// "slow_link:rank=1,bandwidth=1e9". Throws Error(bad_input) that says what is wrong and what is allowed.
Fault read_fault(const std::string& text);

/// Throws Error(bad_input) for a fault that would never happen: the schedule has no such rank or step, or the
/// rank sends nothing out of it.
void require_possible(const Fault& fault, const Schedule& schedule);

/// The least time that the bytes of a transfer from `sender` take with the fault; 0 where it does not touch them.
double least_seconds(const Fault& fault, int sender, int64_t bytes);

}  // namespace ringscope
