#include "engine/run/verify.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "engine/host/worker_pool.h"
#include "engine/run/reference.h"

namespace ringscope {

namespace {

/// Sampled tokens of one task, which share what is read of their segments' keys.
constexpr int64_t kTokensPerTask = 512;
/// Keys held as doubles at a time: bounds a task's memory for segments of any length.
constexpr int64_t kKeysAtOnce = 1024;

/// One checked row.
struct RowError {
    float o = 0;
    float lse_error = 0;
    float lse = 0;
};

/// Errors of some rows; adding up in the order of tasks makes the figures independent of threads.
struct Errors {
    int64_t rows = 0;
    int64_t wrong_empty = 0;
    double square_error = 0;
    double square_reference = 0;
    double max_abs = 0;
    double max_lse = 0;
    double largest_lse = 0;

    void add(const Errors& other) {
        rows += other.rows;
        wrong_empty += other.wrong_empty;
        square_error += other.square_error;
        square_reference += other.square_reference;
        max_abs = std::max(max_abs, other.max_abs);
        max_lse = std::max(max_lse, other.max_lse);
        largest_lse = std::max(largest_lse, other.largest_lse);
    }
    RowError add_row(const float* o, float lse, const double* wanted_o, double wanted_lse, int head_dim) {
        RowError row{0, 0, lse};
        ++rows;
        bool wrong = std::isfinite(wanted_lse) ? !std::isfinite(lse) : !(lse < 0 && std::isinf(lse));
        for (int i = 0; i < head_dim; ++i) {
            if (!std::isfinite(o[i])) wrong = true;
            const double error = std::abs(double{o[i]} - wanted_o[i]);
            square_error += error * error;
            square_reference += wanted_o[i] * wanted_o[i];
            max_abs = std::max(max_abs, error);
            row.o = std::max(row.o, static_cast<float>(error));
        }
        if (wrong) ++wrong_empty;
        if (wrong || !std::isfinite(wanted_lse)) return row;
        const double lse_error = std::abs(double{lse} - wanted_lse);
        row.lse_error = static_cast<float>(lse_error);
        max_lse = std::max(max_lse, lse_error);
        largest_lse = std::max(largest_lse, std::abs(wanted_lse));
        return row;
    }
};

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
    std::vector<double> q, o;
    std::vector<ReferenceState> state;
};

class VerifyJob final : public PoolJob {
  public:
    VerifyJob(const Problem& problem, const TensorSource& source, const RunOutput& output,
              const std::atomic<bool>& stopped, double pairs_allowed)
        : problem_(problem),
          source_(source),
          output_(output),
          stopped_(stopped),
          tokens_(tokens_to_check(problem, pairs_allowed)) {
        errors_.resize(static_cast<size_t>(tasks(0)));
        rows_.resize(tokens_.size() * static_cast<size_t>(problem.heads) *
                     static_cast<size_t>(problem.batch));
    }
    int64_t tasks(int) const override { return blocks() * problem_.batch; }
    void run(int phase, int64_t task, int worker) override;
    std::shared_ptr<const ErrorMap> map() const;
    Errors errors() const {
        Errors sum;
        for (const Errors& errors : errors_) sum.add(errors);
        return sum;
    }

  private:
    int64_t blocks() const {
        return (static_cast<int64_t>(tokens_.size()) + kTokensPerTask - 1) / kTokensPerTask;
    }
    void attend_segment(int batch_index, const Pattern& pattern, size_t begin, size_t end,
                        ReferenceKeys& block, Rows& rows) const;
    Errors compare(int batch_index, size_t first_token, Rows& rows);

