#include "engine/simulate/workers.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ringscope {
namespace {

TEST(Workers, AJobTakesAllThatAreFreeAndNoMoreThanItCanUse) {
    Workers workers(4, 4);
    workers.submit(1, 9, 3, 0);
    workers.settle(0);
    EXPECT_NEAR(workers.next_end(), 3, 1e-7);
    workers.submit(2, 1, 1e9, 1);
    workers.settle(1);
    EXPECT_NEAR(workers.next_end(), 2, 1e-7);  // the one that was left
    EXPECT_EQ(workers.take_ended(2), std::vector<int>{2});
}

TEST(Workers, AJobWithNoneTakesOneFromAJobWithSeveral) {
    Workers workers(2, 2);
    workers.submit(1, 4, 1e15, 0);
    workers.settle(0);
    workers.submit(2, 1, 1e15, 1);
    workers.settle(1);
    ASSERT_EQ(workers.started().size(), 1u);
    EXPECT_EQ(workers.started()[0].job, 2);
    EXPECT_NEAR(workers.next_end(), 2, 1e-7);
    EXPECT_EQ(workers.take_ended(2), std::vector<int>{2});
    workers.settle(2);
    EXPECT_NEAR(workers.next_end(), 2.5, 1e-7);
}

TEST(Workers, WhoHasTheLastPiecesKeepsThem) {
    Workers workers(2, 2);
    workers.submit(1, 4, 2, 0);
    workers.settle(0);
    workers.submit(2, 1, 1, 1);
    workers.settle(1);
    EXPECT_TRUE(workers.started().empty());  // waits for a core
    EXPECT_EQ(workers.take_ended(2), std::vector<int>{1});
    workers.settle(2);
    ASSERT_EQ(workers.started().size(), 1u);
    EXPECT_EQ(workers.started()[0].job, 2);
}

TEST(Workers, FreeWorkersJoinTheJobWithTheFewest) {
    Workers workers(3, 3);
    workers.submit(1, 6, 1e9, 0);
    workers.submit(2, 1, 1e9, 0);
    workers.settle(0);  // job 1 gets two: the first, and as the older of equals the third
    EXPECT_NEAR(workers.next_end(), 1, 1e-7);
    EXPECT_EQ(workers.take_ended(1), std::vector<int>{2});
    workers.settle(1);
    EXPECT_NEAR(workers.next_end(), 1 + 4.0 / 3, 1e-7);
}

TEST(Workers, MoreBusyThreadsThanCoresRunSlowerAlike) {
    Workers workers(2, 2);
    workers.submit(1, 4, 1e9, 0);
    workers.begin_copy(0);
    workers.settle(0);
    EXPECT_DOUBLE_EQ(workers.speed(), 2.0 / 3);
    EXPECT_NEAR(workers.next_end(), 3, 1e-7);
    workers.end_copy(1.5);
    workers.settle(1.5);
    EXPECT_NEAR(workers.next_end(), 1.5 + 1, 1e-7);
    workers.submit_thread(2, 0.1, 1.5);
    workers.settle(1.5);
    EXPECT_NEAR(workers.next_end(), 1.5 + 0.15, 1e-7);
}

TEST(Workers, FewPiecesEndInRounds) {
    Workers workers(2, 2);
    workers.submit(1, 5, 5, 0);
    workers.settle(0);
    EXPECT_NEAR(workers.next_end(), 3, 1e-7);
    Workers one(1, 1);
    one.submit(1, 5, 5, 0);
    one.settle(0);
    EXPECT_DOUBLE_EQ(one.next_end(), 5);
}

TEST(Workers, OfManyPiecesHalfOfTheLastIsLost) {
    Workers workers(4, 4);
    workers.submit(1, 100, 100, 0);
    workers.settle(0);
    EXPECT_NEAR(workers.next_end(), 25 + 1.5 / 4, 1e-7);
}

TEST(Workers, NothingUnderWayNeverEnds) {
    Workers workers(2, 2);
    EXPECT_TRUE(std::isinf(workers.next_end()));
    EXPECT_FALSE(workers.settle(0));
}

}  // namespace
}  // namespace ringscope
