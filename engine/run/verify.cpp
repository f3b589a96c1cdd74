#include "engine/run/verify.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "engine/host/worker_pool.h"
#include "engine/run/reference.h"
#include "engine/run/row_errors.h"

namespace ringscope {

namespace {

/// Sampled tokens of one task, which share what is read of their segments' keys: at most so many, and so many
/// elements of q.
constexpr int64_t kTokensPerTask = 512;
constexpr int64_t kQueryElements = int64_t{1} << 19;
/// Keys held as doubles at a time, and their elements: bounds a task's memory for segments of any length, and
/// the time until it sees a stop request.
constexpr int64_t kKeysAtOnce = 1024;
constexpr int64_t kKeyElements = int64_t{1} << 18;

/// Parts of the sequence that the map tells apart: what a screen shows.
constexpr int64_t kMapParts = 256;

/// Pairs the reference computes for one token, all heads: what a token costs.
double pairs_per_token(const Problem& problem) {
    double pairs = 0;
    for (const Pattern& pattern : problem.patterns)
        pairs +=
            static_cast<double>(problem.allowed_pairs(pattern)) * static_cast<double>(pattern.heads.size());
    return pairs / static_cast<double>(problem.seq_len);
}

/// Pairs' worth of reading a token's segments when no other sampled token shares them. A key's K and V are
/// made for all KV heads and converted; that costs about as much as two pairs per head.
double reading_per_token(const Problem& problem) {
    double keys = 0;
    for (const Pattern& pattern : problem.patterns)
        keys += static_cast<double>(keys_of_segment(problem, pattern, 0).count);
    return 2.0 * keys * problem.kv_heads;
}

std::vector<int64_t> tokens_to_check(const Problem& problem, double pairs_allowed) {
    const int64_t n = problem.seq_len;
    std::vector<int64_t> tokens;
    const double pairs = pairs_per_token(problem) * problem.batch;
    if (pairs * static_cast<double>(n) <= pairs_allowed) {
        for (int64_t token = 0; token < n; ++token) tokens.push_back(token);
        return tokens;
    }
    const double cost = pairs + reading_per_token(problem) * problem.batch;
    const auto count = std::clamp<int64_t>(static_cast<int64_t>(pairs_allowed / cost), 2, n);
    std::set<int64_t> chosen;
    // An odd step meets every residue class of the usual dilation rates in turn.
    const int64_t step = std::max<int64_t>(1, n / count) | 1;
    for (int64_t token = 0; token < n; token += step) chosen.insert(token);
    chosen.insert(n - 1);
    for (const Pattern& pattern : problem.patterns)
        for (const int64_t segment :
             {int64_t{0}, problem.segments_of(pattern) / 2, problem.segments_of(pattern) - 1}) {
            const TokenRun keys = keys_of_segment(problem, pattern, segment);
            chosen.insert(problem.segment_begin(pattern, segment));
            chosen.insert(problem.segment_end(pattern, segment) - 1);
            if (keys.count > 0) chosen.insert({keys.first, keys.last()});
        }
    tokens.assign(chosen.begin(), chosen.end());
    return tokens;
}

/// One task's tokens, all heads: (token, head, d).
struct Rows {
    std::span<const int64_t> tokens;
    std::vector<double> q, o, peak;
    std::vector<ReferenceState> state;
};

class VerifyJob final : public PoolJob {
  public:
    VerifyJob(const Schedule& schedule, const TensorSource& source, const RunOutput& output,
              const VerifyOptions& options, const std::atomic<bool>& stopped)
        : problem_(schedule.problem),
          source_(source),
          output_(output),
          arithmetic_(arithmetic_of(schedule.problem, schedule.ranks, options.rounding)),
          stopped_(stopped),
          tokens_(tokens_to_check(schedule.problem, options.pairs_allowed)),
          tokens_per_task_(std::clamp<int64_t>(kQueryElements / (int64_t{problem_.heads} * problem_.head_dim),
                                               1, kTokensPerTask)),
          keys_at_once_(std::clamp<int64_t>(kKeyElements / (int64_t{problem_.kv_heads} * problem_.head_dim),
                                            1, kKeysAtOnce)),
          tokens_per_part_((problem_.seq_len + kMapParts - 1) / kMapParts) {
        errors_.resize(static_cast<size_t>(tasks(0)));
    }
    int64_t tasks(int) const override { return blocks() * problem_.batch; }
    void run(int phase, int64_t task, int worker) override;
    std::shared_ptr<const ErrorMap> map() const;
    RowErrors errors() const {
        RowErrors sum;
        for (const RowErrors& errors : errors_) sum.add(errors);
        return sum;
    }

