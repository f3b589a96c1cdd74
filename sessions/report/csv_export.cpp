#include "sessions/report/csv_export.h"

#include "sessions/atomic_file.h"

namespace ringscope {

namespace {

std::string number_or_empty(int64_t value) { return value < 0 ? "" : std::to_string(value); }

}  // namespace

void export_csv(const Run& run, const std::string& path, const std::stop_token& stop) {
    AtomicFile file(path, stop);
    file.write("rank,step,kind,cause,owner,peer,transfer,begin_ns,end_ns,duration_ns,bytes,origin\r\n");
    for (const Span& span : run.trace.spans) {
        std::string line =
            std::to_string(span.rank) + ',' + std::to_string(span.step) + ',' + name_of(span.kind);
        line += ',';
        if (span.cause != WaitCause::none) line += name_of(span.cause);
        line += ',' + number_or_empty(span.owner) + ',' + number_or_empty(span.peer) + ',' +
                number_or_empty(span.transfer);
        line += ',' + std::to_string(span.begin_ns) + ',' + std::to_string(span.end_ns) + ',' +
                std::to_string(span.end_ns - span.begin_ns) + ',' + std::to_string(span.bytes) + ',' +
                name_of(run.origin) + "\r\n";
        file.write(line);
    }
    file.commit();
}

}  // namespace ringscope
