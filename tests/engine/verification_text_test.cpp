#include "engine/analysis/verification_text.h"

#include <gtest/gtest.h>

namespace ringscope {
namespace {

Verification right() {
    Verification v;
    v.checked_rows = 40;
    v.total_rows = 64;
    v.max_abs_error = 2e-7;
    v.relative_error = 1e-7;
    v.worst_o = {0, 1, 2, 1e-7, 4e-6};
    v.worst_lse = {0, 1, 2, 1e-7, 1e-6};
    v.passed = true;
    return v;
}

TEST(VerificationText, OfARightAnswer) {
    EXPECT_EQ(verification_line(right()),
              "verified 40 of 64 rows: max error 2e-07, relative 1e-07, the worst row at 10% of what "
              "rounding allows: "
              "passed");
    EXPECT_TRUE(failures_of(right()).empty());
}

TEST(VerificationText, SaysWhatOfAWrongAnswerIsWrongAndWhere) {
    Verification v = right();
    v.passed = false;
    v.wrong_lse_rows = 1;
    v.worst_lse = {1, 3, 17, 0.5, 1e-6};
    v.wrong_empty_rows = 2;
    v.first_wrong_empty = {0, 0, 5, 0, 0};
    v.coverage_ok = false;
    const auto failures = failures_of(v);
    ASSERT_EQ(failures.size(), 3u);
    EXPECT_EQ(failures[0],
              "LSE of 1 row (worst: batch 1, head 3, token 17, off by 0.5 where rounding allows 1e-06)");
    EXPECT_EQ(failures[1],
              "2 rows not finite, empty though keys are there, or not empty though none are (first: batch 0, "
              "head 0, token 5)");
    EXPECT_EQ(failures[2], "some pairs not computed exactly once");
    v = right();
    v.passed = false;
    v.wrong_o_rows = 3;
    EXPECT_EQ(failures_of(v),
              std::vector<std::string>{
                  "o of 3 rows (worst: batch 0, head 1, token 2, off by 1e-07 where rounding allows 4e-06)"});
}

TEST(VerificationText, OfRowsThatF32CannotJudge) {
    Verification v = right();
    v.unjudged_rows = 7;
    EXPECT_NE(verification_line(v).find("7 rows with scores too large for F32 to judge o: passed"),
              std::string::npos);
    v.unjudged_rows = 40;
    v.passed = false;
    EXPECT_NE(verification_line(v).find("no row can be judged"), std::string::npos);
}

TEST(VerificationText, OfErrorsFarBeyondTheirBound) {
    Verification v = right();
    v.passed = false;
    v.wrong_o_rows = 1;
    v.worst_o.error = 1;
    EXPECT_NE(verification_line(v).find("the worst row far beyond what rounding allows: FAILED: o of 1 row"),
              std::string::npos)
        << verification_line(v);
}

// A file of an earlier version has no worst row.
TEST(VerificationText, OfAnEarlierVersion) {
    Verification v = right();
    v.worst_o = {};
    v.worst_lse = {};
    EXPECT_EQ(verification_line(v), "verified 40 of 64 rows: max error 2e-07, relative 1e-07: passed");
    v.passed = false;
    EXPECT_EQ(failures_of(v), std::vector<std::string>{"relative error 1e-07"});
}

}  // namespace
}  // namespace ringscope
