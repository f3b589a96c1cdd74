#include "engine/experiment/placement.h"

#include <algorithm>
#include <numeric>

#include "engine/base/error.h"

namespace ringscope {

Placement::Placement(Layout layout, int ranks, int64_t seq_len, int64_t stripe_block)
    : layout_(layout), ranks_(ranks), seq_len_(seq_len), block_(stripe_block) {
    RINGSCOPE_CHECK(ranks >= 1 && seq_len >= 1 && stripe_block >= 1);
}

/// First token of `part` when the sequence is cut into `parts` intervals, the first (n mod parts) one token
/// longer.
int64_t Placement::split_begin(int64_t part, int64_t parts) const {
    return part * (seq_len_ / parts) + std::min(part, seq_len_ % parts);
}

int Placement::owner(int64_t token) const {
    if (layout_ == Layout::striped) return static_cast<int>(token / block_ % ranks_);
    const int64_t parts = layout_ == Layout::zigzag ? 2 * ranks_ : ranks_;
    const int64_t base = seq_len_ / parts;
    const int64_t longer = seq_len_ % parts * (base + 1);
    const int64_t part = token < longer ? token / (base + 1) : seq_len_ % parts + (token - longer) / base;
    return static_cast<int>(layout_ == Layout::zigzag && part >= ranks_ ? parts - 1 - part : part);
}

std::vector<TokenInterval> Placement::intervals_of(int rank) const {
    std::vector<TokenInterval> intervals;
    const auto add = [&](int64_t begin, int64_t end) {
        if (begin == end) return;
        if (!intervals.empty() && intervals.back().end == begin)
            intervals.back().end = end;
        else
            intervals.push_back({begin, end});
    };
    if (layout_ == Layout::contiguous) {
        add(split_begin(rank, ranks_), split_begin(rank + 1, ranks_));
    } else if (layout_ == Layout::zigzag) {
        const int64_t parts = 2 * int64_t{ranks_};
        add(split_begin(rank, parts), split_begin(rank + 1, parts));
        add(split_begin(parts - 1 - rank, parts), split_begin(parts - rank, parts));
    } else if (tokens_of(rank) > 0) {
        add(0, seq_len_);
    }
    return intervals;
}

int64_t Placement::tokens_of(int rank) const { return rows_before(rank, seq_len_); }

int64_t Placement::rows_before(int rank, int64_t token) const {
    if (layout_ == Layout::striped) {
        const int64_t period = block_ * ranks_;
        return token / period * block_ + std::clamp<int64_t>(token % period - rank * block_, 0, block_);
    }
    int64_t rows = 0;
    const auto add = [&](int64_t part, int64_t parts) {
        const int64_t begin = split_begin(part, parts);
        rows += std::clamp<int64_t>(token - begin, 0, split_begin(part + 1, parts) - begin);
    };
    if (layout_ == Layout::contiguous) {
        add(rank, ranks_);
    } else {
        add(rank, 2 * int64_t{ranks_});
        add(2 * int64_t{ranks_} - 1 - rank, 2 * int64_t{ranks_});
    }
    return rows;
}

int64_t Placement::row_of(int64_t token) const { return rows_before(owner(token), token); }

int64_t Placement::token_at(int rank, int64_t row) const {
    if (layout_ == Layout::striped) return row / block_ * block_ * ranks_ + rank * block_ + row % block_;
    for (const TokenInterval& interval : intervals_of(rank)) {
        if (row < interval.end - interval.begin) return interval.begin + row;
        row -= interval.end - interval.begin;
    }
    RINGSCOPE_CHECK(!"row of the rank");
    return -1;
}

namespace {

/// Tokens in [begin, end) that are `anchor` (mod stride), as one run.
void append_clipped(int64_t begin, int64_t end, int64_t anchor, int64_t stride, std::vector<TokenRun>& runs) {
    int64_t first = anchor;
    if (first < begin) first += (begin - first + stride - 1) / stride * stride;
    if (first < end) runs.push_back({first, stride, (end - 1 - first) / stride + 1});
}

}  // namespace

void Placement::append_runs(int rank, int64_t begin, int64_t end, int64_t first, int64_t stride,
                            std::vector<TokenRun>& runs) const {
    const int64_t anchor = begin + first;
    if (layout_ != Layout::striped) {
        const int64_t parts = layout_ == Layout::zigzag ? 2 * int64_t{ranks_} : ranks_;
        const auto add = [&](int64_t from, int64_t to) {
            append_clipped(std::max(begin, split_begin(from, parts)), std::min(end, split_begin(to, parts)),
                           anchor, stride, runs);
        };
        if (layout_ == Layout::contiguous) {
            add(rank, rank + 1);
        } else if (rank == ranks_ - 1) {
            add(rank, rank + 2);  // the two middle slices are one interval
        } else {
            add(rank, rank + 1);
            add(parts - 1 - rank, parts - rank);
        }
        return;
    }
    // Striped. Either one run per block that the rank owns, or one per residue of the common period: whichever are
    // fewer.
    const int64_t period = block_ * ranks_;
    const int64_t blocks = (end - begin) / period + 1;
    const int64_t residues = block_ / std::gcd(stride, block_ * ranks_) + 1;
    const int64_t reach = stride / std::gcd(stride, period);  // common period = reach * period
    const bool by_residue = residues < blocks && reach <= (end - begin) / period;
    const int64_t common = by_residue ? reach * period : 0;
    const int64_t stop = by_residue ? std::min(end, begin + common) : end;
    const int64_t run_stride = by_residue ? common : stride;
    const int64_t tokens = anchor < stop ? (stop - 1 - anchor) / stride + 1 : 0;
    if (tokens < (stop - begin) / period) {  // most blocks of the rank keep nothing: go from token to token
        for (int64_t i = 0; i < tokens; ++i) {
            const int64_t token = anchor + i * stride;
            if (token / block_ % ranks_ == rank)
                runs.push_back({token, run_stride, by_residue ? (end - 1 - token) / common + 1 : 1});
        }
        return;
    }
    int64_t block = begin / period * period + rank * block_;
    for (; block < stop; block += period) {
        const size_t already = runs.size();
        append_clipped(std::max(begin, block), std::min(stop, block + block_), anchor, stride, runs);
        if (!by_residue || runs.size() == already) continue;
        const TokenRun in_block = runs.back();
        runs.pop_back();
        for (int64_t i = 0; i < in_block.count; ++i)
            runs.push_back({in_block.at(i), common, (end - 1 - in_block.at(i)) / common + 1});
    }
}

int64_t Placement::row_stride(const TokenRun& run) const {
    const int64_t period = block_ * ranks_;
    if (layout_ != Layout::striped || run.stride % period != 0) return run.stride;
    return run.stride / period * block_;
}

}  // namespace ringscope
