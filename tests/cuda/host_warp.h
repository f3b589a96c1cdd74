// A thread block on the host, for the attention tiles of engine/cuda: each warp is a thread, its 32 lanes are
// arrays, and what a warp does as a whole follows the PTX ISA's tables word for word.
//
// Harsher than the device where it can be: copies arrive at the last moment that cp.async allows, and shared
// memory begins as NaNs. Under the thread sanitizer a missing barrier between warps is a reported race.
#pragma once

#include <array>
#include <barrier>
#include <cstring>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/element.h"

namespace ringscope {

class HostWarp {
  public:
    template <typename T>
    struct PerLane {
        std::array<T, kWarpLanes> values{};
        T& operator[](int lane) { return values[static_cast<size_t>(lane)]; }
        const T& operator[](int lane) const { return values[static_cast<size_t>(lane)]; }
    };

    HostWarp(int index, std::barrier<>& barrier) : index_(index), barrier_(barrier) {}

    int index() const { return index_; }
    int thread(int lane) const { return kWarpLanes * index_ + lane; }

    template <typename Work>
    void lanes(Work work) {
        for (int lane = 0; lane < kWarpLanes; ++lane) work(lane);
    }

    void block_barrier() { barrier_.arrive_and_wait(); }

    void copy_async_16(void* shared, const void* global, bool valid) {
        Copy copy{shared, {}};
        if (valid) std::memcpy(copy.bytes.data(), global, copy.bytes.size());
        open_.push_back(copy);
    }
    void commit_copies() {
        groups_.push_back(std::move(open_));
        open_.clear();
    }
    void wait_for_all_but_newest_copies() {
        while (groups_.size() > 1) {
            for (const Copy& copy : groups_.front())
                std::memcpy(copy.target, copy.bytes.data(), copy.bytes.size());
            groups_.erase(groups_.begin());
        }
    }

    template <typename Storage>
    void load_matrices(PerLane<uint32_t> (&out)[4], const PerLane<const Storage*>& row) {
        for (int matrix = 0; matrix < 4; ++matrix)
            for (int lane = 0; lane < kWarpLanes; ++lane) {
                const Storage* from = row[8 * matrix + lane / 4] + 2 * (lane % 4);
                out[matrix][lane] = from[0] | static_cast<uint32_t>(from[1]) << 16;
            }
    }
    template <typename Storage>
    void load_matrices_transposed(PerLane<uint32_t> (&out)[4], const PerLane<const Storage*>& row) {
        for (int matrix = 0; matrix < 4; ++matrix)
            for (int lane = 0; lane < kWarpLanes; ++lane) {
                const Storage* upper = row[8 * matrix + 2 * (lane % 4)];
                const Storage* lower = row[8 * matrix + 2 * (lane % 4) + 1];
                out[matrix][lane] = upper[lane / 4] | static_cast<uint32_t>(lower[lane / 4]) << 16;
            }
    }

    template <typename Element>
    void multiply_add(PerLane<float> (&c)[4], const PerLane<uint32_t> (&a)[4], const PerLane<uint32_t>& low,
                      const PerLane<uint32_t>& high) {
        float a_matrix[16][16];
        float b_matrix[8][16];  // column, row
        const auto half_of = [](uint32_t pair, int i) {
            return Element::to_float(static_cast<uint16_t>(i == 0 ? pair & 0xffffu : pair >> 16));
        };
        for (int lane = 0; lane < kWarpLanes; ++lane)
            for (int i = 0; i < 2; ++i) {
                for (int part = 0; part < 4; ++part)
                    a_matrix[lane / 4 + 8 * (part % 2)][2 * (lane % 4) + i + 8 * (part / 2)] =
                        half_of(a[part][lane], i);
                b_matrix[lane / 4][2 * (lane % 4) + i] = half_of(low[lane], i);
                b_matrix[lane / 4][2 * (lane % 4) + i + 8] = half_of(high[lane], i);
            }
        for (int lane = 0; lane < kWarpLanes; ++lane)
            for (int i = 0; i < 4; ++i) {
                const float* row = a_matrix[lane / 4 + 8 * (i / 2)];
                const float* column = b_matrix[2 * (lane % 4) + i % 2];
                float dot = 0;
                for (int k = 0; k < 16; ++k) dot += row[k] * column[k];
                c[i][lane] += dot;
            }
    }

    void max_of_quad(PerLane<float>& x) {
        reduce(x, 4, [](float a, float b) { return a > b ? a : b; });
    }
    void sum_of_quad(PerLane<float>& x) { reduce(x, 4, std::plus<float>()); }
    void max_of_warp(PerLane<float>& x) {
        reduce(x, 32, [](float a, float b) { return a > b ? a : b; });
    }
    void sum_of_warp(PerLane<float>& x) { reduce(x, 32, std::plus<float>()); }
    PerLane<float> broadcast(const PerLane<float>& x, int lane) {
        PerLane<float> all;
        all.values.fill(x[lane]);
        return all;
    }

  private:
    struct Copy {
        void* target;
        std::array<unsigned char, 16> bytes;
    };

    template <typename Join>
    static void reduce(PerLane<float>& x, int lanes, Join join) {
        for (int mask = 1; mask < lanes; mask *= 2) {
            const PerLane<float> before = x;
            for (int lane = 0; lane < kWarpLanes; ++lane) x[lane] = join(before[lane], before[lane ^ mask]);
        }
    }

    int index_;
    std::barrier<>& barrier_;
    std::vector<Copy> open_;
    std::vector<std::vector<Copy>> groups_;
};

/// Runs every item of a launch, one thread block after the other.
template <typename Tile>
void run_on_host(const AttentionLaunch& launch, int64_t items) {
    std::barrier<> barrier(kWarps);
    struct alignas(16) Sixteen {
        float values[4];
    };
    std::vector<Sixteen> shared((Tile::kSharedBytes + 15) / 16);
    const auto block = [&](int warp_index) {
        for (int64_t item = 0; item < items; ++item) {
            barrier.arrive_and_wait();
            if (warp_index == 0) std::memset(shared.data(), 0xff, shared.size() * sizeof(Sixteen));
            barrier.arrive_and_wait();
            HostWarp warp(warp_index, barrier);
            Tile(warp, launch, item, shared.data()).run();
        }
    };
    std::vector<std::jthread> warps;
    for (int warp = 0; warp < kWarps; ++warp) warps.emplace_back(block, warp);
}

}  // namespace ringscope
