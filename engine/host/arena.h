// Memory of ranks: every buffer of a rank comes from its arena, which counts live and peak bytes by purpose.
//
//   BufferPool   raw blocks, kept from run to run so that the next run finds its pages already mapped
//   Arena        one rank's account of what it holds, and what for
//   Buffer       one piece of it; gives itself back
//
// Counted are the bytes a buffer asked for, rounded up to kBufferAlignment, as the schedule predicts them; a
// block from the pool may be a little larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

/// Thread-safe. Blocks are aligned to kBufferAlignment, large ones to a huge page.
class BufferPool {
  public:
    struct Block {
        std::byte* data = nullptr;
        int64_t capacity = 0;  // bytes
        uint64_t last_run = 0;
    };

    BufferPool() = default;
    ~BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    /// A block of at least `bytes`, with whatever its last user left in it. Throws std::bad_alloc.
    Block take(int64_t bytes);
    void give(Block block);
    /// A new run begins: frees the blocks that the last one had no use for.
    void begin_run();
    /// Bytes that lie here unused.
    int64_t kept_bytes() const;

  private:
    void free_where(bool (*unwanted)(const Block&, uint64_t run));

    mutable std::mutex mutex_;
    std::vector<Block> kept_;
    uint64_t run_ = 0;
};

class Arena;

/// Move-only. Its arena must outlive it.
class Buffer {
  public:
    Buffer() = default;
    ~Buffer() { reset(); }
    Buffer(Buffer&& other) noexcept { *this = std::move(other); }
    Buffer& operator=(Buffer&& other) noexcept;

    std::byte* data() const { return block_.data; }
    template <typename T>
    T* as() const {
        return reinterpret_cast<T*>(block_.data);
    }
    int64_t bytes() const { return bytes_; }
    explicit operator bool() const { return arena_ != nullptr; }
    void reset();

  private:
    friend class Arena;
    Arena* arena_ = nullptr;
    BufferPool::Block block_;
    int64_t bytes_ = 0;
    Purpose purpose_ = Purpose::query;
};

/// Used by one thread at a time: its rank's.
class Arena {
  public:
    explicit Arena(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Uninitialised. bytes = 0 gives a buffer without memory. Throws std::bad_alloc.
    Buffer allocate(Purpose purpose, int64_t bytes);

    const BytesByPurpose& live() const { return live_; }
    const BytesByPurpose& peak_by_purpose() const { return peak_by_purpose_; }
    int64_t peak_bytes() const { return peak_bytes_; }

  private:
    friend class Buffer;
    std::shared_ptr<BufferPool> pool_;
    BytesByPurpose live_{};
    BytesByPurpose peak_by_purpose_{};
    int64_t peak_bytes_ = 0;
};

}  // namespace ringscope
