#include "tests/fixtures.h"

#include <algorithm>
#include <limits>

#include "engine/run/replayed_figures.h"

namespace ringscope::testing {

namespace {

constexpr double kFlopsPerNs = 8;  // of a rank's compute
constexpr double kBytesPerNs = 4;  // of a link
constexpr int64_t kPackNs = 500;   // before step 0, when something travels
constexpr int64_t kMergeNs = 300;  // at the end of every step but the first

int64_t nanoseconds(double amount, double a_ns) {
    return std::max<int64_t>(1, static_cast<int64_t>(amount / a_ns));
}

/// Fills a trace step by step: in a step every rank packs or merges, computes, and receives for the next
/// step; with overlap the receive begins with the step, without it after the compute. The step ends for all
/// when the last is done.
class TraceMaker {
  public:
    TraceMaker(Run& run, const FixtureOptions& options)
        : run_(run), schedule_(*run.schedule), options_(options) {
        run.trace.transfers.resize(schedule_.transfers.size());
        spans_.resize(static_cast<size_t>(schedule_.ranks));
        memory_.resize(spans_.size());
    }

    void make() {
        int64_t now = 0;
        if (schedule_.strategy == Strategy::all_gather) now = gather();
        const int last = options_.state == RunState::done ? schedule_.steps : (schedule_.steps + 1) / 2;
        for (int step = 0; step < last; ++step) now = make_step(step, now);
        run_.trace.wall_ns = now;
        for (auto& spans : spans_) {
            std::stable_sort(spans.begin(), spans.end(),
                             [](const Span& a, const Span& b) { return a.begin_ns < b.begin_ns; });
            run_.trace.spans.insert(run_.trace.spans.end(), spans.begin(), spans.end());
        }
        for (auto& samples : memory_)
            run_.trace.memory.insert(run_.trace.memory.end(), samples.begin(), samples.end());
        run_.metrics = derive_metrics(schedule_, run_.trace, counters());
    }

  private:
    bool overlap() const { return schedule_.experiment.ring.overlap; }

    void add(int rank, int step, SpanKind kind, int64_t begin, int64_t end, int transfer = -1,
             WaitCause cause = WaitCause::none) {
        Span span;
        span.rank = rank;
        span.step = step;
        span.kind = kind;
        span.cause = cause;
        span.begin_ns = begin;
        span.end_ns = end;
        span.transfer = transfer;
        if (transfer >= 0) {
            const Transfer& t = schedule_.transfers[static_cast<size_t>(transfer)];
            span.peer = t.from == rank ? t.to : t.from;
            span.bytes = t.bytes;
            span.payload = t.payload;
        }
        if (kind == SpanKind::pack) span.payload = Payload::kv;
        spans_[static_cast<size_t>(rank)].push_back(span);
    }

    void sample(int rank, int step, int64_t time) {
        const RankPlan& plan = schedule_.rank_plans[static_cast<size_t>(rank)];
        MemorySample s;
        s.rank = rank;
        s.step = step;
        s.time_ns = time;
        s.live = plan.predicted;
        s.peak_total = plan.predicted_peak_bytes();
        memory_[static_cast<size_t>(rank)].push_back(s);
    }

    /// Sends and receives everything that is used in `step`, from `begin` on; returns when each rank has all
    /// of it.
    std::vector<int64_t> exchange(int step, const std::vector<int64_t>& begin) {
        std::vector<int64_t> done = begin;
        for (size_t i = 0; i < schedule_.transfers.size(); ++i) {
            const Transfer& t = schedule_.transfers[i];
            if (t.step != step) continue;
            const auto to = static_cast<size_t>(t.to);
            const int64_t ready = begin[static_cast<size_t>(t.from)];
            const int64_t start = std::max(done[to], ready);
            const int64_t end = start + nanoseconds(static_cast<double>(t.bytes), kBytesPerNs);
            add(t.from, std::max(0, step - 1), SpanKind::send, start, end, static_cast<int>(i));
            add(t.to, std::max(0, step - 1), SpanKind::receive, start, end, static_cast<int>(i));
            run_.trace.transfers[i] = {begin[to], ready, start, end};
            done[to] = end;
        }
        return done;
    }

    int64_t gather() {
        const std::vector<int64_t> start(spans_.size(), 0);
        const std::vector<int64_t> done = exchange(0, start);
        const int64_t end = *std::max_element(done.begin(), done.end());
        for (size_t rank = 0; rank < done.size(); ++rank) {
            wait(static_cast<int>(rank), 0, done[rank], end);
        }
        return end;
    }

    void wait(int rank, int step, int64_t begin, int64_t end) {
        if (end <= begin) return;
        add(rank, step, SpanKind::wait, begin, end, -1, WaitCause::late_peer);
        spans_[static_cast<size_t>(rank)].back().peer = (rank + 1) % schedule_.ranks;
    }

    int64_t compute(int rank, int step, int64_t begin) {
        const RankPlan& plan = schedule_.rank_plans[static_cast<size_t>(rank)];
        const RankStep& work = plan.steps[static_cast<size_t>(step)];
        const double slow = rank == schedule_.ranks - 1 ? options_.slowness : 1;
        int64_t now = begin;
        const bool packs = step == 0 && schedule_.strategy == Strategy::ring && !work.pieces.empty();
        if (packs) {
            add(rank, step, SpanKind::pack, now, now + kPackNs);
            now += kPackNs;
        }
        const int64_t pieces = static_cast<int64_t>(work.work.size()) * options_.spans_per_work;
        const int64_t each =
            pieces ? nanoseconds(work.flops * slow / static_cast<double>(pieces), kFlopsPerNs) : 0;
        for (int64_t i = 0; i < pieces; ++i, now += each) {
            add(rank, step, SpanKind::compute, now, now + each);
            spans_[static_cast<size_t>(rank)].back().owner =
                work.work[static_cast<size_t>(i / options_.spans_per_work)].owner;
        }
        if (step > 0 && pieces > 0) {
            add(rank, step, SpanKind::merge, now, now + kMergeNs);
            now += kMergeNs;
        }
        return now;
    }

