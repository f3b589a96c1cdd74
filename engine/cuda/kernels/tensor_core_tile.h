// One item by tensor cores: 64 queries of a head against the keys it sees, for F16 and BF16 and d up to D.
//
//   shared     Q 64 x D | K, V of key tile a | K, V of key tile b
//              Rows have D + 8 elements: ldmatrix reads eight rows at once, and a pitch of an odd number of
//              16-byte units puts them into different banks.
//   warp w     queries 16 w .. 16 w + 15
//              S and O stay in registers, as m16n8k16 leaves them (PTX ISA, "Matrix fragments for
//              mma.m16n8k16"): lane t holds rows t / 4 and t / 4 + 8, columns 2 (t mod 4) + {0, 1}.
//   per tile   start the next tile's copies, wait for this one's, S = Q K^T, softmax, O += P V
//              (FlashAttention-2, 2307.08691)
//
// Rows come straight from their strides by cp.async, 16 bytes per lane; nothing is gathered first. Where d or
// an address is not a multiple of 16 bytes, the same places are filled element by element.
//
// The text is compiled for the device with DeviceWarp (warp.cuh) and for the host with a warp of 32 emulated
// lanes (tests/cuda/host_warp.h). Code inside warp.lanes() is per lane; what stands outside is done by the
// warp as a whole.
#pragma once

#include "engine/cuda/kernels/tile_context.h"

namespace ringscope {

template <typename Warp, typename Element, int D, int kKeys>
class TensorCoreTile {
  public:
    static constexpr int kQueries = 16 * kWarps;
    static constexpr int kPitch = D + 8;  // elements
    static constexpr int kSharedBytes = (kQueries + 4 * kKeys) * kPitch * 2;

    RINGSCOPE_TILE TensorCoreTile(Warp& warp, const AttentionLaunch& launch, int64_t item, void* shared)
        : warp_(warp), context_(launch, item, kQueries), q_(static_cast<Storage*>(shared)) {}

    RINGSCOPE_TILE void run() {
        start_rows(q_, context_.q, kQueries, [&](int row) {
            return row < context_.queries ? context_.query_row(row) * context_.launch.q_row_stride
                                          : int64_t{-1};
        });
        int stage = 0;
        KeyTile tile = context_.next_tile(kKeys, 0);
        start_tile(tile, stage);
        warp_.commit_copies();
        load_rows();
        while (tile.index < context_.item.key_tiles) {
            const KeyTile next = context_.next_tile(kKeys, tile.index + 1);
            start_tile(next, stage ^ 1);
            warp_.commit_copies();
            warp_.wait_for_all_but_newest_copies();
            warp_.block_barrier();
            score(keys_of(stage));
            mask(tile);
            soften();
            accumulate(values_of(stage));
            warp_.block_barrier();  // nobody refills this stage while somebody still reads it
            tile = next;
            stage ^= 1;
        }
        store_rows();
    }

  private:
    using Storage = typename Element::Storage;
    template <typename T>
    using PerLane = typename Warp::template PerLane<T>;

    RINGSCOPE_TILE Storage* keys_of(int stage) const { return q_ + (kQueries + 2 * kKeys * stage) * kPitch; }
    RINGSCOPE_TILE Storage* values_of(int stage) const { return keys_of(stage) + kKeys * kPitch; }

    /// Fills `rows` shared rows; offset_of(row) is elements from `source` to the row, negative: zeros.
    template <typename OffsetOf>
    RINGSCOPE_TILE void start_rows(Storage* target, const Storage* source, int rows, OffsetOf offset_of) {
        const int head_dim = context_.launch.head_dim;
        warp_.lanes([&](int lane) {
            for (int chunk = warp_.thread(lane); chunk < rows * (D / 8); chunk += kThreads) {
                const int row = chunk / (D / 8);
                const int column = chunk % (D / 8) * 8;
                const int64_t offset = offset_of(row);
                copy_chunk(target + row * kPitch + column, source + (offset < 0 ? 0 : offset),
                           offset < 0 ? 0 : head_dim, column);
            }
        });
    }

