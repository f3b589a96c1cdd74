// One item by plain multiply-adds: F32, and every dtype on processors without the tensor core instructions
// (before sm_80). Plain on purpose; it is also the second opinion on the device.
//
//   shared     Q (4 R x D) | K or V of one key tile (32 x (D + 4)), as F32
//   warp w     queries R w .. R w + R - 1
//   scores     lane t has key t of the tile:     s[r] = q_r . k_t
//   output     lane t has columns t + 32 i:      o[r][i] += sum_t p[r] of lane t * v_t
//
// The pitch D + 4 puts 16-byte reads of neighbouring lanes into different banks. Compiled for device and host,
// as tensor_core_tile.h.
#pragma once

#include "engine/cuda/kernels/tile_context.h"

namespace ringscope {

/// D: head_dim rounded up to a multiple of 32. R: queries per warp.
template <typename Warp, typename Element, int D, int R>
class FmaTile {
  public:
    static constexpr int kQueries = R * kWarps;
    static constexpr int kKeys = kWarpLanes;
    static constexpr int kPitch = D + 4;  // of K and V, floats
    static constexpr int kSharedBytes = (kQueries * D + kKeys * kPitch) * 4;

    RINGSCOPE_TILE FmaTile(Warp& warp, const AttentionLaunch& launch, int64_t item, void* shared)
        : warp_(warp),
          context_(launch, item, kQueries),
          q_(static_cast<float*>(shared)),
          kv_(static_cast<float*>(shared) + kQueries * D) {}

    RINGSCOPE_TILE void run() {
        fill_rows(q_, D, context_.q, kQueries, [&](int row) {
            return row < context_.queries ? context_.query_row(row) * context_.launch.q_row_stride
                                          : int64_t{-1};
        });
        load_rows();
        KeyTile tile = context_.next_tile(kKeys, 0);
        while (tile.index < context_.item.key_tiles) {
            fill_tile(tile, context_.k);
            warp_.block_barrier();
            score(tile);
            soften();
            warp_.block_barrier();
            fill_tile(tile, context_.v);
            warp_.block_barrier();
            accumulate();
            warp_.block_barrier();
            tile = context_.next_tile(kKeys, tile.index + 1);
        }
        store_rows();
    }

  private:
    using Storage = typename Element::Storage;
    template <typename T>
    using PerLane = typename Warp::template PerLane<T>;
    struct alignas(16) Four {
        float x, y, z, w;
    };

    /// Converts `rows` rows into shared memory; offset_of(row) is elements from `source`, negative: zeros.
    template <typename OffsetOf>
    RINGSCOPE_TILE void fill_rows(float* target, int pitch, const Storage* source, int rows,
                                  OffsetOf offset_of) {
        const int head_dim = context_.launch.head_dim;
        warp_.lanes([&](int lane) {
            for (int row = warp_.index(); row < rows; row += kWarps) {
                const int64_t offset = offset_of(row);
                RINGSCOPE_UNROLL
                for (int i = 0; i < D / kWarpLanes; ++i) {
                    const int column = kWarpLanes * i + lane;
                    target[row * pitch + column] =
                        offset >= 0 && column < head_dim ? Element::to_float(source[offset + column]) : 0.0f;
                }
            }
        });
    }

    RINGSCOPE_TILE void fill_tile(const KeyTile& tile, const Storage* source) {
        const int32_t first = tile.index * kKeys;
        fill_rows(kv_, kPitch, source, kKeys, [&](int row) {
            return first + row < context_.block.keys ? context_.key_offset(first + row) : int64_t{-1};
        });
    }

    RINGSCOPE_TILE int query_of(int r) const { return R * warp_.index() + r; }

