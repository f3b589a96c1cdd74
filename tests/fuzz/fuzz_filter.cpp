// The line that filters a list of runs, and bounds of a comparison.
#include "sessions/compare/compare_bounds.h"
#include "sessions/store/run_filter.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) {
    RunSummary run;
    run.name = "Hybrid";
    run.tags = {"long"};
    run.settings = "p 4, n 64";
    try {
        read_bound(bytes);
    } catch (const Error&) {
        // The same text may be a filter.
    }
    const RunFilter filter(bytes);
    filter.matches(run);
    filter.names("seconds");
}

}  // namespace ringscope::fuzz
