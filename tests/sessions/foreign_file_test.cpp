// Files that are no traces: named by their first bytes, with the way in.
#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "sessions/file_kind.h"
#include "sessions/foreign_file.h"
#include "sessions/traces/chrome_trace_import.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/chrome_trace_fixture.h"

namespace ringscope {
namespace {

using namespace std::string_literals;

struct Kind {
    const char* what;  // a word of the message
    std::string bytes;
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        {"traceconv", "\n\x0C\x38\x01\x50\x01\x40\x05\0\1\2\3\4\5"s},
        {"Perfetto", "\n\x80\x01\x0A\x10\0\0\0"s + std::string(200, '\1')},
        {"Zstandard", "\x28\xB5\x2F\xFD \5)\0hello"s},
        {"unzip", "PK\3\4\x14\0\0\0"s},
        {"bunzip2", "BZh91AY&SY"s},
        {"unxz", "\xFD"s + "7zXZ\0\0"s},
        {"lz4", "\x04\x22\x4D\x18hello"s},
        {"7z", "7z\xBC\xAF\x27\x1C\0"s},
        {"tar -xf", std::string(257, 'a') + "ustar\0"s},
        {"pickle", "\x80\x04\x95\0segments"s},
        {"memory_viz", "\x80\x02}q\0(X\x08\0\0\0segments"s},
        {"Nsight Systems", R"({"data":["x"]})"
                           "\n"
                           R"({"Type":59,"NvtxEvent":{"Type":59,"Timestamp":"1"}})"},
        {"Nsight Systems", R"([{"CudaEvent":{"startNs":"1"}}])"},
        {"SQLite export of Nsight",
         "SQLite format 3\0"s + std::string(84, '\0') + "CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL"},
        {"Nsight Compute", "NVR\0\1\2"s},
        {"speedscope", R"({"$schema":"https://www.speedscope.app/file-format-schema.json","profiles":[]})"},
        {"speedscope", R"({"shared":{"frames":[]},"profiles":[{"type":"evented"}]})"},
        {"Chakra", R"({"schema":"1.0.2-chakra.0.0.4","pid":1,"nodes":[{"id":1,"name":"x"}]})"},
        {"ExecutionTraceObserver", R"({"schema":"1.0.1","nodes":[{"ctrl_deps":0,"rf_id":1,"id":1}]})"},
        {"Chakra",
         "\x07\n\x05"
         "0.0.4\x20\x08\1\x12\x04node"s},
        {"CPU profile", R"({"nodes":[{"id":1,"callFrame":{}}],"samples":[1],"timeDeltas":[2]})"},
        {"heap snapshot", R"({"snapshot":{"meta":{"node_fields":["type"]}}})"},
        {"network log", R"({"constants":{"logEventTypes":{}},"events":[{"phase":0}]})"},
        {"HAR", R"({"log":{"version":"1.2","creator":{},"entries":[]}})"},
        {"Firefox", R"({"meta":{"version":27},"libs":[],"threads":[{"stackTable":{}}]})"},
        {"perf script", "PERFILE2\x68\0"s},
        {"ELF",
         "\x7F"
         "ELF\2\1\1\0"s},
        {"pprof", "\n\4\x08\1\x10\2\x12\4"s},
        {"ftrace", "# tracer: nop\n#\n bash-1 [000] 1.0: sched_switch: x\n"},
        {"systrace", "<!DOCTYPE html>\n<html><head i18n-values=\"dir\"><!-- systrace -->"},
        {"Tracy", "tlZ\4\0\0"s},
        {"CTF", "\xC1\x1F\xFC\xC1\0"s},
        {"Parquet", "PAR1\x15\0"s},
        {"HDF5", "\x89HDF\r\n\x1A\n\0"s},
        {"PDF", "%PDF-1.7\n"},
        {"PNG", "\x89PNG\r\n\x1A\n"s},
        {"safetensors",
         "\x40\0\0\0\0\0\0\0{\"q\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"s},
        {"OpenTelemetry", R"({"resourceSpans":[{"scopeSpans":[]}]})"},
        {"--experiment", R"({"problem":{"seq_len":16,"head_groups":[]}})"},
        {"empty", ""},
        {"no event", "just some words\n"},
    };
    return all;
}

TEST(ForeignFile, IsNamedWithTheWayIn) {
    const testing::ScratchFolder folder;
    for (const Kind& kind : kinds()) {
        testing::write_file(folder.file("f"), kind.bytes);
        const std::string why =
            testing::error_of(ErrorKind::bad_input, [&] { import_chrome_trace(folder.file("f")); });
        EXPECT_NE(why.find(kind.what), std::string::npos) << kind.what << ": " << why;
        EXPECT_EQ(why.find('\n'), std::string::npos) << why;
        EXPECT_TRUE(why.starts_with(folder.file("f") + ": not a ")) << why;
    }
}

TEST(ForeignFile, IsGivenToTheReaderThatNamesIt) {
    const testing::ScratchFolder folder;
    for (const Kind& kind : kinds()) {
        testing::write_file(folder.file("f"), kind.bytes);
        const bool own = kind.bytes.empty() || kind.what == "--experiment"s;
        EXPECT_EQ(file_kind(folder.file("f")), own ? FileKind::experiment : FileKind::trace) << kind.what;
    }
}

/// Words that also stand in files of other kinds cost no trace anything.
TEST(ForeignFile, ATraceThatSoundsLikeAnotherFileIsATrace) {
    const std::string event = R"({"ph":"X","ts":1,"dur":2,"name":"speedscope \"NvtxEvent\" <html"})";
    for (const std::string& text :
         {R"({"nodes":[],"samples":[],"timeDeltas":[],"problem":{"head_groups":[]},"traceEvents":[)" + event +
              "]}",
          "\n[" + event + "]", "\n\r\n \t[" + event + "]", "# tracer: none\n[" + event + "]"})
        EXPECT_EQ(read_chrome_trace(text, "t").slices(), 1) << text;
    const testing::ScratchFolder folder;
    testing::write_file(folder.file("f"), R"({"problem":{},"traceEvents":[)" + event + "]}");
    EXPECT_EQ(file_kind(folder.file("f")), FileKind::trace);
}

}  // namespace
}  // namespace ringscope
