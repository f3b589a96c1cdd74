// Whether a bound on one run against another says anything.
#pragma once

#include <string>

#include "engine/run/run.h"

namespace ringscope {

/// What a person says may differ all the same.
struct Leniency {
    bool other_machine = false;  // host, processor, cores; threads and device that were chosen for the run
    bool other_problem = false;  // what is asked of attention
};

/// Why the figures of `other` are not judged by those of `first`: "they solve different problems (--allow-other-problem
/// judges them all the same)"; "" when they are. Of figures that do not depend on time (`timed` false) the machine
/// does not matter. Settings of the ring, kernels and builds may differ: they are what is compared.
std::string why_not_comparable(const Run& first, const Run& other, bool timed, const Leniency& leniency);

}  // namespace ringscope
