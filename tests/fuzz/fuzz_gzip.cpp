// Packed files. What unpacks can be packed again and gives the same.
#include "engine/base/error.h"
#include "sessions/gzip.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

void run_input(const std::string& bytes) {
    constexpr int64_t kLimit = 1 << 20;
    const std::string content = gunzip(bytes, "input", kLimit);
    RINGSCOPE_CHECK(content.size() <= static_cast<size_t>(kLimit));
    RINGSCOPE_CHECK(gunzip(gzip(content), "packed", kLimit) == content);
}

}  // namespace ringscope::fuzz
