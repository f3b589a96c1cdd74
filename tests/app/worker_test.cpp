#include "app/window/worker.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace ringscope {
namespace {

TEST(Worker, DoesJobsInOrderAndHandsOutcomesToTheAskingThread) {
    std::promise<void> woken;
    int wakes = 0;
    Worker worker([&] {
        if (++wakes == 3) woken.set_value();
    });
    const std::thread::id here = std::this_thread::get_id();
    std::vector<int> outcomes;
    for (int i = 0; i < 3; ++i)
        worker.ask([&, i]() -> Worker::Outcome {
            EXPECT_NE(std::this_thread::get_id(), here);
            return [&, i] {
                EXPECT_EQ(std::this_thread::get_id(), here);
                outcomes.push_back(i);
            };
        });
    woken.get_future().wait();
    EXPECT_EQ(worker.under_way(), 3);
    EXPECT_TRUE(outcomes.empty());
    worker.collect();
    EXPECT_EQ(outcomes, (std::vector{0, 1, 2}));
    EXPECT_EQ(worker.under_way(), 0);
}

TEST(Worker, EndsWhatWasAskedForBeforeItGoes) {
    int done = 0;
    {
        Worker worker({});
        for (int i = 0; i < 10; ++i)
            worker.ask([&]() -> Worker::Outcome {
                ++done;
                return [] { ADD_FAILURE() << "an outcome ran without collect()"; };
            });
    }
    EXPECT_EQ(done, 10);
}

}  // namespace
}  // namespace ringscope
