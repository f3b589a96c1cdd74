#include "sessions/traces/rank_export.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/experiment/experiment_text.h"
#include "sessions/atomic_file.h"
#include "sessions/path_error.h"
#include "sessions/temporary_file.h"
#include "sessions/traces/trace_writing.h"

namespace ringscope {

namespace {

constexpr int kHostThread = 1;
constexpr int kFirstStream = 7;  // the number of torch's default stream; 0 would read as "none"

bool is_transfer(SpanKind kind) {
    return kind == SpanKind::send || kind == SpanKind::receive || kind == SpanKind::collective;
}

/// Microseconds from 1970 need more digits than a double has: the base says where the clock is zero.
int64_t base_time_ns(const Run& run) { return run.started_utc_ms * 1'000'000; }

/// Stands in every file of the run, and in no other run's.
std::string job_of(const Run& run) {
    return "ringscope " + std::to_string(run.started_utc_ms) + " " + run.machine.host + " " +
           settings_line(run.experiment);
}

class RankWriter {
  public:
    RankWriter(const Run& run, int rank, const std::string& path, const std::stop_token& stop)
        : run_(run), rank_(rank), file_(path, stop) {
        for (const Span& span : run.trace.spans) {
            steps_ = std::max(steps_, step_number(span) + 1);
            if (span.rank == rank) spans_.push_back(&span);
        }
    }

    void write(const std::string& name) {
        // Analysers look for '"rank": 3' with its blank.
        file_.write("{\"schemaVersion\":1,\"displayTimeUnit\":\"ms\",\n\"distributedInfo\": {\"backend\": " +
                    json_text(run_.transport) + ", \"rank\": " + std::to_string(rank_) +
                    ", \"world_size\": " + std::to_string(run_.schedule->ranks) +
                    "},\n\"baseTimeNanoseconds\":" + std::to_string(base_time_ns(run_)) +
                    ",\"job\":" + json_text(job_of(run_)) + ",\"host_name\":" + json_text(run_.machine.host) +
                    ",\"traceName\":" + json_text(name) +
                    ",\n\"otherData\":{\"settings\":" + json_text(settings_line(run_.experiment)) +
                    ",\"version\":" + json_text(run_.version) + "},\n\"traceEvents\":[");
        for (const Span* span : spans_) write_span(*span);
        write_steps();
        write_names();
        for (const MemorySample& sample : run_.trace.memory)
            if (sample.rank == rank_) write_memory(sample);
        file_.write("\n]}\n");
        file_.commit();
    }

  private:
    /// Of the rank's thread: numbers as those of operating systems, apart from devices.
    std::string host() const {
        return "\"pid\":" + std::to_string(1'000'000 + rank_) + ",\"tid\":" + std::to_string(kHostThread);
    }
    std::string device(int stream) const {
        return "\"pid\":" + std::to_string(rank_) + ",\"tid\":" + std::to_string(stream);
    }
    static std::string times(int64_t begin_ns, int64_t end_ns) {
        return ",\"ts\":" + microseconds(begin_ns) + ",\"dur\":" + microseconds(end_ns - begin_ns);
    }
    static std::string name_and_category(const std::string& name, const char* category) {
        return "\"ph\":\"X\",\"cat\":\"" + std::string(category) + "\",\"name\":" + json_text(name) + ",";
    }

    static std::string kernel_name(const Span& span) {
        if (span.kind == SpanKind::collective) return "ncclDevKernel_AllGather";
        if (is_transfer(span.kind)) return "ncclDevKernel_SendRecv";
        return std::string(name_of(span.kind)) + " step " + std::to_string(span.step);
    }

