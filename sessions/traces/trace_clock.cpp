#include "sessions/traces/trace_clock.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

// 2000-01-01 and 2100-01-01 in ns since 1970. No machine has run so long that the time since its start lies between.
constexpr int64_t kYear2000 = 946'684'800'000'000'000;
constexpr int64_t kYear2100 = 4'102'444'800'000'000'000;

/// Two files of one recording lie less far apart, unless their clocks have nothing in common.
constexpr int64_t kFarApartNs = 3'600'000'000'000;

int64_t add(int64_t a, int64_t b) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? INT64_MAX : INT64_MIN;
}

int64_t subtract(int64_t a, int64_t b) {
    int64_t difference = 0;
    if (!__builtin_sub_overflow(a, b, &difference)) return difference;
    return b < 0 ? INT64_MAX : INT64_MIN;
}

bool is_since_1970(int64_t time_ns) { return time_ns >= kYear2000 && time_ns < kYear2100; }

/// Traces whose times count from the same moment.
struct Group {
    std::string source;
    std::vector<size_t> traces;
};

/// What tells that two files belong together: a name of their job, or ranks of as many. "" when nothing does.
std::string job_of(const TraceStart& trace) {
    if (!trace.job.empty()) return "job " + trace.job;
    if (trace.rank && trace.world_size) return std::to_string(*trace.world_size) + " ranks";
    return "";
}

/// Two files of one rank are two recordings, not one job, unless the job has a name.
bool has_a_rank_twice(std::span<const TraceStart> traces, const std::vector<size_t>& group) {
    std::set<int64_t> ranks;
    return std::any_of(group.begin(), group.end(), [&](size_t i) {
        return traces[i].job.empty() && traces[i].rank && !ranks.insert(*traces[i].rank).second;
    });
}

class Clock {
  public:
    explicit Clock(std::span<const TraceStart> traces) : traces_(traces), start_(traces.size()) {
        for (size_t i = 0; i < traces.size(); ++i) start_[i] = traces[i].first_event_ns;
        group_since_1970();
        group_by_job();
        for (const size_t i : alone_) groups_.push_back({"", {i}});
    }

    TraceClock result() {
        TraceClock clock;
        clock.begin_ns.resize(traces_.size());
        for (const Group& group : groups_) place(group, clock);
        for (size_t i = 0; i < traces_.size(); ++i)
            clock.begin_ns[i] = add(clock.begin_ns[i], traces_[i].offset_ns);
        if (!clock.begin_ns.empty()) {
            const int64_t first = *std::min_element(clock.begin_ns.begin(), clock.begin_ns.end());
            for (int64_t& begin : clock.begin_ns) begin = subtract(begin, first);
        }
        clock.source = source();
        note_alone(clock);
        return clock;
    }

  private:
    void group_since_1970() {
        Group with_base{"time since 1970 (baseTimeNanoseconds)", {}}, plain{"time since 1970", {}};
        for (size_t i = 0; i < traces_.size(); ++i) {
            const TraceStart& trace = traces_[i];
            const int64_t since =
                trace.base_time_ns ? add(*trace.base_time_ns, trace.first_event_ns) : trace.first_event_ns;
            if (!trace.base_time_ns && !is_since_1970(add(since, trace.dense_begin_ns))) {
                rest_.push_back(i);
                continue;
            }
            start_[i] = since;
            (trace.base_time_ns ? with_base : plain).traces.push_back(i);
        }
        // A base that counts from anything but 1970 is one clock too, when all have it; else it is not that of the others.
        const bool mixed = !with_base.traces.empty() && !plain.traces.empty();
        const bool same = std::all_of(with_base.traces.begin(), with_base.traces.end(),
                                      [&](size_t i) { return is_since_1970(start_[i]); });
        if (mixed && same) {
            with_base.source += " and times that count from 1970 themselves";
            with_base.traces.insert(with_base.traces.end(), plain.traces.begin(), plain.traces.end());
            plain.traces.clear();
        }
        for (Group* group : {&with_base, &plain})
            if (group->traces.size() > 1)
                groups_.push_back(std::move(*group));
            else
                alone_.insert(alone_.end(), group->traces.begin(), group->traces.end());
    }

