#include "sessions/store/stored_plan.h"

#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "engine/run/executor.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

// A done run stores 14 bytes and more for each piece of work, and a line for each transfer; its plan takes
// some hundred bytes for either, and a few comparisons. Beyond what is small enough for any:
constexpr int64_t kPlanBytesAlways = int64_t{64} << 20;
constexpr int64_t kPlanBytesPerByte = 1024;
constexpr int64_t kComparisonsAlways = 100'000'000;  // a second
constexpr int64_t kComparisonsPerByte = 20'000;

int64_t stored_trace_bytes(Db& db, int64_t id) {
    Statement total(db, "SELECT coalesce(sum(length(data)), 0) FROM trace_chunk WHERE run = ?");
    return total.bind(id).step() ? total.get_int() : 0;
}

bool is_accounted_for(const PlanSize& size, int64_t stored) {
    return size.bytes <= kPlanBytesAlways + kPlanBytesPerByte * stored &&
           size.comparisons <= kComparisonsAlways + kComparisonsPerByte * stored;
}

}  // namespace

void plan_stored(Db& db, int64_t id, Run& run) {
    if (!validate(run.experiment).empty()) return;
    const PlanSize size = plan_size(run.experiment);
    const int64_t stored = stored_trace_bytes(db, id);
    if (is_accounted_for(size, stored)) {
        const MemoryModel model = run.simulation ? memory_model_of(*run.simulation->machine)
                                                 : memory_model_of(run.experiment.backend);
        run.schedule = std::make_shared<const Schedule>(plan(run.experiment, model, db.stop()));
        return;
    }
    const std::string why = "its experiment takes " + bytes_text(static_cast<double>(size.bytes)) +
                            " to plan, for which its trace of " + bytes_text(static_cast<double>(stored)) +
                            " is too small";
    if (run.state == RunState::done) throw Error(ErrorKind::io, "the run is damaged: " + why);
    run.caveat = "Shown without schedule and trace: " + why + ".";
}

}  // namespace ringscope