    void write_span(const Span& span) {
        std::string args = "\"step\":" + std::to_string(span.step);
        if (span.owner >= 0) args += ",\"chunk_of_rank\":" + std::to_string(span.owner);
        if (span.peer >= 0) args += ",\"peer\":" + std::to_string(span.peer);
        if (span.kind == SpanKind::wait) {
            events_.add(name_and_category("wait for " + std::string(name_of(span.cause)), "cuda_runtime") +
                        host() + times(span.begin_ns, span.end_ns) + ",\"args\":{" + args +
                        ",\"cause\":" + json_text(name_of(span.cause)) + "}");
            return;
        }
        const int64_t correlation = ++correlation_;
        const std::string joined = ",\"correlation\":" + std::to_string(correlation);
        events_.add(name_and_category("cudaLaunchKernel", "cuda_runtime") + host() +
                    times(span.begin_ns, span.begin_ns) +
                    ",\"args\":{\"External id\":" + std::to_string(correlation) + joined + "}");
        if (is_transfer(span.kind)) args += ",\"direction\":" + json_text(name_of(span.kind));
        if (span.transfer >= 0) args += ",\"transfer\":" + std::to_string(span.transfer);
        if (span.bytes > 0) args += ",\"bytes\":" + std::to_string(span.bytes);
        const int stream = stream_of(span);
        events_.add(name_and_category(kernel_name(span), "kernel") + device(stream) +
                    times(span.begin_ns, span.end_ns) + ",\"args\":{" + args + joined +
                    ",\"External id\":" + std::to_string(correlation) +
                    ",\"device\":" + std::to_string(rank_) + ",\"stream\":" + std::to_string(stream) + "}");
    }

    /// Work shares the first streams, whatever its kind; each kind of transfer has its own.
    int stream_of(const Span& span) {
        const SpanKind kind = is_transfer(span.kind) ? span.kind : SpanKind::compute;
        Span laid_out = span;
        laid_out.kind = kind;
        const int track = tracks_.track_of(laid_out);
        const int stream = kFirstStream + track +
                           (kind == SpanKind::compute ? 0 : (static_cast<int>(kind) + 1) * kTracksOfKind);
        streams_.try_emplace(stream, std::string(kind == SpanKind::compute ? "work" : name_of(kind)) +
                                         (track > 0 ? " " + std::to_string(track + 1) : ""));
        return stream;
    }

    /// The steps of the backward pass come after those of the forward pass.
    int step_number(const Span& span) const {
        return static_cast<int>(span.pass) * run_.schedule->steps + span.step;
    }

    /// From the first of a step's work or waiting to that of the next step. A transfer serves a later step than the
    /// one that it is in, and bounds none.
    void write_steps() {
        std::map<int, int64_t> begins;  // by number
        int64_t last_ns = 0;
        for (const Span* span : spans_) {
            last_ns = std::max(last_ns, span->end_ns);
            if (is_transfer(span->kind)) continue;
            const auto [at, is_new] = begins.try_emplace(step_number(*span), span->begin_ns);
            if (!is_new) at->second = std::min(at->second, span->begin_ns);
        }
        std::vector<std::pair<int64_t, int>> steps;
        for (const auto& [step, begin_ns] : begins) steps.emplace_back(begin_ns, step);
        std::sort(steps.begin(), steps.end());
        for (size_t i = 0; i < steps.size(); ++i)
            write_step(steps[i].second, steps[i].first, i + 1 < steps.size() ? steps[i + 1].first : last_ns);
        // HolisticTraceAnalysis takes the last step for one that was cut off, and leaves it out.
        write_step(steps_, last_ns, last_ns);
    }

    void write_step(int number, int64_t begin_ns, int64_t end_ns) {
        events_.add(name_and_category("ProfilerStep#" + std::to_string(number), "user_annotation") + host() +
                    times(begin_ns, end_ns) + ",\"args\":{}");
    }

    void metadata(const std::string& place, const char* name, const std::string& args) {
        events_.add("\"ph\":\"M\",\"ts\":0.000,\"name\":\"" + std::string(name) + "\"," + place +
                    ",\"args\":{" + args + "}");
    }