  private:
    int64_t blocks() const {
        return (static_cast<int64_t>(tokens_.size()) + tokens_per_task_ - 1) / tokens_per_task_;
    }
    void attend_segment(int batch_index, const Pattern& pattern, size_t begin, size_t end,
                        ReferenceKeys& block, Rows& rows) const;
    RowErrors compare(int batch_index, Rows& rows) const;
    void compare_row(RowErrors& errors, const RowError& place, size_t row, Rows& rows) const;

    const Problem& problem_;
    const TensorSource& source_;
    const RunOutput& output_;
    const RowArithmetic arithmetic_;
    const std::atomic<bool>& stopped_;
    const std::vector<int64_t> tokens_;
    const int64_t tokens_per_task_;
    const int64_t keys_at_once_;
    const int64_t tokens_per_part_;
    std::vector<RowErrors> errors_;  // by task
};

void VerifyJob::run(int, int64_t task, int) {
    const auto batch_index = static_cast<int>(task / blocks());
    const auto first = static_cast<size_t>(task % blocks() * tokens_per_task_);
    Rows rows;
    ReferenceKeys keys(problem_, source_);
    rows.tokens = {tokens_.data() + first,
                   std::min(static_cast<size_t>(tokens_per_task_), tokens_.size() - first)};
    for (const int64_t token : rows.tokens)
        read_as_double(problem_, source_, InputTensor::q, batch_index, {token, 1, 1}, rows.q);
    rows.o.assign(rows.q.size(), 0.0);
    rows.peak.assign(rows.q.size(), 0.0);
    rows.state.resize(rows.tokens.size() * static_cast<size_t>(problem_.heads));
    for (const Pattern& pattern : problem_.patterns) {
        for (size_t begin = 0, end = 0; begin < rows.tokens.size(); begin = end) {
            const int64_t segment = rows.tokens[begin] / pattern.segment_length;
            while (end < rows.tokens.size() && rows.tokens[end] / pattern.segment_length == segment) ++end;
            attend_segment(batch_index, pattern, begin, end, keys, rows);
            if (stopped_.load(std::memory_order_relaxed)) return;
        }
    }
    errors_[static_cast<size_t>(task)] = compare(batch_index, rows);
}

/// Tokens [begin, end) of the task, which lie in one segment, against its keys.
void VerifyJob::attend_segment(int batch_index, const Pattern& pattern, size_t begin, size_t end,
                               ReferenceKeys& block, Rows& rows) const {
    std::vector<size_t> queries;
    for (size_t i = begin; i < end; ++i)
        if (problem_.queries == Queries::all || problem_.kept(pattern, rows.tokens[i])) queries.push_back(i);
    if (queries.empty()) return;
    TokenRun keys = keys_of_segment(problem_, pattern, rows.tokens[begin] / pattern.segment_length);
    if (problem_.causal) {
        const int64_t last = rows.tokens[queries.back()];
        keys.count = last < keys.first ? 0 : std::min(keys.count, (last - keys.first) / keys.stride + 1);
    }
    for (int64_t at = 0; at < keys.count; at += keys_at_once_) {
        block.load(batch_index, {keys.at(at), keys.stride, std::min(keys_at_once_, keys.count - at)});
        for (const int head : pattern.heads)
            for (const size_t i : queries) {
                if (stopped_.load(std::memory_order_relaxed)) return;
                const size_t row = i * static_cast<size_t>(problem_.heads) + static_cast<size_t>(head);
                const size_t vector = row * static_cast<size_t>(problem_.head_dim);
                block.attend(rows.q.data() + vector, problem_.kv_head_of(head), rows.tokens[i],
                             rows.o.data() + vector, rows.state[row], rows.peak.data() + vector);
            }
    }
}

RowErrors VerifyJob::compare(int batch_index, Rows& rows) const {
    RowErrors errors;
    errors.first_part = rows.tokens.front() / tokens_per_part_;
    const int64_t parts = rows.tokens.back() / tokens_per_part_ - errors.first_part + 1;
    errors.cells.resize(static_cast<size_t>(parts * problem_.heads));
    size_t row = 0;
    for (const int64_t token : rows.tokens)
        for (int head = 0; head < problem_.heads; ++head)
            compare_row(errors, {batch_index, head, token, 0, 0}, row++, rows);
    return errors;
}

/// `row`: of the task.
void VerifyJob::compare_row(RowErrors& errors, const RowError& place, size_t row, Rows& rows) const {
    const auto d = static_cast<size_t>(problem_.head_dim);
    const ReferenceState& state = rows.state[row];
    const std::span o(rows.o.data() + row * d, d);
    const double lse = finish_reference_row(problem_.head_dim, o.data(), state);
    const CheckedRow checked{place,
                             output_.o_row(place.batch_index, place.token, place.head),
                             output_.lse(place.batch_index, place.head, place.token),
                             o,
                             {rows.peak.data() + row * d, d},
                             lse};
    const int64_t part = place.token / tokens_per_part_ - errors.first_part;
    CellErrors& cell = errors.cells[static_cast<size_t>(part * problem_.heads + place.head)];
    if (state.magnitudes.keys == 0) return errors.add_row(checked, nullptr, cell);
    double o_size = 0;
    for (const double x : o) o_size = std::max(o_size, std::abs(x));
    const RowBound bound(state.magnitudes, arithmetic_, state.max, state.sum, o_size);
    errors.add_row(checked, &bound, cell);
}

std::shared_ptr<const ErrorMap> VerifyJob::map() const {
    auto map = std::make_shared<ErrorMap>();
    map->heads = problem_.heads;
    map->seq_len = problem_.seq_len;
    map->tokens_each = tokens_per_part_;
    map->parts = static_cast<int>((problem_.seq_len + map->tokens_each - 1) / map->tokens_each);
    const auto heads = static_cast<size_t>(map->heads);
    const auto parts = static_cast<size_t>(map->parts);
    std::vector<CellErrors> cells(heads * parts);
    for (const RowErrors& errors : errors_)
        for (size_t i = 0; i < errors.cells.size(); ++i)
            cells[i % heads * parts + static_cast<size_t>(errors.first_part) + i / heads].add(
                errors.cells[i]);
    for (const CellErrors& cell : cells) {
        map->rows.push_back(cell.rows);
        map->max_abs_error.push_back(cell.max_abs_error);
        map->max_lse_error.push_back(cell.max_lse_error);
        map->mean_lse.push_back(cell.finite > 0
                                    ? static_cast<float>(cell.lse_sum / static_cast<double>(cell.finite))
                                    : -std::numeric_limits<float>::infinity());
    }
    return map;
}

}  // namespace

Verification verify(const Schedule& schedule, const TensorSource& source, const RunOutput& output,
                    const VerifyOptions& options, std::stop_token stop) {
    const Problem& problem = schedule.problem;
    std::atomic<bool> stopped{stop.stop_requested()};
    const std::stop_callback on_stop(stop, [&stopped] { stopped.store(true); });
    VerifyJob job(schedule, source, output, options, stopped);
    {
        WorkerPool pool(options.threads, stopped);
        WorkerPool::Submission(pool, job).wait();
    }
    if (stopped.load()) throw Error(ErrorKind::cancelled, "cancelled while verifying");

    const RowErrors errors = job.errors();
    Verification result = errors.found;
    result.total_rows = problem.batch * problem.seq_len * problem.heads;
    result.relative_error = errors.square_reference > 0
                                ? std::sqrt(errors.square_error / errors.square_reference)
                                : std::sqrt(errors.square_error);
    result.coverage_ok = schedule.pairs_planned == schedule.pairs_allowed;
    result.map = job.map();
    result.passed = result.wrong_o_rows == 0 && result.wrong_lse_rows == 0 && result.wrong_empty_rows == 0 &&
                    result.unjudged_rows < result.checked_rows && result.coverage_ok;
    return result;
}

}  // namespace ringscope
