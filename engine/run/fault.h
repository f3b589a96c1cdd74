// A fault that a test, a lesson or a person asks for: what goes wrong in a run, and where.
#pragma once

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
    };
    Kind kind = Kind::none;
    int rank = 0;
    int step = 0;
    double delay_seconds = 0;  // of Kind::delay only
};
template <>
struct EnumNames<Fault::Kind> {
    static constexpr const char* names[] = {"none", "delay", "lose_transfer", "throw_error"};
};

/// "delay:rank=1,step=0,seconds=0.5", "lose_transfer:rank=1,step=0", "throw_error:rank=1,step=0". Throws
/// Error(bad_input) that says what is wrong and what is allowed.
Fault read_fault(const std::string& text);

/// Throws Error(bad_input) for a fault that would never happen: the schedule has no such rank or step, or the
/// rank sends nothing out of it.
void require_possible(const Fault& fault, const Schedule& schedule);

}  // namespace ringscope