    void write_names() {
        const std::string rank = std::to_string(rank_);
        metadata(host(), "process_name", "\"name\":\"rank " + rank + "\"");
        metadata(host(), "process_labels", "\"labels\":\"CPU\"");
        metadata(host(), "process_sort_index", "\"sort_index\":" + std::to_string(2 * rank_));
        metadata(host(), "thread_name", "\"name\":\"rank " + rank + "\"");
        metadata(device(0), "process_name", "\"name\":\"rank " + rank + "\"");
        metadata(device(0), "process_labels", "\"labels\":" + json_text(run_.device + " " + rank));
        metadata(device(0), "process_sort_index", "\"sort_index\":" + std::to_string(2 * rank_ + 1));
        for (const auto& [stream, name] : streams_) {
            metadata(device(stream), "thread_name",
                     "\"name\":" + json_text("stream " + std::to_string(stream) + " " + name));
            metadata(device(stream), "thread_sort_index", "\"sort_index\":" + std::to_string(stream));
        }
    }

    void write_memory(const MemorySample& sample) {
        std::string args;
        for (int purpose = 0; purpose < kPurposes; ++purpose)
            args += (purpose ? "," : "") + json_text(name_of(static_cast<Purpose>(purpose))) + ":" +
                    std::to_string(sample.live[static_cast<size_t>(purpose)]);
        events_.add("\"ph\":\"C\",\"name\":\"memory (bytes)\"," + host() +
                    ",\"ts\":" + microseconds(sample.time_ns) + ",\"args\":{" + args + "}");
    }

    const Run& run_;
    int rank_;
    AtomicFile file_;
    EventList events_{file_};
    std::vector<const Span*> spans_;
    SpanTracks tracks_;
    std::map<int, std::string> streams_;  // that were used, and what they do
    int64_t correlation_ = 0;
    int steps_ = 0;  // of the run
};

/// A folder of its own inside a private one: it gets the permissions that new folders have, and goes with its files
/// unless it was moved.
class NewFolder {
  public:
    explicit NewFolder(const std::string& target)
        : target_(target), around_(target), path_(around_.file("ranks")) {
        std::error_code problem;
        std::filesystem::create_directory(path_, problem);
        if (problem) fail_to_write(target, problem.value());
    }
    ~NewFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    void become_target() {
        if (std::rename(path_.c_str(), target_.c_str()) != 0) fail_to_write(target_, errno);
    }

  private:
    std::string target_;
    TemporaryFolder around_;
    std::string path_;
};

std::string without_last_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}  // namespace

void require_new_folder(const std::string& path) {
    const std::string folder = without_last_slash(path);
    std::error_code problem;
    const auto status = std::filesystem::symlink_status(folder, problem);
    if (status.type() == std::filesystem::file_type::not_found) {
        const std::string missing = missing_folder(folder);
        if (!missing.empty()) throw Error(ErrorKind::bad_input, "cannot write " + folder + ": " + missing);
        return;
    }
    const bool is_folder = status.type() == std::filesystem::file_type::directory;
    if (!is_folder || !std::filesystem::is_empty(folder, problem) || problem)
        throw Error(ErrorKind::bad_input,
                    "cannot write " + folder +
                        ": a file for each rank needs a new or an empty folder, and this is " +
                        (is_folder ? "a folder with files in it" : "none"));
}

void export_rank_traces(const Run& run, const std::string& name, const std::string& path,
                        const std::stop_token& stop) {
    const std::string folder = without_last_slash(path);
    if (!run.schedule)
        throw Error(ErrorKind::bad_input,
                    "cannot export " + folder + ": the run was never planned, so it has no trace");
    require_new_folder(folder);
    sweep_temporaries(folder);
    NewFolder ranks(folder);
    for (int rank = 0; rank < run.schedule->ranks; ++rank)
        RankWriter(run, rank, ranks.file("rank-" + std::to_string(rank) + ".json"), stop).write(name);
    ranks.become_target();
}

}  // namespace ringscope
