#include "sessions/foreign_file.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ringscope {

namespace {

using namespace std::string_view_literals;

struct Magic {
    size_t at;
    std::string_view bytes;
    const char* what_and_way_in;
};

constexpr const char* kPerfetto =
    "a Perfetto trace in its binary form (protobuf): open it at ui.perfetto.dev, or convert it with "
    "'traceconv json FILE FILE.json'";
constexpr const char* kPickle =
    "a Python pickle, as PyTorch's memory snapshots are: open a snapshot at pytorch.org/memory_viz; a trace "
    "comes from torch.profiler's export_chrome_trace";
constexpr const char* kSqlite = "an SQLite file of another program, not a run file";
constexpr const char* kNsightSqlite =
    "an SQLite export of Nsight Systems: nsys writes no Chrome trace from it; open the .nsys-rep in Nsight "
    "Systems, or take the trace with torch.profiler";
constexpr const char* kNsightJson =
    "a JSON export of Nsight Systems (nsys export --type json), whose records are no Chrome trace events: "
    "open the .nsys-rep in Nsight Systems, or take the trace with torch.profiler";

constexpr const char* kLz4 = "compressed with LZ4: unpack it with 'lz4 -d FILE'";
constexpr const char* kLzma = "compressed with lzma: unpack it with 'unlzma FILE'";
constexpr const char* kTracy =
    "a Tracy capture: open it in Tracy, or write it as text with 'tracy-csvexport FILE'";
constexpr const char* kCtf =
    "a trace in the Common Trace Format (CTF): open it with babeltrace2 or Trace Compass";
constexpr const char* kTraceCmd =
    "a recording of trace-cmd: convert it with 'trace-cmd report', or open it in KernelShark or Perfetto";

constexpr Magic kMagics[] = {
    {0, "\x28\xB5\x2F\xFD"sv, "compressed with Zstandard: unpack it with 'zstd -d FILE'"},
    {0, "PK\x03\x04"sv, "a zip archive: unpack it with 'unzip FILE' and import the trace inside"},
    {0, "PK\x05\x06"sv, "a zip archive with nothing in it"},
    {0, "BZh"sv, "compressed with bzip2: unpack it with 'bunzip2 FILE'"},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     "compressed with xz: unpack it with 'unxz FILE'"},
    {0, "\x04\x22\x4D\x18"sv, kLz4},
    {0, "\x02\x21\x4C\x18"sv, kLz4},
    {0, "\xFFLZMA"sv, kLzma},
    {0, "]\0\0"sv, kLzma},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive: unpack it with '7z x FILE' and import the trace inside"},
    {0, "Rar!\x1A\x07"sv, "a RAR archive: unpack it with 'unrar x FILE' and import the trace inside"},
    {0, "\xFF\x06\0\0sNaPpY"sv, "compressed with Snappy: unpack it first"},
    {0, "\x1F\x9D"sv, "compressed with compress: unpack it with 'uncompress FILE'"},
    {257, "ustar"sv, "a tar archive: unpack it with 'tar -xf FILE' and import the trace inside"},
    {0,
     "\x7F"
     "ELF"sv,
     "a program or core dump (ELF), not a trace"},
    {0, "MZ"sv, "a program of Windows, not a trace"},
    {0, "\xCF\xFA\xED\xFE"sv, "a program of macOS (Mach-O), not a trace"},
    {0, "PERFILE2"sv,
     "a recording of Linux perf: show it with 'perf script', or convert it with 'perf data convert "
     "--to-json'; Firefox Profiler and Perfetto open the output of 'perf script'"},
    {0, "2ELIFREP"sv,
     "a recording of Linux perf from a machine of the other byte order: show it with 'perf script'"},
    {0, "NVR\0"sv,
     "a report of Nsight Compute: open it in Nsight Compute (ncu-ui), or print it with 'ncu --import FILE'"},
    {0, "tracy"sv, kTracy},
    {0, "tlZ\x04"sv, kTracy},
    {0, "tZst"sv, kTracy},
    {0,
     "tr\xFD"
     "P"sv,
     kTracy},
    {0, "\xC1\x1F\xFC\xC1"sv, kCtf},
    {0, "\xC1\xFC\x1F\xC1"sv, kCtf},
    {0, "/* CTF "sv,
     "the metadata of a trace in the Common Trace Format (CTF): open its folder with babeltrace2"},
    {0, "OTF2"sv, "a trace of OTF2 (Score-P): open it with Vampir or otf2-print"},
    {0, "PAR1"sv, "a Parquet table, not a trace: its tool writes a Chrome trace, if any"},
    {0, "ARROW1"sv, "an Arrow table, not a trace"},
    {0, "\x89HDF\r\n\x1A\n"sv, "an HDF5 file, not a trace"},
    {0, "\x93NUMPY"sv, "a NumPy array, not a trace: tensors come as safetensors, with --qkv"},
    {0, "GGUF"sv, "a GGUF model file, not a trace"},
    {0, "%PDF-"sv, "a PDF document, not a trace"},
    {0, "\x89PNG"sv, "a PNG picture, not a trace"},
    {0, "\xFF\xD8\xFF"sv, "a JPEG picture, not a trace"},
    {0, "GIF8"sv, "a GIF picture, not a trace"},
    {0, "\x0A\x0D\x0D\x0A"sv, "a network capture (pcapng): open it in Wireshark"},
    {0, "\xD4\xC3\xB2\xA1"sv, "a network capture (pcap): open it in Wireshark"},
    {0, "FLR\0"sv, "a recording of Java Flight Recorder: open it in JDK Mission Control"},
    {0, "go 1."sv, "an execution trace of Go: open it with 'go tool trace FILE'"},
    {0, "tracing\0"sv, kTraceCmd},
    {0, "\x17\x08\x44tracing"sv, kTraceCmd},
    {0, "\x10\0\x04\x46\x54"sv, "a trace of Fuchsia: open it at ui.perfetto.dev"},
};

