// Traces of other programs from the files they come in, packed or not.
#include <filesystem>

#include "sessions/gzip.h"
#include "sessions/input_file.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

ImportedTrace read_chrome_trace_file(const std::string& bytes, const std::string& name,
                                     const std::stop_token& stop) {
    return is_gzip(bytes) ? read_chrome_trace(gunzip(bytes, name, kMostTraceBytes, stop), name, stop)
                          : read_chrome_trace(bytes, name, stop);
}

ImportedTrace import_chrome_trace(const std::string& path, const std::stop_token& stop) {
    ImportedTrace trace = read_chrome_trace_file(read_text_file(path, kMostTraceBytes, stop), path, stop);
    trace.name = std::filesystem::path(path).filename().string();
    return trace;
}

}  // namespace ringscope
