#include "ui/run_times.h"

#include "engine/simulate/replay.h"

namespace ringscope {

std::string clock_words(const Run& run) {
    if (run.origin == Origin::measured && !shares_cores(run)) return "";
    return "clock: " + clock_text(run);
}

}  // namespace ringscope
