// What the command line prints of a run.
#include "app/cli/report.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

TEST(Report, KernelsThatWereCompiledAreToldApartFromTheRunsTime) {
    ringscope::Run run;
    run.metrics.seconds = 0.002;
    EXPECT_EQ(run_report(run).find("compiled"), std::string::npos);
    run.compiled_kernels = 1;
    run.compile_seconds = 1.25;
    EXPECT_NE(run_report(run).find("\ncompiled 1 kernel in 1.25 s, before the clock started\n"),
              std::string::npos)
        << run_report(run);
    run.compiled_kernels = 12;
    EXPECT_NE(run_report(run).find("\ncompiled 12 kernels in "), std::string::npos) << run_report(run);
}

}  // namespace
}  // namespace ringscope
