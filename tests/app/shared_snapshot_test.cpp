// Under ThreadSanitizer this fails for std::atomic<std::shared_ptr> of libstdc++ 12.
#include "app/window/shared_snapshot.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace ringscope {
namespace {

struct Value {
    int first = 0;
    int second = 0;
};

TEST(SharedSnapshot, ReadersSeeWholeValuesInOrder) {
    SharedSnapshot<Value> snapshot;
    EXPECT_EQ(snapshot.load(), nullptr);
    constexpr int kLast = 20000;
    {
        std::vector<std::jthread> readers;
        for (int reader = 0; reader < 3; ++reader)
            readers.emplace_back([&] {
                for (int newest = 0; newest < kLast;) {
                    const auto seen = snapshot.load();
                    if (!seen) continue;
                    ASSERT_EQ(seen->first, seen->second);
                    ASSERT_GE(seen->first, newest);
                    newest = seen->first;
                }
            });
        for (int i = 1; i <= kLast; ++i) snapshot.store(std::make_shared<const Value>(Value{i, i}));
    }
    EXPECT_EQ(snapshot.load()->first, kLast);
}

/// A value that ends may load the snapshot again.
TEST(SharedSnapshot, WhatIsReplacedGoesWithoutTheLock) {
    SharedSnapshot<Value> snapshot;
    bool looked = false;
    snapshot.store(std::shared_ptr<const Value>(new Value{1, 1}, [&](const Value* value) {
        looked = snapshot.load()->first == 2;
        delete value;
    }));
    snapshot.store(std::make_shared<const Value>(Value{2, 2}));
    EXPECT_TRUE(looked);
}

}  // namespace
}  // namespace ringscope
