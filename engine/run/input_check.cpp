#include "engine/run/input_check.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/base/stop_check.h"
#include "engine/experiment/dtype.h"
#include "engine/host/worker_pool.h"
#include "engine/run/reference.h"

namespace ringscope {

namespace {

constexpr int64_t kBlockBytes = 1 << 18;  // read at a time
constexpr int64_t kPairTokens = 256;      // held as doubles at a time, of queries and of keys
constexpr double kLargestScore = 0x1p127;
constexpr InputTensor kTensors[] = {InputTensor::q, InputTensor::k, InputTensor::v};

const char* name_of(InputTensor tensor) {
    return tensor == InputTensor::q ? "q" : tensor == InputTensor::k ? "k" : "v";
}

int heads_of(const Problem& problem, InputTensor tensor) {
    return tensor == InputTensor::q ? problem.heads : problem.kv_heads;
}

/// The largest magnitude's bits, without the sign: in the order of the magnitudes, infinity and NaN last.
template <typename Bits>
Bits largest_bits(const Bits* elements, int64_t count) {
    constexpr Bits kMagnitude = static_cast<Bits>(~Bits{0}) >> 1;
    constexpr int64_t kLanes = 32;  // as many as keep the vector registers of any processor busy
    Bits largest[kLanes] = {};
    int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (int64_t lane = 0; lane < kLanes; ++lane) {
            const Bits bits = elements[i + lane] & kMagnitude;
            largest[lane] = largest[lane] < bits ? bits : largest[lane];
        }
    for (; i < count; ++i) largest[0] = std::max(largest[0], static_cast<Bits>(elements[i] & kMagnitude));
    return *std::max_element(std::begin(largest), std::end(largest));
}

/// Infinity or NaN when there is one.
double largest_of(DType dtype, const std::vector<uint32_t>& block, int64_t count) {
    if (dtype == DType::f32) return std::bit_cast<float>(largest_bits(block.data(), count));
    const uint16_t bits = largest_bits(reinterpret_cast<const uint16_t*>(block.data()), count);
    return dtype == DType::f16 ? f32_from_f16(bits) : f32_from_bf16(bits);
}

/// A task is some tokens of one batch entry of one tensor.
class ScanJob final : public PoolJob {
  public:
    ScanJob(const Problem& problem, const TensorSource& source, int workers)
        : problem_(problem), source_(source) {
        for (const InputTensor tensor : kTensors)
            rows_[static_cast<size_t>(tensor)] = std::max<int64_t>(1, kBlockBytes / row_bytes(tensor));
        blocks_.resize(static_cast<size_t>(workers));
        largest_.resize(static_cast<size_t>(tasks(0)));
    }
    int64_t tasks(int) const override {
        int64_t all = 0;
        for (const InputTensor tensor : kTensors) all += tasks_of(tensor);
        return all;
    }
    void run(int, int64_t task, int worker) override {
        std::vector<uint32_t>& block = blocks_[static_cast<size_t>(worker)];
        const Part part = part_of(task);
        const int64_t bytes = part.tokens.count * row_bytes(part.tensor);
        block.resize(static_cast<size_t>((bytes + 3) / 4));
        source_.read(part.tensor, part.batch_index, part.tokens, block.data());
        largest_[static_cast<size_t>(task)] =
            largest_of(problem_.dtype, block, bytes / bytes_of(problem_.dtype));
    }
    /// Throws Error(bad_input) for the first number that is not finite.
    void require_finite(const std::string& name) const {
        for (size_t task = 0; task < largest_.size(); ++task)
            if (!std::isfinite(largest_[task])) refuse(part_of(static_cast<int64_t>(task)), name);
    }
    double largest(InputTensor tensor) const {
        int64_t first = 0;
        for (const InputTensor other : kTensors) {
            if (other == tensor) break;
            first += tasks_of(other);
        }
        return *std::max_element(largest_.begin() + first, largest_.begin() + first + tasks_of(tensor));
    }

  private:
    struct Part {
        InputTensor tensor;
        int batch_index;
        TokenRun tokens;
    };
    int64_t row_bytes(InputTensor tensor) const {
        return int64_t{heads_of(problem_, tensor)} * problem_.head_dim * bytes_of(problem_.dtype);
    }
    int64_t blocks_of(InputTensor tensor) const {
        const int64_t rows = rows_[static_cast<size_t>(tensor)];
        return (problem_.seq_len + rows - 1) / rows;
    }
    int64_t tasks_of(InputTensor tensor) const { return blocks_of(tensor) * problem_.batch; }
    Part part_of(int64_t task) const {
        InputTensor tensor = InputTensor::q;
        for (const InputTensor next : {InputTensor::k, InputTensor::v}) {
            if (task < tasks_of(tensor)) break;
            task -= tasks_of(tensor);
            tensor = next;
        }
        const int64_t rows = rows_[static_cast<size_t>(tensor)];
        const int64_t first = task % blocks_of(tensor) * rows;
        return {tensor,
                static_cast<int>(task / blocks_of(tensor)),
                {first, 1, std::min(rows, problem_.seq_len - first)}};
    }
    void refuse(const Part& part, const std::string& name) const {
        std::vector<double> rows;
        read_as_double(problem_, source_, part.tensor, part.batch_index, part.tokens, rows);
        const auto at = std::find_if(rows.begin(), rows.end(), [](double x) { return !std::isfinite(x); });
        const int64_t element = at - rows.begin();
        const int64_t heads = heads_of(problem_, part.tensor), d = problem_.head_dim;
        throw Error(ErrorKind::bad_input,
                    name + ": " + name_of(part.tensor) + " is " +
                        (std::isnan(*at) ? "nan"
                         : *at > 0       ? "inf"
                                         : "-inf") +
                        " at batch " + std::to_string(part.batch_index) + ", token " +
                        std::to_string(part.tokens.first + element / (heads * d)) + ", head " +
                        std::to_string(element / d % heads) + ", element " + std::to_string(element % d) +
                        ": only finite numbers are allowed; --allow-nonfinite runs with them");
    }

