#include "engine/cpu/kernels/attention_kernel.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"

namespace ringscope {
namespace {

constexpr DType kDTypes[] = {DType::f32, DType::f16, DType::bf16};

TEST(CpuKernels, ChoosesByName) {
    for (const DType dtype : kDTypes) {
        const CpuKernel& fastest = choose_cpu_kernel("auto", dtype);
        EXPECT_TRUE(fastest.usable() && fastest.supports(dtype));
        EXPECT_STREQ(choose_cpu_kernel("portable", dtype).name, "portable");
    }
    for (const CpuKernel& kernel : cpu_kernels()) {
        if (kernel.usable()) continue;
        EXPECT_THROW(choose_cpu_kernel(kernel.name, DType::f32), Error);
    }
    try {
        choose_cpu_kernel("fast", DType::f32);
        ADD_FAILURE() << "chose a kernel that does not exist";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input);
        EXPECT_NE(std::string(error.what()).find("\"fast\""), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("portable"), std::string::npos);
    }
}

}  // namespace
}  // namespace ringscope
