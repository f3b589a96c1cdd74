// Experiment files. What is accepted is written and read again as the same.
#include "engine/base/error.h"
#include "sessions/experiment_file.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) {
    const Experiment experiment = parse_experiment(bytes, "experiment");
    const std::string text = experiment_to_json(experiment);
    const Experiment again = parse_experiment(text, "again");
    RINGSCOPE_CHECK(again == experiment);
    RINGSCOPE_CHECK(canonical_experiment(again) == canonical_experiment(experiment));
}

}  // namespace ringscope::fuzz