    RINGSCOPE_TILE void load_rows() {
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int r = 0; r < R; ++r) {
                RowState state;
                int64_t row = 0;
                token_[r][lane] = -1;
                if (query_of(r) < context_.queries) {
                    row = context_.query_row(query_of(r));
                    token_[r][lane] = context_.query_token(query_of(r));
                    state = load_state(context_.launch, context_.state_index(row));
                }
                m_[r][lane] = state.m;
                l_[r][lane] = state.l;
                const float* o = context_.o_row(row);
                const int columns = state.m == -INFINITY ? 0 : context_.launch.head_dim;
                RINGSCOPE_UNROLL
                for (int i = 0; i < D / kWarpLanes; ++i)
                    o_[r][i][lane] = kWarpLanes * i + lane < columns ? o[kWarpLanes * i + lane] : 0.0f;
            }
        });
    }

    /// s[r] = scale q_r . k of the lane's key; -inf where that key is not there or not visible.
    RINGSCOPE_TILE void score(const KeyTile& tile) {
        warp_.lanes([&](int lane) {
            float s[R] = {};
            const float* key = kv_ + lane * kPitch;
            RINGSCOPE_UNROLL_4
            for (int c = 0; c < D; c += 4) {
                const Four k = *reinterpret_cast<const Four*>(key + c);
                RINGSCOPE_UNROLL
                for (int r = 0; r < R; ++r) {
                    const Four q = *reinterpret_cast<const Four*>(q_ + query_of(r) * D + c);
                    s[r] += q.x * k.x + q.y * k.y + q.z * k.z + q.w * k.w;
                }
            }
            const int32_t index = tile.index * kKeys + lane;
            const bool there = index < context_.block.keys;
            const int32_t token = there ? context_.key_token(index) : 0;
            RINGSCOPE_UNROLL
            for (int r = 0; r < R; ++r) {
                const bool seen = there && visible(tile.view == TileView::some, token_[r][lane], token);
                s_[r][lane] = seen ? s[r] * context_.launch.scale : -INFINITY;
            }
        });
    }

    /// The new maximum, P = e^(S - m) in place of S, the new sum, and O brought to the new maximum.
    RINGSCOPE_TILE void soften() {
        RINGSCOPE_UNROLL
        for (int r = 0; r < R; ++r) {
            PerLane<float> most = s_[r];
            warp_.max_of_warp(most);
            PerLane<float> fade;
            PerLane<float> sum;
            warp_.lanes([&](int lane) {
                most[lane] = fmaxf(most[lane], m_[r][lane]);
                const float from = finite_or_zero(most[lane]);
                fade[lane] = exp_of(m_[r][lane] - from);
                m_[r][lane] = most[lane];
                s_[r][lane] = exp_of(s_[r][lane] - from);
                sum[lane] = s_[r][lane];
            });
            warp_.sum_of_warp(sum);
            warp_.lanes([&](int lane) {
                l_[r][lane] = l_[r][lane] * fade[lane] + sum[lane];
                RINGSCOPE_UNROLL
                for (int i = 0; i < D / kWarpLanes; ++i) o_[r][i][lane] *= fade[lane];
            });
        }
    }

    RINGSCOPE_TILE void accumulate() {
        RINGSCOPE_UNROLL_2
        for (int key = 0; key < kKeys; ++key) {
            PerLane<float> p[R];
            RINGSCOPE_UNROLL
            for (int r = 0; r < R; ++r) p[r] = warp_.broadcast(s_[r], key);
            warp_.lanes([&](int lane) {
                RINGSCOPE_UNROLL
                for (int i = 0; i < D / kWarpLanes; ++i) {
                    const float v = kv_[key * kPitch + kWarpLanes * i + lane];
                    RINGSCOPE_UNROLL
                    for (int r = 0; r < R; ++r) o_[r][i][lane] += p[r][lane] * v;
                }
            });
        }
    }

    RINGSCOPE_TILE void store_rows() {
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int r = 0; r < R; ++r) {
                if (query_of(r) >= context_.queries) continue;
                const int64_t row = context_.query_row(query_of(r));
                const RowState done{m_[r][lane], l_[r][lane]};
                const float factor = output_factor(context_.launch, done);
                if (lane == 0) store_state(context_.launch, context_.state_index(row), done);
                float* o = context_.o_row(row);
                RINGSCOPE_UNROLL
                for (int i = 0; i < D / kWarpLanes; ++i) {
                    const int column = kWarpLanes * i + lane;
                    if (column < context_.launch.head_dim) o[column] = o_[r][i][lane] * factor;
                }
            }
        });
    }

    Warp& warp_;
    const TileContext<Storage> context_;
    float* q_;   // shared
    float* kv_;  // shared
    PerLane<int32_t> token_[R];
    PerLane<float> m_[R];
    PerLane<float> l_[R];
    PerLane<float> s_[R];
    PerLane<float> o_[R][D / kWarpLanes];
};

}  // namespace ringscope
