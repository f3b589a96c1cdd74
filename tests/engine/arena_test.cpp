#include "engine/host/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <new>

namespace ringscope {
namespace {

constexpr auto kQuery = static_cast<size_t>(Purpose::query);
constexpr auto kTravelling = static_cast<size_t>(Purpose::travelling_kv);

TEST(Arena, CountsLiveAndPeakBytesByPurpose) {
    const auto pool = std::make_shared<BufferPool>();
    Arena arena(pool);
    Buffer query = arena.allocate(Purpose::query, 100);
    EXPECT_EQ(query.bytes(), 128);
    EXPECT_EQ(arena.live()[kQuery], 128);
    {
        const Buffer first = arena.allocate(Purpose::travelling_kv, 64);
        const Buffer second = arena.allocate(Purpose::travelling_kv, 1);
        EXPECT_EQ(arena.live()[kTravelling], 128);
    }
    EXPECT_EQ(arena.live()[kTravelling], 0);
    query.reset();
    EXPECT_EQ(total_bytes(arena.live()), 0);
    const Buffer later = arena.allocate(Purpose::travelling_kv, 192);
    EXPECT_EQ(arena.peak_by_purpose()[kQuery], 128);
    EXPECT_EQ(arena.peak_by_purpose()[kTravelling], 192);
    EXPECT_EQ(arena.peak_bytes(), 256);  // the purposes' peaks were at different times
}

TEST(Arena, NothingIsNoBuffer) {
    Arena arena(std::make_shared<BufferPool>());
    const Buffer none = arena.allocate(Purpose::output, 0);
    EXPECT_FALSE(none);
    EXPECT_EQ(none.data(), nullptr);
    EXPECT_EQ(arena.peak_bytes(), 0);
}

TEST(Arena, MovedBuffersAreGivenBackOnce) {
    const auto pool = std::make_shared<BufferPool>();
    Arena arena(pool);
    Buffer a = arena.allocate(Purpose::lse, 640);
    std::byte* data = a.data();
    Buffer b = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_EQ(b.data(), data);
    b = arena.allocate(Purpose::lse, 64);
    EXPECT_EQ(total_bytes(arena.live()), 64);
    EXPECT_EQ(pool->kept_bytes(), 640);
}

TEST(BufferPool, ReusesBlocksOfTheLastRunAndDropsOlderOnes) {
    const auto pool = std::make_shared<BufferPool>();
    std::byte* data = nullptr;
    pool->begin_run();
    {
        Arena arena(pool);
        const Buffer buffer = arena.allocate(Purpose::output, 1 << 16);
        data = buffer.data();
        std::memset(data, 1, 1 << 16);
    }
    pool->begin_run();
    {
        Arena arena(pool);
        EXPECT_EQ(arena.allocate(Purpose::query, 1 << 16).data(), data);
        EXPECT_NE(arena.allocate(Purpose::query, 1 << 12).data(), data);  // too large a block for so little
    }
    pool->begin_run();
    EXPECT_EQ(pool->kept_bytes(), (1 << 16) + (1 << 12));
    pool->begin_run();
    EXPECT_EQ(pool->kept_bytes(), 0);
}

TEST(BufferPool, BlocksAreAligned) {
    const auto pool = std::make_shared<BufferPool>();
    Arena arena(pool);
    for (const int64_t bytes : {1, 63, 65, 4097, 5 << 20}) {
        const Buffer buffer = arena.allocate(Purpose::output, bytes);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % kBufferAlignment, 0u);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // sanitizers end the program instead
TEST(BufferPool, MoreThanThereIsThrowsAndCountsNothing) {
    const auto pool = std::make_shared<BufferPool>();
    Arena arena(pool);
    EXPECT_THROW(arena.allocate(Purpose::output, std::numeric_limits<int64_t>::max() / 4), std::bad_alloc);
    EXPECT_EQ(total_bytes(arena.live()), 0);
    EXPECT_TRUE(arena.allocate(Purpose::output, 64));
}
#endif

}  // namespace
}  // namespace ringscope