    const Problem& problem_;
    const TensorSource& source_;
    const RunOutput& output_;
    const std::atomic<bool>& stopped_;
    std::vector<int64_t> tokens_;
    std::vector<Errors> errors_;  // by task
    std::vector<RowError> rows_;  // (batch, checked token, head); each task writes its own
};

void VerifyJob::run(int, int64_t task, int) {
    const auto batch_index = static_cast<int>(task / blocks());
    const auto first = static_cast<size_t>(task % blocks() * kTokensPerTask);
    Rows rows;
    ReferenceKeys keys(problem_, source_);
    rows.tokens = {tokens_.data() + first, std::min<size_t>(kTokensPerTask, tokens_.size() - first)};
    for (const int64_t token : rows.tokens)
        read_as_double(problem_, source_, InputTensor::q, batch_index, {token, 1, 1}, rows.q);
    rows.o.assign(rows.q.size(), 0.0);
    rows.state.resize(rows.tokens.size() * static_cast<size_t>(problem_.heads));
    for (const Pattern& pattern : problem_.patterns) {
        for (size_t begin = 0, end = 0; begin < rows.tokens.size(); begin = end) {
            const int64_t segment = rows.tokens[begin] / pattern.segment_length;
            while (end < rows.tokens.size() && rows.tokens[end] / pattern.segment_length == segment) ++end;
            attend_segment(batch_index, pattern, begin, end, keys, rows);
        }
    }
    errors_[static_cast<size_t>(task)] = compare(batch_index, first, rows);
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
    for (int64_t at = 0; at < keys.count; at += kKeysAtOnce) {
        if (stopped_.load(std::memory_order_relaxed)) return;
        block.load(batch_index, {keys.at(at), keys.stride, std::min(kKeysAtOnce, keys.count - at)});
        for (const int head : pattern.heads)
            for (const size_t i : queries) {
                const size_t row = i * static_cast<size_t>(problem_.heads) + static_cast<size_t>(head);
                const size_t vector = row * static_cast<size_t>(problem_.head_dim);
                block.attend(rows.q.data() + vector, problem_.kv_head_of(head), rows.tokens[i],
                             rows.o.data() + vector, rows.state[row]);
            }
    }
}

/// `first_token`: of the task, among all that are checked.
Errors VerifyJob::compare(int batch_index, size_t first_token, Rows& rows) {
    Errors errors;
    const auto heads = static_cast<size_t>(problem_.heads);
    for (size_t i = 0; i < rows.tokens.size(); ++i)
        for (int head = 0; head < problem_.heads; ++head) {
            const size_t row = i * heads + static_cast<size_t>(head);
            double* o = rows.o.data() + row * static_cast<size_t>(problem_.head_dim);
            const double lse = finish_reference_row(problem_.head_dim, o, rows.state[row]);
            const size_t place =
                (static_cast<size_t>(batch_index) * tokens_.size() + first_token) * heads + row;
            rows_[place] =
                errors.add_row(output_.o_row(batch_index, rows.tokens[i], head),
                               output_.lse(batch_index, head, rows.tokens[i]), o, lse, problem_.head_dim);
        }
    return errors;
}

std::shared_ptr<const ErrorMap> VerifyJob::map() const {
    auto map = std::make_shared<ErrorMap>();
    map->heads = problem_.heads;
    map->seq_len = problem_.seq_len;
    map->tokens_each = (problem_.seq_len + kMapParts - 1) / kMapParts;
    map->parts = static_cast<int>((problem_.seq_len + map->tokens_each - 1) / map->tokens_each);
    const size_t cells = static_cast<size_t>(map->heads) * static_cast<size_t>(map->parts);
    map->rows.resize(cells);
    map->max_abs_error.resize(cells);
    map->max_lse_error.resize(cells);
    map->mean_lse.resize(cells);
    std::vector<double> sums(cells);
    std::vector<int64_t> finite(cells);
    for (size_t i = 0; i < rows_.size(); ++i) {
        const auto heads = static_cast<size_t>(problem_.heads);
        const int64_t token = tokens_[i / heads % tokens_.size()];
        const size_t cell =
            i % heads * static_cast<size_t>(map->parts) + static_cast<size_t>(token / map->tokens_each);
        ++map->rows[cell];
        map->max_abs_error[cell] = std::max(map->max_abs_error[cell], rows_[i].o);
        map->max_lse_error[cell] = std::max(map->max_lse_error[cell], rows_[i].lse_error);
        if (!std::isfinite(rows_[i].lse)) continue;
        sums[cell] += rows_[i].lse;
        ++finite[cell];
    }
    for (size_t cell = 0; cell < cells; ++cell)
        map->mean_lse[cell] = finite[cell] > 0
                                  ? static_cast<float>(sums[cell] / static_cast<double>(finite[cell]))
                                  : -std::numeric_limits<float>::infinity();
    return map;
}

}  // namespace

Tolerance tolerance_of(DType dtype) {
    switch (dtype) {
        case DType::f32:
            return {1e-5, 1e-4};
        case DType::f16:
            return {1.5e-3, 1e-3};
        case DType::bf16:
            return {6e-3, 1e-3};
    }
    return {};
}

Verification verify(const Schedule& schedule, const TensorSource& source, const RunOutput& output,
                    int threads, std::stop_token stop, double pairs_allowed) {
    const Problem& problem = schedule.problem;
    std::atomic<bool> stopped{stop.stop_requested()};
    const std::stop_callback on_stop(stop, [&stopped] { stopped.store(true); });
    VerifyJob job(problem, source, output, stopped, pairs_allowed);
    {
        WorkerPool pool(threads, stopped);
        WorkerPool::Submission(pool, job).wait();
    }
    if (stopped.load()) throw Error(ErrorKind::cancelled, "cancelled while verifying");

    const Errors errors = job.errors();
    const Tolerance tolerance = tolerance_of(problem.dtype);
    Verification result;
    result.checked_rows = errors.rows;
    result.total_rows = problem.batch * problem.seq_len * problem.heads;
    result.max_abs_error = errors.max_abs;
    result.relative_error = errors.square_reference > 0
                                ? std::sqrt(errors.square_error / errors.square_reference)
                                : std::sqrt(errors.square_error);
    result.max_lse_error = errors.max_lse;
    result.allowed_relative_error = tolerance.o_relative;
    result.wrong_empty_rows = errors.wrong_empty;
    result.coverage_ok = schedule.pairs_planned == schedule.pairs_allowed;
    const double lse_allowed = tolerance.lse_absolute * std::max(1.0, errors.largest_lse / 10);
    result.map = job.map();
    result.passed = result.relative_error <= tolerance.o_relative && result.max_lse_error <= lse_allowed &&
                    result.wrong_empty_rows == 0 && result.coverage_ok;
    return result;
}

}  // namespace ringscope
