// Tensors of a file, all of them read.
#include <array>

#include "sessions/tensors/safetensors.h"
#include "tests/fuzz/fuzz_input.h"

namespace ringscope::fuzz {

namespace {

Problem small_problem() {
    ProblemSpec spec;
    spec.seq_len = 4;
    spec.heads = 2;
    spec.kv_heads = 1;
    spec.head_dim = 2;
    spec.head_groups = {{4, 1, {}, {}}};
    return resolve(spec);
}

}  // namespace

void run_input(const std::string& bytes) {
    static const Problem problem = small_problem();
    const auto source = load_qkv(file_of(bytes), problem);
    std::array<float, 16> row{};  // 4 tokens of 2 heads of 2
    for (const InputTensor tensor : {InputTensor::q, InputTensor::k, InputTensor::v})
        source->read(tensor, 0, {0, 1, problem.seq_len}, row.data());
}

}  // namespace ringscope::fuzz
