// A schedule carried out on the host with the CUDA back end's own work lists: packs, copies and launches in
// the order of the device's streams, the launches by a function of the test. Slots begin each step as NaNs,
// so that a row that was not sent cannot be mistaken for one that was.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "engine/cuda/kernels/attention_launch.h"
#include "engine/cuda/kernels/work_list.h"

namespace ringscope {

/// Whole tensors (b, n, heads, d) in the problem's dtype.
struct HostTensors {
    std::vector<unsigned char> q, k, v;
};

struct HostRank {
    std::vector<unsigned char> q, k, v;
    std::vector<std::vector<unsigned char>> slots;  // parallel to Schedule::slots
    std::vector<float> o, lse, sum;
};

class HostRing {
  public:
    /// Carries out one launch of a rank's step.
    using Launcher =
        std::function<void(const StepWork&, const AttentionLaunch&, int rank, int step, int phase)>;

    HostRing(const Schedule& schedule, const HostTensors& tensors, TileShape tile)
        : schedule_(schedule), problem_(schedule.problem), tile_(tile) {
        for (int rank = 0; rank < schedule.ranks; ++rank) ranks_.push_back(make_rank(tensors, rank));
    }

    void run(const Launcher& launcher) {
        for (int rank = 0; rank < schedule_.ranks; ++rank) pack(rank);
        for (int step = 0; step < schedule_.steps; ++step) {
            transfer(step);
            for (int rank = 0; rank < schedule_.ranks; ++rank)
                for (int phase = 0; phase < schedule_.phases; ++phase) launch(rank, step, phase, launcher);
        }
    }

    /// Row o of one head, normalised whatever the accumulator, and its lse.
    std::vector<float> o_row(int batch, int64_t token, int head) const {
        const HostRank& rank = owner(token);
        const int64_t rows = static_cast<int64_t>(rank.lse.size()) / problem_.batch / problem_.heads;
        const int64_t row = (batch * rows + schedule_.placement.row_of(token)) * problem_.heads + head;
        std::vector<float> o(rank.o.begin() + row * problem_.head_dim,
                             rank.o.begin() + (row + 1) * problem_.head_dim);
        const float sum = rank.sum.empty() ? 0 : rank.sum[state_index(batch, token, head)];
        if (sum > 0)
            for (float& x : o) x /= sum;
        return o;
    }
    float lse(int batch, int64_t token, int head) const {
        const size_t index = state_index(batch, token, head);
        const HostRank& rank = owner(token);
        if (rank.sum.empty()) return rank.lse[index];
        return rank.sum[index] > 0 ? rank.lse[index] + std::log(rank.sum[index]) : rank.lse[index];
    }

  private:
    const HostRank& owner(int64_t token) const {
        return ranks_[static_cast<size_t>(schedule_.placement.owner(token))];
    }
    size_t state_index(int batch, int64_t token, int head) const {
        const int64_t rows = schedule_.placement.tokens_of(schedule_.placement.owner(token));
        return static_cast<size_t>((batch * int64_t{problem_.heads} + head) * rows +
                                   schedule_.placement.row_of(token));
    }

    HostRank make_rank(const HostTensors& tensors, int rank_index) const {
        HostRank rank;
        const RankPlan& plan = schedule_.rank_plans[static_cast<size_t>(rank_index)];
        const auto own_rows = [&](const std::vector<unsigned char>& whole, int heads) {
            const auto row_bytes = static_cast<size_t>(heads * problem_.head_dim * bytes_of(problem_.dtype));
            std::vector<unsigned char> rows(static_cast<size_t>(problem_.batch * plan.tokens) * row_bytes);
            for (int64_t i = 0; i < problem_.batch * plan.tokens; ++i) {
                const int64_t token = schedule_.placement.token_at(rank_index, i % plan.tokens);
                const auto from = static_cast<size_t>(i / plan.tokens * problem_.seq_len + token);
                std::memcpy(&rows[static_cast<size_t>(i) * row_bytes], &whole[from * row_bytes], row_bytes);
            }
            return rows;
        };
        rank.q = own_rows(tensors.q, problem_.heads);
        rank.k = own_rows(tensors.k, problem_.kv_heads);
        rank.v = own_rows(tensors.v, problem_.kv_heads);
        for (const int64_t bytes : plan.slot_bytes) rank.slots.emplace_back(static_cast<size_t>(bytes), 0xff);
        const auto vectors = static_cast<size_t>(problem_.batch * plan.tokens * problem_.heads);
        rank.o.assign(vectors * static_cast<size_t>(problem_.head_dim), 0);
        rank.lse.assign(vectors, -std::numeric_limits<float>::infinity());
        if (schedule_.experiment.ring.accumulator == Accumulator::online_softmax) rank.sum.assign(vectors, 0);
        return rank;
    }

