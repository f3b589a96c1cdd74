#include "sessions/traces/perfetto_export.h"

#include <algorithm>
#include <vector>

#include "engine/base/error.h"
#include "engine/experiment/experiment_text.h"
#include "sessions/atomic_file.h"
#include "sessions/traces/trace_writing.h"

namespace ringscope {

namespace {

class Writer {
  public:
    Writer(const Run& run, const std::string& path, const std::stop_token& stop)
        : run_(run), file_(path, stop) {}

    void write(const std::string& name) {
        const int ranks = run_.schedule->ranks;
        // A rank only where the file is of one: with several, the processes are named after them.
        file_.write(
            "{\"displayTimeUnit\":\"ns\",\"distributedInfo\":{\"backend\":" + json_text(run_.transport) +
            (ranks == 1 ? ",\"rank\":0" : "") + ",\"world_size\":" + std::to_string(ranks) +
            "},\n\"otherData\":{\"name\":" + json_text(name) + ",\"settings\":" +
            json_text(settings_line(run_.experiment)) + ",\"version\":" + json_text(run_.version) +
            ",\"host\":" + json_text(run_.machine.host) + "},\n\"traceEvents\":[");
        size_t next = 0;
        const std::vector<Span>& spans = run_.trace.spans;
        for (int rank = 0; rank < ranks; ++rank) {
            SpanTracks lanes;
            for (; next < spans.size() && spans[next].rank == rank; ++next) write_span(spans[next], lanes);
            write_names(rank, lanes);
        }
        for (const MemorySample& sample : run_.trace.memory) write_memory(sample);
        file_.write("\n]}\n");
        file_.commit();
    }

  private:
    static std::string where(int rank, int thread) {
        return "\"pid\":" + std::to_string(rank) + ",\"tid\":" + std::to_string(thread);
    }

    void write_span(const Span& span, SpanTracks& lanes) {
        const int thread = static_cast<int>(span.kind) * kTracksOfKind + lanes.track_of(span);
        std::string name = std::string(name_of(span.kind)) + " step " + std::to_string(span.step);
        std::string args = "\"step\":" + std::to_string(span.step);
        if (span.kind == SpanKind::wait) {
            name = std::string("wait for ") + name_of(span.cause);
            args += ",\"cause\":" + json_text(name_of(span.cause));
        }
        if (span.owner >= 0) args += ",\"chunk_of_rank\":" + std::to_string(span.owner);
        if (span.peer >= 0) args += ",\"peer\":" + std::to_string(span.peer);
        if (span.transfer >= 0) args += ",\"transfer\":" + std::to_string(span.transfer);
        if (span.bytes > 0) args += ",\"bytes\":" + std::to_string(span.bytes);
        const std::string place = where(span.rank, thread);
        events_.add("\"ph\":\"X\",\"name\":" + json_text(name) + ",\"cat\":" + json_text(name_of(span.kind)) +
                    "," + place + ",\"ts\":" + microseconds(span.begin_ns) +
                    ",\"dur\":" + microseconds(span.end_ns - span.begin_ns) + ",\"args\":{" + args + "}");
        write_flow(span, place);
    }

    /// A flow's ends must lie inside their slices: it leaves with the send's first byte and arrives with the
    /// receive's last, one nanosecond before that slice ends.
    void write_flow(const Span& span, const std::string& place) {
        if (span.transfer < 0 || (span.kind != SpanKind::send && span.kind != SpanKind::receive)) return;
        if (!joined(span.transfer)) return;
        const std::string common =
            ",\"name\":\"K/V\",\"cat\":\"transfer\",\"id\":" + std::to_string(span.transfer) + "," + place;
        if (span.kind == SpanKind::send)
            events_.add("\"ph\":\"s\"" + common + ",\"ts\":" + microseconds(span.begin_ns));
        else
            events_.add("\"ph\":\"f\",\"bp\":\"e\"" + common +
                        ",\"ts\":" + microseconds(std::max(span.begin_ns, span.end_ns - 1)));
    }

    /// Whether the transfer has a send as well as a receive; a cancelled run may have only one of them.
    bool joined(int transfer) {
        if (ends_.empty()) {
            ends_.resize(run_.schedule->transfers.size());
            for (const Span& span : run_.trace.spans) {
                if (span.transfer < 0 || static_cast<size_t>(span.transfer) >= ends_.size()) continue;
                if (span.kind == SpanKind::send) ends_[static_cast<size_t>(span.transfer)] |= 1;
                if (span.kind == SpanKind::receive) ends_[static_cast<size_t>(span.transfer)] |= 2;
            }
        }
        return static_cast<size_t>(transfer) < ends_.size() && ends_[static_cast<size_t>(transfer)] == 3;
    }

    void metadata(const std::string& place, const std::string& name, const std::string& args) {
        events_.add("\"ph\":\"M\",\"name\":\"" + name + "\"," + place + ",\"args\":{" + args + "}");
    }

    void write_names(int rank, const SpanTracks& lanes) {
        const std::string process = where(rank, 0);
        metadata(process, "process_name", "\"name\":\"rank " + std::to_string(rank) + "\"");
        metadata(process, "process_sort_index", "\"sort_index\":" + std::to_string(rank));
        for (int k = 0; k < kSpanKinds; ++k) {
            const auto kind = static_cast<SpanKind>(k);
            for (size_t lane = 0; lane < std::min<size_t>(lanes.tracks(kind), kTracksOfKind); ++lane) {
                const int thread = k * kTracksOfKind + static_cast<int>(lane);
                const std::string place = where(rank, thread);
                std::string name = name_of(kind);
                if (lane > 0) name += " " + std::to_string(lane + 1);
                metadata(place, "thread_name", "\"name\":" + json_text(name));
                metadata(place, "thread_sort_index", "\"sort_index\":" + std::to_string(thread));
            }
        }
    }

    void write_memory(const MemorySample& sample) {
        std::string args;
        for (int purpose = 0; purpose < kPurposes; ++purpose)
            args += (purpose ? "," : "") + json_text(name_of(static_cast<Purpose>(purpose))) + ":" +
                    std::to_string(sample.live[static_cast<size_t>(purpose)]);
        events_.add("\"ph\":\"C\",\"name\":\"memory (bytes)\"," + where(sample.rank, 0) +
                    ",\"ts\":" + microseconds(sample.time_ns) + ",\"args\":{" + args + "}");
    }

    const Run& run_;
    AtomicFile file_;
    EventList events_{file_};
    std::vector<unsigned char> ends_;  // a transfer: 1 has a send, 2 has a receive
};

}  // namespace

void export_perfetto(const Run& run, const std::string& name, const std::string& path,
                     const std::stop_token& stop) {
    if (!run.schedule)
        throw Error(ErrorKind::bad_input,
                    "cannot export " + path + ": the run was never planned, so it has no trace");
    Writer(run, path, stop).write(name);
}

}  // namespace ringscope