bool stands_at(std::string_view head, size_t at, std::string_view bytes) {
    return head.size() >= at + bytes.size() && head.substr(at, bytes.size()) == bytes;
}

/// All of up to four texts stand in the head.
struct Words {
    std::array<std::string_view, 4> words;
    const char* what_and_way_in;
};

constexpr Words kWords[] = {
    {{"\"ringscope_machine\""},
     "a machine model of this program: give it to --machine of simulate, or look at it with 'ringscope "
     "machines FILE'"},
    {{"speedscope"},
     "a speedscope profile: open it at speedscope.app, or convert it to a Chrome trace with its own tool"},
    {{"\"frames\"", "\"profiles\"", "\"shared\""}, "a speedscope profile: open it at speedscope.app"},
    {{"\"NvtxEvent\""}, kNsightJson},
    {{"\"CudaEvent\""}, kNsightJson},
    {{"\"TraceProcessEvent\""}, kNsightJson},
    {{"\"nsys", "\"Type\""}, kNsightJson},
    {{"\"GlobalId\"", "\"Type\""}, kNsightJson},
    {{"\"schema\"", "chakra"},
     "an execution trace of Chakra: it says which operators depend on which, not when they ran; import the "
     "torch.profiler "
     "trace of the same run"},
    {{"\"ctrl_deps\"", "\"nodes\""},
     "an execution trace (Chakra or PyTorch's ExecutionTraceObserver): it says which operators depend on "
     "which, not when they "
     "ran; import the torch.profiler trace of the same run"},
    {{"\"rf_id\"", "\"nodes\""},
     "an execution trace (Chakra or PyTorch's ExecutionTraceObserver): it says which operators depend on "
     "which, not when they "
     "ran; import the torch.profiler trace of the same run"},
    {{"\"segments\"", "\"device_traces\""},
     "a PyTorch memory snapshot as JSON: open it at pytorch.org/memory_viz"},
    {{"\"timeDeltas\"", "\"nodes\""},
     "a CPU profile of Chrome or Node: open it in the browser's developer tools or at speedscope.app"},
    {{"\"callFrame\"", "\"hitCount\""},
     "a CPU profile of Chrome or Node: open it in the browser's developer tools or at speedscope.app"},
    {{"\"callFrame\"", "\"selfSize\""},
     "a heap profile of Chrome or Node: open it in the browser's developer tools"},
    {{"\"snapshot\"", "\"node_fields\""},
     "a heap snapshot of Chrome or Node: open it in the browser's developer tools"},
    {{"\"logEventTypes\"", "\"constants\""}, "a network log of Chrome: open it at netlog-viewer.appspot.com"},
    {{"\"log\"", "\"entries\"", "\"creator\""},
     "an HTTP archive (HAR): open it in the browser's developer tools"},
    {{"\"stackTable\""}, "a profile of Firefox: open it at profiler.firefox.com"},
    {{"\"preprocessedProfileVersion\""}, "a profile of Firefox: open it at profiler.firefox.com"},
    {{"\"meta\"", "\"threads\"", "\"libs\""}, "a profile of Firefox: open it at profiler.firefox.com"},
    {{"\"resourceSpans\""}, "spans of OpenTelemetry: open them in Jaeger or Grafana Tempo"},
    {{"\"traceID\"", "\"spanID\""}, "spans of Jaeger: open them in its own window"},
    {{"\"rocprofiler-sdk-tool\""},
     "JSON of rocprofv3, whose records are no Chrome trace events: take it with '--output-format pftrace'"},
    {{"\"problem\"", "\"head_groups\""},
     "an experiment of this program: open it with --experiment FILE of run, plan and gui"},
    {{"\"problem\""},
     "an experiment of this program, as it seems: open it with --experiment FILE of run, plan and gui"},
    {{"\"nbformat\""}, "a Jupyter notebook, not a trace"},
    {{"# tracer:"}, "a text trace of Linux ftrace: open it at ui.perfetto.dev"},
    {{"<!DOCTYPE html", "systrace"}, "a systrace page: open it at ui.perfetto.dev"},
    {{"trace-viewer", "<html"}, "a systrace page: open it at ui.perfetto.dev"},
    {{"<!DOCTYPE html"}, "an HTML page, not a trace"},
    {{"<html"}, "an HTML page, not a trace"},
    {{"<?xml"}, "an XML document, not a trace"},
};

