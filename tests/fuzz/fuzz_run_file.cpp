// Run files. An input that begins as SQLite's do is the file; any other is a list of changes to a sound file with two runs
// and a kept trace, four bytes each: where (three bytes, modulo the file's size) and the byte that stands there.
#include "engine/base/error.h"
#include "sessions/store/run_store.h"
#include "tests/fixtures.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/scratch_folder.h"

namespace ringscope::fuzz {

namespace {

std::string sound_file() {
    const testing::ScratchFolder folder;
    const std::string path = folder.file("sound"), trace = folder.file("trace.json");
    testing::write_file(trace, R"({"traceEvents":[{"ph":"X","pid":0,"tid":1,"ts":1,"dur":2,"name":"a"}]})");
    {
        Experiment experiment;
        experiment.problem.batch = 1;
        experiment.problem.seq_len = 16;
        experiment.problem.heads = 1;
        experiment.problem.head_dim = 4;
        experiment.problem.head_groups = {{8, 1, {}, {}}};
        experiment.ring.ranks = 2;
        const auto store = RunStore::open_or_create(path);
        const auto run = testing::make_fixture_run(experiment);
        run->output = testing::make_fixture_output(resolve(experiment.problem));
        store->save(*run, "kept", RunStore::Output::keep);
        testing::FixtureOptions failed;
        failed.state = RunState::failed;
        store->save(*testing::make_fixture_run(experiment, failed), "failed");
        store->keep_trace(trace, "trace");
        store->set_tags(1, {"tag"});
        store->set_note(1, "note");
    }
    return testing::read_file(path);
}

std::string changed(std::string file, const std::string& changes) {
    for (size_t i = 0; i + 4 <= changes.size(); i += 4) {
        size_t where = 0;
        for (size_t k = 0; k < 3; ++k) where = where << 8 | static_cast<unsigned char>(changes[i + k]);
        file[where % file.size()] = changes[i + 3];
    }
    return file;
}

void read_all(RunStore& store) {
    for (const RunSummary& summary : store.list()) {
        try {
            if (summary.is_trace)
                store.load_trace(summary.id);
            else
                store.load(summary.id, RunStore::Output::keep);
        } catch (const Error&) {
            // One damaged run keeps nobody from the others.
        }
    }
}

}  // namespace

void run_input(const std::string& bytes) {
    static const std::string sound = sound_file();
    const std::string path = file_of(bytes.starts_with("SQLite format 3") ? bytes : changed(sound, bytes));
    const auto store = RunStore::open(path);
    read_all(*store);
    store->check();
    if (store->writable()) store->rename(1, "renamed");
}

}  // namespace ringscope::fuzz