    int64_t make_step(int step, int64_t begin) {
        std::vector<int64_t> computed;
        for (int rank = 0; rank < schedule_.ranks; ++rank) {
            sample(rank, step, begin);
            computed.push_back(compute(rank, step, begin));
        }
        const bool more = schedule_.strategy == Strategy::ring && step + 1 < schedule_.steps;
        const std::vector<int64_t> start =
            overlap() ? std::vector<int64_t>(computed.size(), begin + kPackNs) : computed;
        const std::vector<int64_t> received = more ? exchange(step + 1, start) : computed;
        int64_t end = begin;
        for (size_t rank = 0; rank < computed.size(); ++rank)
            end = std::max({end, computed[rank], received[rank]});
        for (size_t rank = 0; rank < computed.size(); ++rank) {
            const int64_t own_end = std::max(computed[rank], received[rank]);
            wait(static_cast<int>(rank), step, own_end, end);
            sample(static_cast<int>(rank), step, end);
        }
        return end;
    }

    std::vector<RankCounters> counters() const {
        std::vector<RankCounters> all(spans_.size());
        for (size_t rank = 0; rank < all.size(); ++rank) {
            const RankPlan& plan = schedule_.rank_plans[rank];
            all[rank].peak_by_purpose = plan.predicted;
            all[rank].peak_bytes = plan.predicted_peak_bytes();
            for (const Span& span : spans_[rank])
                if (span.kind == SpanKind::compute)
                    all[rank].core_seconds += static_cast<double>(span.end_ns - span.begin_ns) * 1e-9;
        }
        return all;
    }

    Run& run_;
    const Schedule& schedule_;
    const FixtureOptions& options_;
    std::vector<std::vector<Span>> spans_;
    std::vector<std::vector<MemorySample>> memory_;
};

class FixtureOutput : public RunOutput {
  public:
    explicit FixtureOutput(const Problem& problem) : problem_(problem), row_(problem.head_dim) {
        const int64_t rows = int64_t{problem.batch} * problem.seq_len * problem.heads;
        for (int64_t i = 0; i < rows * problem.head_dim; ++i)
            values_.push_back(static_cast<float>(i % 1021) / 64);
    }
    const float* o_row(int batch_index, int64_t token, int head) const override {
        return values_.data() + ((batch_index * problem_.seq_len + token) * problem_.heads + head) * row_;
    }
    float lse(int batch_index, int head, int64_t token) const override {
        if (token % 7 == 3) return -std::numeric_limits<float>::infinity();
        return static_cast<float>((batch_index * problem_.heads + head) * problem_.seq_len + token) / 8;
    }

  private:
    Problem problem_;
    int64_t row_;
    std::vector<float> values_;
};

Verification fixture_verification(const Schedule& schedule, bool passed) {
    Verification v;
    v.total_rows = int64_t{schedule.problem.batch} * schedule.problem.seq_len * schedule.problem.heads;
    v.checked_rows = std::min<int64_t>(v.total_rows, 4096);
    v.max_abs_error = passed ? 2e-6 : 0.5;
    v.relative_error = passed ? 3e-7 : 0.1;
    v.max_lse_error = passed ? 1e-6 : 0.25;
    v.max_row_relative_error = passed ? 2e-6 : 0.6;
    v.wrong_o_rows = passed ? 0 : 17;
    v.worst_o = {0, 0, 5, v.max_abs_error, 4e-6};
    v.worst_lse = {0, 0, 3, passed ? 1e-6 : 2e-6, 5e-6};
    v.passed = passed;
    return v;
}

}  // namespace

std::shared_ptr<Run> make_fixture_run(const Experiment& experiment, const FixtureOptions& options) {
    auto run = std::make_shared<Run>();
    run->experiment = experiment;
    run->schedule = std::make_shared<const Schedule>(plan(experiment));
    run->state = options.state;
    run->device = "cpu";
    run->kernel = "fixture";
    run->transport = "shared";
    run->threads = 2;
    run->machine = {"fixture-host", "Fixture CPU", 2, int64_t{8} << 30, "Fixture OS"};
    run->version = "0.1.0";
    run->started_utc_ms = 1'760'000'000'000;
    TraceMaker(*run, options).make();
    if (options.state == RunState::done) {
        add_replayed_figures(*run);
        if (options.verified) run->verification = fixture_verification(*run->schedule, options.verify_passed);
    } else {
        run->metrics = {};
        const bool failed = options.state == RunState::failed;
        run->error_kind = failed ? ErrorKind::run_failed : ErrorKind::cancelled;
        run->error = failed ? "rank 1 waited 30 s in step 1 for rank 0, which never sent" : "cancelled";
    }
    return run;
}

std::shared_ptr<const RunOutput> make_fixture_output(const Problem& problem) {
    return std::make_shared<FixtureOutput>(problem);
}

}  // namespace ringscope::testing