    /// Eight elements of a row from `column` on, zeros past `head_dim`.
    RINGSCOPE_TILE void copy_chunk(Storage* target, const Storage* row, int head_dim, int column) {
        if (reinterpret_cast<uintptr_t>(row) % 16 == 0 && context_.launch.head_dim % 8 == 0) {
            const bool valid = column < head_dim;
            warp_.copy_async_16(target, valid ? row + column : row, valid);
            return;
        }
        for (int i = 0; i < 8; ++i) target[i] = column + i < head_dim ? row[column + i] : Storage{0};
    }

    RINGSCOPE_TILE void start_tile(const KeyTile& tile, int stage) {
        if (tile.index >= context_.item.key_tiles) return;
        const int32_t first = tile.index * kKeys;
        const auto offset_of = [&](int row) {
            return first + row < context_.block.keys ? context_.key_offset(first + row) : int64_t{-1};
        };
        start_rows(keys_of(stage), context_.k, kKeys, offset_of);
        start_rows(values_of(stage), context_.v, kKeys, offset_of);
    }

    /// Tile index of the query that half `half` of the lane's fragments belongs to.
    RINGSCOPE_TILE int query_of(int lane, int half) const { return 16 * warp_.index() + lane / 4 + 8 * half; }

    /// The rows' state so far.
    RINGSCOPE_TILE void load_rows() {
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int half = 0; half < 2; ++half) {
                const int query = query_of(lane, half);
                RowState state;
                int64_t row = 0;
                if (query < context_.queries) {
                    row = context_.query_row(query);
                    token_[half][lane] = context_.query_token(query);
                    state = load_state(context_.launch, context_.state_index(row));
                }
                m_[half][lane] = state.m;
                l_[half][lane] = state.l;
                const float* o = context_.o_row(row);
                const int columns = state.m == -INFINITY ? 0 : context_.launch.head_dim;
                RINGSCOPE_UNROLL
                for (int n = 0; n < D / 8; ++n) RINGSCOPE_UNROLL
                for (int i = 0; i < 2; ++i) {
                    const int column = 8 * n + 2 * (lane % 4) + i;
                    o_[n][2 * half + i][lane] = column < columns ? o[column] : 0.0f;
                }
            }
        });
    }

    /// S = scale Q K^T of the warp's 16 queries.
    RINGSCOPE_TILE void score(const Storage* keys) {
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int n = 0; n < kKeys / 8; ++n) RINGSCOPE_UNROLL
            for (int i = 0; i < 4; ++i) s_[n][i][lane] = 0;
        });
        RINGSCOPE_UNROLL
        for (int k = 0; k < D / 16; ++k) {
            PerLane<uint32_t> a[4];
            PerLane<const Storage*> address;
            warp_.lanes([&](int lane) {
                address[lane] = q_ + (16 * warp_.index() + lane % 16) * kPitch + 16 * k + lane / 16 * 8;
            });
            warp_.load_matrices(a, address);
            RINGSCOPE_UNROLL
            for (int n = 0; n < kKeys / 16; ++n) {
                PerLane<uint32_t> b[4];
                warp_.lanes([&](int lane) {
                    address[lane] =
                        keys + (16 * n + lane % 8 + lane / 16 * 8) * kPitch + 16 * k + lane / 8 % 2 * 8;
                });
                warp_.load_matrices(b, address);
                warp_.template multiply_add<Element>(s_[2 * n], a, b[0], b[1]);
                warp_.template multiply_add<Element>(s_[2 * n + 1], a, b[2], b[3]);
            }
        }
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int n = 0; n < kKeys / 8; ++n) RINGSCOPE_UNROLL
            for (int i = 0; i < 4; ++i) s_[n][i][lane] *= context_.launch.scale;
        });
    }

    /// Scores of keys that are not there or not visible become -inf.
    RINGSCOPE_TILE void mask(const KeyTile& tile) {
        const int32_t first = tile.index * kKeys;
        const int32_t left = context_.block.keys - first;  // keys from here on
        if (tile.view == TileView::all && left >= kKeys) return;
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int n = 0; n < kKeys / 8; ++n) RINGSCOPE_UNROLL
            for (int i = 0; i < 4; ++i) {
                const int key = 8 * n + 2 * (lane % 4) + i % 2;
                const bool seen = key < left && visible(tile.view == TileView::some, token_[i / 2][lane],
                                                        context_.key_token(first + key));
                if (!seen) s_[n][i][lane] = -INFINITY;
            }
        });
    }

    /// The new maximum, P = e^(S - m) in place of S, the new sum, and O brought to the new maximum.
    RINGSCOPE_TILE void soften() {
        RINGSCOPE_UNROLL
        for (int half = 0; half < 2; ++half) {
            PerLane<float> most;
            warp_.lanes([&](int lane) {
                most[lane] = m_[half][lane];
                RINGSCOPE_UNROLL
                for (int n = 0; n < kKeys / 8; ++n)
                    most[lane] = fmaxf(most[lane], fmaxf(s_[n][2 * half][lane], s_[n][2 * half + 1][lane]));
            });
            warp_.max_of_quad(most);
            PerLane<float> sum;
            PerLane<float> fade;
            warp_.lanes([&](int lane) {
                const float from = finite_or_zero(most[lane]);
                fade[lane] = exp_of(m_[half][lane] - from);
                m_[half][lane] = most[lane];
                sum[lane] = 0;
                RINGSCOPE_UNROLL
                for (int n = 0; n < kKeys / 8; ++n) RINGSCOPE_UNROLL
                for (int i = 2 * half; i < 2 * half + 2; ++i) {
                    s_[n][i][lane] = exp_of(s_[n][i][lane] - from);
                    sum[lane] += s_[n][i][lane];
                }
            });
            warp_.sum_of_quad(sum);
            warp_.lanes([&](int lane) {
                l_[half][lane] = l_[half][lane] * fade[lane] + sum[lane];
                RINGSCOPE_UNROLL
                for (int n = 0; n < D / 8; ++n) RINGSCOPE_UNROLL
                for (int i = 2 * half; i < 2 * half + 2; ++i) o_[n][i][lane] *= fade[lane];
            });
        }
    }

    /// O += P V. Two neighbouring accumulators of S are, packed, the first operand of the next product.
    RINGSCOPE_TILE void accumulate(const Storage* values) {
        RINGSCOPE_UNROLL
        for (int k = 0; k < kKeys / 16; ++k) {
            PerLane<uint32_t> a[4];
            warp_.lanes([&](int lane) {
                RINGSCOPE_UNROLL
                for (int i = 0; i < 4; ++i) {
                    const auto& s = s_[2 * k + i / 2];
                    a[i][lane] = Element::pack(s[i % 2 * 2][lane], s[i % 2 * 2 + 1][lane]);
                }
            });
            RINGSCOPE_UNROLL
            for (int n = 0; n < D / 16; ++n) {
                PerLane<uint32_t> b[4];
                PerLane<const Storage*> address;
                warp_.lanes([&](int lane) {
                    address[lane] = values + (16 * k + lane % 16) * kPitch + 16 * n + lane / 16 * 8;
                });
                warp_.load_matrices_transposed(b, address);
                warp_.template multiply_add<Element>(o_[2 * n], a, b[0], b[1]);
                warp_.template multiply_add<Element>(o_[2 * n + 1], a, b[2], b[3]);
            }
        }
    }

    RINGSCOPE_TILE void store_rows() {
        warp_.lanes([&](int lane) {
            RINGSCOPE_UNROLL
            for (int half = 0; half < 2; ++half) {
                const int query = query_of(lane, half);
                if (query >= context_.queries) continue;
                const int64_t row = context_.query_row(query);
                const int64_t state = context_.state_index(row);
                const RowState done{m_[half][lane], l_[half][lane]};
                const float factor = output_factor(context_.launch, done);
                if (lane % 4 == 0) store_state(context_.launch, state, done);  // four lanes hold the same
                float* o = context_.o_row(row);
                RINGSCOPE_UNROLL
                for (int n = 0; n < D / 8; ++n) RINGSCOPE_UNROLL
                for (int i = 0; i < 2; ++i) {
                    const int column = 8 * n + 2 * (lane % 4) + i;
                    if (column < context_.launch.head_dim) o[column] = o_[n][2 * half + i][lane] * factor;
                }
            }
        });
    }

    Warp& warp_;
    const TileContext<Storage> context_;
    Storage* q_;  // shared
    PerLane<int32_t> token_[2];
    PerLane<float> m_[2];
    PerLane<float> l_[2];
    PerLane<float> s_[kKeys / 8][4];
    PerLane<float> o_[D / 8][4];
};

}  // namespace ringscope
