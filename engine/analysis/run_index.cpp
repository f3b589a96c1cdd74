#include "engine/analysis/run_index.h"

namespace ringscope {

RunIndex::RunIndex(const Run& run) : trace(run) {
    if (!run.schedule) return;
    chain = critical_path(*run.schedule, run.trace);
    prediction = predict(*run.schedule);
    waterfall = ringscope::waterfall(run, chain);
    stragglers = ringscope::stragglers(run);
}

}  // namespace ringscope
