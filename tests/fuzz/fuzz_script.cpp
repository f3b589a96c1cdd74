// Scripts that drive the window, as they are read.
#include "app/script/script.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) { read_script(file_of(bytes), {}); }

}  // namespace ringscope::fuzz
