// What the run file's tests share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "engine/experiment/scenarios.h"
#include "sessions/store/trace_codec.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope::testing {

inline Experiment tiny() { return find_scenario("Tiny 16")->experiment; }

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline void expect_same_trace(const Trace& a, const Trace& b) {
    EXPECT_EQ(a.wall_ns, b.wall_ns);
    EXPECT_EQ(encode_spans(a.spans), encode_spans(b.spans));
    EXPECT_EQ(encode_transfers(a.transfers), encode_transfers(b.transfers));
    EXPECT_EQ(encode_memory(a.memory), encode_memory(b.memory));
}

inline std::shared_ptr<const Run> run_of_size(int spans_per_work) {
    FixtureOptions options;
    options.spans_per_work = spans_per_work;
    return make_fixture_run(tiny(), options);
}

/// The file itself was being written: SQLite gives the journal its first byte only then.
inline bool was_cut_off(const std::string& path) {
    const std::string journal = read_file(path + "-journal");
    return !journal.empty() && journal.front() != 0;
}

}  // namespace ringscope::testing

// What nearly every one of those tests says.
namespace ringscope {
using testing::contains;
using testing::error_of;
using testing::expect_same_trace;
using testing::FixtureOptions;
using testing::make_fixture_run;
using testing::read_file;
using testing::run_of_size;
using testing::ScratchFolder;
using testing::tiny;
using testing::was_cut_off;
using testing::write_file;
}  // namespace ringscope