std::optional<size_t> varint(std::string_view& bytes) {
    size_t value = 0;
    for (int shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
        const auto c = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<size_t>(c & 0x7F) << shift;
        if (c < 0x80) return value;
    }
    return {};
}

bool has_binary_bytes(std::string_view head) {
    head = head.substr(0, 256);
    return std::any_of(head.begin(), head.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
    });
}

/// Messages of protobuf have no magic: field 1 with a length, whose content begins with a field of its own.
std::string protobuf_file(std::string_view head) {
    constexpr const char* kChakra =
        "an execution trace of Chakra (protobuf): it says which operators depend on which, not when they "
        "ran; import the "
        "torch.profiler trace of the same run";
    std::string_view at = head;
    const std::optional<size_t> first = varint(at);
    if (first && *first >= 4 && *first < 64 && at.size() > 3 && at[0] == '\n' && at[3] == '.' &&
        at[2] >= '0' && at[2] <= '9')
        return kChakra;
    if (!head.starts_with("\n") || !has_binary_bytes(head)) return "";
    at = head.substr(1);
    const std::optional<size_t> length = varint(at);
    if (!length || *length == 0 || at.empty()) return "";
    if (*length <= 12 && at[0] == '\x08' && at.size() > 2 && (at[2] == '\x10' || at[3] == '\x10'))
        return "a pprof profile: open it with 'go tool pprof -http=: FILE'";
    constexpr int kMostField = 2000;
    const std::optional<size_t> tag = varint(at);
    const bool is_field = tag && *tag >> 3 > 0 && *tag >> 3 < kMostField && (*tag & 7) <= 5;
    return is_field ? kPerfetto : "";
}

std::string sqlite_file(std::string_view head) {
    for (const std::string_view table :
         {"CUPTI_ACTIVITY"sv, "NVTX_EVENTS"sv, "TARGET_INFO_"sv, "META_DATA_EXPORT"sv})
        if (head.find(table) != std::string_view::npos) return kNsightSqlite;
    if (head.find("rocpd_") != std::string_view::npos)
        return "an SQLite file of rocprof: write a trace with 'rocprofv3 --output-format pftrace', which "
               "Perfetto opens";
    return kSqlite;
}

bool is_safetensors(std::string_view head) {
    if (head.size() < 10 || head[8] != '{' ||
        head.substr(0, 4096).find("\"dtype\"") == std::string_view::npos)
        return false;
    return head[5] == 0 && head[6] == 0 && head[7] == 0;
}

}  // namespace

std::string foreign_binary_file(std::string_view head) {
    for (const Magic& magic : kMagics)
        if (stands_at(head, magic.at, magic.bytes)) return magic.what_and_way_in;
    if (head.starts_with("SQLite format 3")) return sqlite_file(head);
    if (head.size() > 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) return kPickle;
    if (is_safetensors(head)) return "tensors (safetensors), not a trace: give them to run with --qkv FILE";
    if (head.substr(0, 1024).find("NVIDIA Nsight Systems") != std::string_view::npos ||
        head.substr(0, 1024).find("QuadDCommon") != std::string_view::npos)
        return "a report of Nsight Systems (.nsys-rep): open it in Nsight Systems; it exports no Chrome "
               "trace, so take that "
               "with torch.profiler";
    return protobuf_file(head);
}

bool is_sqlite_of_others(std::string_view head) { return sqlite_file(head) != kSqlite; }

std::string foreign_text_file(std::string_view head) {
    if (head.find_first_not_of(" \t\r\n\0"sv) == std::string_view::npos) return "empty";
    for (const Words& kind : kWords)
        if (std::all_of(kind.words.begin(), kind.words.end(),
                        [&](std::string_view word) { return head.find(word) != std::string_view::npos; }))
            return kind.what_and_way_in;
    return "";
}

}  // namespace ringscope