    const Problem& problem_;
    const TensorSource& source_;
    int64_t rows_[3];                            // tokens of a task, by tensor
    std::vector<std::vector<uint32_t>> blocks_;  // by worker
    std::vector<double> largest_;                // by task
};

/// Looks for a pair whose score may leave F32, some queries against some keys at a time.
class PairSearch {
  public:
    PairSearch(const Problem& problem, const TensorSource& source, const std::string& name, double factor,
               const std::stop_token& stop)
        : problem_(problem), source_(source), name_(name), factor_(factor), look_(stop) {}

    void search() {
        for (int batch_index = 0; batch_index < problem_.batch; ++batch_index) {
            std::vector<double>
                largest_keys;  // of each block: a few large numbers are a few blocks to look at
            for (int64_t key = 0; key < problem_.seq_len; key += kPairTokens) {
                read(InputTensor::k, batch_index, key, keys_);
                largest_keys.push_back(largest_in(keys_));
            }
            for (int64_t query = 0; query < problem_.seq_len; query += kPairTokens) {
                read(InputTensor::q, batch_index, query, queries_);
                const double largest_query = largest_in(queries_);
                for (size_t block = 0; block < largest_keys.size(); ++block) {
                    look_(1);
                    if (is_within(largest_query, largest_keys[block])) continue;
                    read(InputTensor::k, batch_index, static_cast<int64_t>(block) * kPairTokens, keys_);
                    search_block(batch_index);
                }
            }
        }
    }

  private:
    struct Rows {
        TokenRun tokens;
        int heads = 0;
        std::vector<double> elements;  // magnitudes
        std::vector<double> largest;   // of each row
        size_t row(int64_t token, int head) const {
            return static_cast<size_t>((token - tokens.first) * heads + head);
        }
    };

    static double largest_in(const Rows& rows) {
        return *std::max_element(rows.largest.begin(), rows.largest.end());
    }
    /// Whether no score of elements up to these can leave F32.
    bool is_within(double largest_query, double largest_key) const {
        return factor_ * problem_.head_dim * largest_query * largest_key <= kLargestScore;
    }

    void read(InputTensor tensor, int batch_index, int64_t first, Rows& rows) const {
        rows.tokens = {first, 1, std::min(kPairTokens, problem_.seq_len - first)};
        rows.heads = heads_of(problem_, tensor);
        rows.elements.clear();
        read_as_double(problem_, source_, tensor, batch_index, rows.tokens, rows.elements);
        for (double& x : rows.elements) x = std::abs(x);
        const auto d = static_cast<std::ptrdiff_t>(problem_.head_dim);
        rows.largest.clear();
        for (auto at = rows.elements.begin(); at != rows.elements.end(); at += d)
            rows.largest.push_back(*std::max_element(at, at + d));
    }

    void search_block(int batch_index) {
        for (const Pattern& pattern : problem_.patterns)
            for (int64_t query = queries_.tokens.first; query <= queries_.tokens.last(); ++query)
                for (int64_t key = keys_.tokens.first; key <= keys_.tokens.last(); ++key) {
                    look_(static_cast<int64_t>(pattern.heads.size()));
                    if (!problem_.allowed(pattern, query, key)) continue;
                    for (const int head : pattern.heads) look_at(batch_index, head, query, key);
                }
    }

    void look_at(int batch_index, int head, int64_t query, int64_t key) const {
        const auto d = static_cast<size_t>(problem_.head_dim);
        const size_t q = queries_.row(query, head), k = keys_.row(key, problem_.kv_head_of(head));
        if (is_within(queries_.largest[q], keys_.largest[k])) return;
        double sum = 0;
        for (size_t i = 0; i < d; ++i) sum += queries_.elements[q * d + i] * keys_.elements[k * d + i];
        if (factor_ * sum <= kLargestScore) return;
        throw Error(ErrorKind::bad_input,
                    name_ + ": the score of query token " + std::to_string(query) + " and key token " +
                        std::to_string(key) + " (batch " + std::to_string(batch_index) + ", head " +
                        std::to_string(head) + ") is beyond F32: its terms add up to " +
                        error_text(factor_ * sum) + ", and at most " + error_text(kLargestScore) +
                        " is allowed; smaller q, k or problem.softmax_scale helps");
    }

    const Problem& problem_;
    const TensorSource& source_;
    const std::string& name_;
    double factor_;
    StopCheck look_;
    Rows queries_, keys_;
};

}  // namespace

void require_usable(const Problem& problem, const TensorSource& source, const std::string& name, int threads,
                    const std::stop_token& stop) {
    std::atomic<bool> stopped{stop.stop_requested()};
    const std::stop_callback on_stop(stop, [&stopped] { stopped.store(true); });
    ScanJob scan(problem, source, threads);
    {
        WorkerPool pool(threads, stopped);
        WorkerPool::Submission(pool, scan).wait();
    }
    if (stopped.load()) throw Error(ErrorKind::cancelled, "cancelled while the inputs were looked at");
    scan.require_finite(name);
    constexpr double kLog2E = 1.4426950408889634;
    const double factor = std::max(1.0, std::abs(problem.softmax_scale) * kLog2E);
    const double most =
        factor * problem.head_dim * scan.largest(InputTensor::q) * scan.largest(InputTensor::k);
    if (most > kLargestScore) PairSearch(problem, source, name, factor, stop).search();
}

}  // namespace ringscope
