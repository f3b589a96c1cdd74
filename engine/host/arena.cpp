#include "engine/host/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr int64_t kHugePage = int64_t{2} << 20;
/// From here on a block starts on a huge page: strided rows of a long sequence otherwise miss the TLB on
/// every row.
constexpr int64_t kHugeFrom = 2 * kHugePage;

std::align_val_t alignment_of(int64_t capacity) {
    return std::align_val_t(static_cast<size_t>(capacity >= kHugeFrom ? kHugePage : kBufferAlignment));
}

void free_block(const BufferPool::Block& block) {
    ::operator delete(block.data, alignment_of(block.capacity));
}

std::byte* new_block(int64_t capacity) {
    auto* data = static_cast<std::byte*>(
        ::operator new(static_cast<size_t>(capacity), alignment_of(capacity), std::nothrow));
    // A hint: where it is refused the block has small pages and nothing else changes.
    if (data != nullptr && capacity >= kHugeFrom)
        ::madvise(data, static_cast<size_t>(capacity), MADV_HUGEPAGE);
    return data;
}

}  // namespace

BufferPool::~BufferPool() {
    for (const Block& block : kept_) free_block(block);
}

BufferPool::Block BufferPool::take(int64_t bytes) {
    const int64_t capacity = aligned_bytes(bytes);
    const std::lock_guard lock(mutex_);
    // Best fit, but never a block that wastes more than a quarter.
    auto best = kept_.end();
    for (auto it = kept_.begin(); it != kept_.end(); ++it) {
        const bool fits = it->capacity >= capacity && it->capacity - capacity <= capacity / 4;
        if (fits && (best == kept_.end() || it->capacity < best->capacity)) best = it;
    }
    if (best != kept_.end()) {
        const Block block{best->data, best->capacity, run_};
        kept_.erase(best);
        return block;
    }
    std::byte* data = new_block(capacity);
    if (data == nullptr && !kept_.empty()) {
        free_where([](const Block&, uint64_t) { return true; });
        data = new_block(capacity);
    }
    if (data == nullptr) throw std::bad_alloc();
    return {data, capacity, run_};
}

void BufferPool::give(Block block) {
    const std::lock_guard lock(mutex_);
    kept_.push_back(block);
}

void BufferPool::begin_run() {
    const std::lock_guard lock(mutex_);
    free_where([](const Block& block, uint64_t run) { return block.last_run < run; });
    ++run_;
}

int64_t BufferPool::kept_bytes() const {
    const std::lock_guard lock(mutex_);
    int64_t bytes = 0;
    for (const Block& block : kept_) bytes += block.capacity;
    return bytes;
}

void BufferPool::free_where(bool (*unwanted)(const Block&, uint64_t run)) {
    std::erase_if(kept_, [&](const Block& block) {
        if (!unwanted(block, run_)) return false;
        free_block(block);
        return true;
    });
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this == &other) return *this;
    reset();
    arena_ = std::exchange(other.arena_, nullptr);
    block_ = std::exchange(other.block_, {});
    bytes_ = std::exchange(other.bytes_, 0);
    purpose_ = other.purpose_;
    return *this;
}

void Buffer::reset() {
    if (arena_ == nullptr) return;
    arena_->live_[static_cast<size_t>(purpose_)] -= bytes_;
    arena_->pool_->give(block_);
    arena_ = nullptr;
    block_ = {};
    bytes_ = 0;
}

Buffer Arena::allocate(Purpose purpose, int64_t bytes) {
    RINGSCOPE_CHECK(bytes >= 0);
    Buffer buffer;
    if (bytes == 0) return buffer;
    buffer.block_ = pool_->take(bytes);
    buffer.arena_ = this;
    buffer.bytes_ = aligned_bytes(bytes);
    buffer.purpose_ = purpose;
    const auto p = static_cast<size_t>(purpose);
    live_[p] += buffer.bytes_;
    peak_by_purpose_[p] = std::max(peak_by_purpose_[p], live_[p]);
    peak_bytes_ = std::max(peak_bytes_, total_bytes(live_));
    return buffer;
}

}  // namespace ringscope