    void group_by_job() {
        std::map<std::string, std::vector<size_t>> jobs;
        for (const size_t i : rest_) {
            const std::string job = job_of(traces_[i]);
            if (job.empty())
                alone_.push_back(i);
            else
                jobs[job].push_back(i);
        }
        for (auto& [job, members] : jobs) {
            if (members.size() > 1 && !has_a_rank_twice(traces_, members))
                groups_.push_back({"the files' own times, being of one " +
                                       (job.starts_with("job ") ? job : "job of " + job),
                                   members});
            else
                alone_.insert(alone_.end(), members.begin(), members.end());
        }
    }

    /// Every group begins at 0: nothing tells where one stands to another.
    void place(const Group& group, TraceClock& clock) const {
        int64_t first = INT64_MAX;
        for (const size_t i : group.traces) first = std::min(first, start_[i]);
        std::vector<size_t> order = group.traces;
        std::stable_sort(order.begin(), order.end(),
                         [&](size_t a, size_t b) { return start_[a] < start_[b]; });
        int64_t covered = INT64_MAX;
        for (const size_t i : order) {
            clock.begin_ns[i] = subtract(start_[i], first);
            const int64_t gap = covered == INT64_MAX ? 0 : subtract(clock.begin_ns[i], covered);
            const int64_t end = add(clock.begin_ns[i], traces_[i].length_ns);
            covered = covered == INT64_MAX ? end : std::max(covered, end);
            if (gap > kFarApartNs)
                clock.notes.push_back({"files that begin more than an hour after the others have ended", 1,
                                       traces_[i].name + ": " + nanoseconds_text(gap)});
        }
    }

    std::string source() const {
        if (traces_.empty()) return "";
        if (traces_.size() == 1) return "the file's own first event";
        std::string text;
        for (const Group& group : groups_)
            if (group.traces.size() > 1) text += (text.empty() ? "" : "; ") + group.source;
        if (text.empty()) text = "none: every file begins at its own first event";
        const bool moved = std::any_of(traces_.begin(), traces_.end(),
                                       [](const TraceStart& trace) { return trace.offset_ns != 0; });
        return text + (moved ? "; offsets set by hand" : "");
    }

    void note_alone(TraceClock& clock) const {
        const bool has_common = std::any_of(groups_.begin(), groups_.end(),
                                            [](const Group& group) { return group.traces.size() > 1; });
        if (!has_common) return;
        if (!alone_.empty())
            clock.notes.push_back({"files that are not on the common clock, put where it begins",
                                   static_cast<int64_t>(alone_.size()), traces_[alone_.front()].name});
        const auto several = std::count_if(groups_.begin(), groups_.end(),
                                           [](const Group& group) { return group.traces.size() > 1; });
        if (several > 1)
            clock.notes.push_back(
                {"clocks that nothing relates to each other, put where the first begins", several, ""});
    }

    std::span<const TraceStart> traces_;
    std::vector<int64_t> start_;  // of each trace, on its group's clock
    std::vector<Group> groups_;
    std::vector<size_t> rest_, alone_;
};

}  // namespace

TraceStart start_of(const ImportedTrace& trace) {
    return {trace.name, trace.first_event_ns, trace.length_ns, trace.dense_begin_ns, trace.base_time_ns,
            trace.rank, trace.world_size,     trace.job,       trace.offset_ns};
}

TraceClock common_clock(std::span<const TraceStart> traces) { return Clock(traces).result(); }

std::vector<size_t> rank_order(std::span<const TraceStart> traces) {
    std::vector<size_t> order(traces.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::set<int64_t> ranks;
    for (const TraceStart& trace : traces)
        if (!trace.rank || !ranks.insert(*trace.rank).second) return order;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return traces[a].rank < traces[b].rank; });
    return order;
}

}  // namespace ringscope
