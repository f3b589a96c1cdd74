#include "sessions/traces/perfetto_export.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "engine/experiment/experiment_text.h"
#include "sessions/atomic_file.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

/// Threads of a process: kind k has the numbers k * kLanes to (k + 1) * kLanes - 1.
constexpr int kLanes = 1000;

/// Microseconds with three decimals: exact for nanoseconds, which a double would not be after three months.
std::string microseconds(int64_t ns) {
    char text[40];
    std::snprintf(text, sizeof text, "%" PRId64 ".%03d", ns / 1000, static_cast<int>(ns % 1000));
    return text;
}

std::string json_text(const std::string& text) {
    return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// Gives each span the first lane of its kind that is free again, so that no two slices of a track overlap.
/// Spans of one rank must come by begin.
class Lanes {
  public:
    int lane_of(const Span& span) {
        std::vector<int64_t>& ends = ends_[static_cast<size_t>(span.kind)];
        for (size_t lane = 0; lane < ends.size(); ++lane) {
            if (ends[lane] > span.begin_ns) continue;
            ends[lane] = span.end_ns;
            return static_cast<int>(lane);
        }
        ends.push_back(span.end_ns);
        return static_cast<int>(std::min<size_t>(ends.size(), kLanes) - 1);
    }
    size_t lanes(SpanKind kind) const { return ends_[static_cast<size_t>(kind)].size(); }

  private:
    std::array<std::vector<int64_t>, kSpanKinds> ends_;
};

class Writer {
  public:
    Writer(const Run& run, const std::string& path, const std::stop_token& stop)
        : run_(run), file_(path, stop) {}

    void write(const std::string& name) {
        const int ranks = run_.schedule->ranks;
        file_.write("{\"displayTimeUnit\":\"ns\",\"distributedInfo\":{\"backend\":" +
                    json_text(run_.transport) + ",\"rank\":0,\"world_size\":" + std::to_string(ranks) +
                    "},\n\"otherData\":{\"name\":" + json_text(name) + ",\"settings\":" +
                    json_text(settings_line(run_.experiment)) + ",\"version\":" + json_text(run_.version) +
                    ",\"host\":" + json_text(run_.machine.host) + "},\n\"traceEvents\":[");
        size_t next = 0;
        const std::vector<Span>& spans = run_.trace.spans;
        for (int rank = 0; rank < ranks; ++rank) {
            Lanes lanes;
            for (; next < spans.size() && spans[next].rank == rank; ++next) write_span(spans[next], lanes);
            write_names(rank, lanes);
        }
        for (const MemorySample& sample : run_.trace.memory) write_memory(sample);
        file_.write("\n]}\n");
        file_.commit();
    }

  private:
    void event(const std::string& members) {
        file_.write(first_ ? "\n{" : ",\n{");
        file_.write(members);
        file_.write("}");
        first_ = false;
    }

    static std::string where(int rank, int thread) {
        return "\"pid\":" + std::to_string(rank) + ",\"tid\":" + std::to_string(thread);
    }

    void write_span(const Span& span, Lanes& lanes) {
        const int thread = static_cast<int>(span.kind) * kLanes + lanes.lane_of(span);
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
        event("\"ph\":\"X\",\"name\":" + json_text(name) + ",\"cat\":" + json_text(name_of(span.kind)) + "," +
              place + ",\"ts\":" + microseconds(span.begin_ns) +
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
            event("\"ph\":\"s\"" + common + ",\"ts\":" + microseconds(span.begin_ns));
        else
            event("\"ph\":\"f\",\"bp\":\"e\"" + common +
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
        event("\"ph\":\"M\",\"name\":\"" + name + "\"," + place + ",\"args\":{" + args + "}");
    }

    void write_names(int rank, const Lanes& lanes) {
        const std::string process = where(rank, 0);
        metadata(process, "process_name", "\"name\":\"rank " + std::to_string(rank) + "\"");
        metadata(process, "process_sort_index", "\"sort_index\":" + std::to_string(rank));
        for (int k = 0; k < kSpanKinds; ++k) {
            const auto kind = static_cast<SpanKind>(k);
            for (size_t lane = 0; lane < std::min<size_t>(lanes.lanes(kind), kLanes); ++lane) {
                const int thread = k * kLanes + static_cast<int>(lane);
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
        event("\"ph\":\"C\",\"name\":\"memory (bytes)\"," + where(sample.rank, 0) +
              ",\"ts\":" + microseconds(sample.time_ns) + ",\"args\":{" + args + "}");
    }

    const Run& run_;
    AtomicFile file_;
    std::vector<unsigned char> ends_;  // a transfer: 1 has a send, 2 has a receive
    bool first_ = true;
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