    std::vector<unsigned char>& slot_of(HostRank& rank, int step) const {
        return rank.slots[static_cast<size_t>(schedule_.slot_of(Payload::kv, step))];
    }

    void pack(int rank_index) {
        HostRank& rank = ranks_[static_cast<size_t>(rank_index)];
        const PackWork work = make_pack_work(schedule_, rank_index);
        const int64_t element = bytes_of(problem_.dtype);
        const auto row_bytes = static_cast<size_t>(problem_.head_dim * element);
        const int64_t tokens = schedule_.rank_plans[static_cast<size_t>(rank_index)].tokens;
        for (const PackItem& item : work.items)
            for (int32_t index = item.first_index; index < item.first_index + item.rows; ++index) {
                const int64_t row =
                    row_at(run_at(&work.runs[static_cast<size_t>(item.first_run)], item.runs, index), index);
                const auto from =
                    static_cast<size_t>((item.batch_index * tokens + row) * problem_.kv_heads + item.kv_head);
                const auto to = [&](int64_t offset) {
                    return &slot_of(rank, 0).at(
                        static_cast<size_t>((offset + int64_t{index} * problem_.head_dim) * element));
                };
                std::memcpy(to(item.k_offset), &rank.k.at(from * row_bytes), row_bytes);
                std::memcpy(to(item.v_offset), &rank.v.at(from * row_bytes), row_bytes);
            }
    }

    void transfer(int step) {
        const bool gather = schedule_.strategy == Strategy::all_gather;
        if (!gather && step > 0)
            for (HostRank& rank : ranks_)
                std::fill(slot_of(rank, step).begin(), slot_of(rank, step).end(), 0xff);
        for (const Transfer& transfer : schedule_.transfers) {
            if (transfer.step != step) continue;
            for (const PieceCopy& copy : transfer.copies) {
                const int source_step = gather ? 0 : step - 1;
                const Piece& source =
                    schedule_.pieces_in(transfer.from, source_step)[static_cast<size_t>(copy.source_piece)];
                const Piece& target =
                    schedule_.pieces_in(transfer.to, step)[static_cast<size_t>(copy.target_piece)];
                const auto& from = slot_of(ranks_[static_cast<size_t>(transfer.from)], source_step);
                auto& to = slot_of(ranks_[static_cast<size_t>(transfer.to)], step);
                std::memcpy(&to.at(static_cast<size_t>(target.slot_offset)),
                            &from.at(static_cast<size_t>(source.slot_offset)),
                            static_cast<size_t>(source.bytes));
            }
        }
    }

    void launch(int rank_index, int step, int phase, const Launcher& launcher) {
        HostRank& rank = ranks_[static_cast<size_t>(rank_index)];
        const StepWork work = make_step_work(schedule_, rank_index, step, phase, tile_);
        if (work.items.empty()) return;
        AttentionLaunch launch =
            attention_strides(problem_, schedule_.rank_plans[static_cast<size_t>(rank_index)].tokens);
        launch.items = work.items.data();
        launch.blocks = work.blocks.data();
        launch.runs = work.runs.data();
        launch.q = rank.q.data();
        launch.own_k = rank.k.data();
        launch.own_v = rank.v.data();
        if (!rank.slots.empty()) launch.slot = slot_of(rank, step).data();
        launch.o = rank.o.data();
        launch.lse = rank.lse.data();
        launch.sum = rank.sum.empty() ? nullptr : rank.sum.data();
        static const int32_t not_cancelled = 0;
        launch.cancelled = &not_cancelled;
        launcher(work, launch, rank_index, step, phase);
    }

    const Schedule& schedule_;
    const Problem& problem_;
    TileShape tile_;
    std::vector<HostRank> ranks_;
};

}  // namespace ringscope
