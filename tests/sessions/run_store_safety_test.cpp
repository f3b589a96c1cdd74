// The run file under migration, damage, other programs, kills and full disks: nothing that was there is lost.
#include "sessions/store/run_store.h"

#include <csignal>
#include <cstring>

#include <limits>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/number_text.h"
#include "sessions/report/run_json.h"
#include "sessions/store/migrations.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

std::vector<const char*> steps_and(std::vector<const char*> more) {
    std::vector<const char*> steps(schema_steps().begin(), schema_steps().end());
    steps.insert(steps.end(), more.begin(), more.end());
    return steps;
}

TEST(Migration, CopiesTheOldFileAndKeepsEveryRun) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = make_fixture_run(tiny());
    const int64_t id = RunStore::open_or_create(path)->save(*run, "old");
    const auto steps = steps_and({"ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT 'none';",
                                  "CREATE TABLE later (run INTEGER REFERENCES run (id)) STRICT;"});
    const RunFile file = open_run_file(path, false, steps);
    EXPECT_EQ(file.state, StoreState::writable);
    const std::string version = std::to_string(schema_steps().size());
    EXPECT_TRUE(contains(file.message, path + ".bak-v" + version)) << file.message;
    EXPECT_EQ(file.db->number("PRAGMA user_version"), static_cast<int64_t>(steps.size()));
    EXPECT_EQ(file.db->text("SELECT colour FROM run"), "none");
    const auto copy = RunStore::open(path + ".bak-v" + version);
    EXPECT_EQ(run_to_json(*copy->load(id)), run_to_json(*run));
}

TEST(Migration, AStepThatFailsLeavesTheFileAsItWas) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const int64_t id = RunStore::open_or_create(path)->save(*make_fixture_run(tiny()), "old");
    const std::string before = read_file(path);
    const auto steps = steps_and({"CREATE TABLE later (x); DELETE FROM run; CREATE TABLE run (x);"});
    EXPECT_TRUE(
        contains(error_of(ErrorKind::io, [&] { open_run_file(path, false, steps); }), "already exists"));
    const auto orphans = steps_and({"DELETE FROM run;"});
    EXPECT_TRUE(
        contains(error_of(ErrorKind::io, [&] { open_run_file(path, false, orphans); }), "without their run"));
    EXPECT_EQ(read_file(path), before);
    EXPECT_EQ(RunStore::open(path)->load(id)->experiment, tiny());
}

TEST(RunStore, OpensANewerFileReadOnly) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const int64_t id = RunStore::open_or_create(path)->save(*make_fixture_run(tiny()), "new");
    Db(path, DbMode::read_write, 0).run("PRAGMA user_version = 99");
    const std::string before = read_file(path);
    const auto store = RunStore::open(path);
    EXPECT_EQ(store->state(), StoreState::newer);
    EXPECT_TRUE(contains(store->message(), "newer version (schema 99")) << store->message();
    EXPECT_EQ(store->list().size(), 1u);
    EXPECT_EQ(store->load(id)->experiment, tiny());
    EXPECT_TRUE(
        contains(error_of(ErrorKind::io, [&] { store->remove(id); }), "cannot be changed: made by a newer"));
    EXPECT_EQ(read_file(path), before);
}

TEST(RunStore, NumbersThatNoRunCanHaveAreDamage) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto saved = [&](auto change) {
        const auto run = make_fixture_run(tiny());
        change(*run);
        const int64_t id = store->save(*run, "strange");
        return error_of(ErrorKind::io, [&] { store->load(id); });
    };
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
    EXPECT_TRUE(contains(saved([](auto& r) { r.trace.spans[0].end_ns = kMost; }), "that it cannot have"));
    EXPECT_TRUE(contains(saved([](auto& r) { r.trace.spans[0].begin_ns = -kMost; }), "that it cannot have"));
    EXPECT_TRUE(
        contains(saved([](auto& r) { r.trace.transfers[0].done_ns = kMost; }), "that it cannot have"));
    EXPECT_TRUE(contains(saved([](auto& r) { r.trace.memory[0].live[0] = -kMost; }), "that it cannot have"));
    EXPECT_TRUE(contains(saved([](auto& r) { r.trace.wall_ns = kMost; }), "that it cannot have"));
    EXPECT_TRUE(contains(saved([](auto& r) { r.metrics.ranks.pop_back(); }), "that it cannot have"));
    const int64_t good = store->save(*make_fixture_run(tiny()), "good");
    EXPECT_EQ(store->load(good)->experiment, tiny()) << "no snapshot of the others is left open";
}

TEST(RunStore, AStartThatNoCalendarHasIsMovedToItsEnds) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto read = [&](int64_t utc_ms) {
        const auto run = make_fixture_run(tiny());
        run->started_utc_ms = utc_ms;
        const int64_t id = store->save(*run, "far");
        EXPECT_EQ(store->summary(id).started_utc_ms, store->load(id)->started_utc_ms);
        return utc_text(store->load(id)->started_utc_ms);
    };
    EXPECT_EQ(read(std::numeric_limits<int64_t>::max()), "9999-12-31 23:59");
    EXPECT_EQ(read(std::numeric_limits<int64_t>::min()), "0001-01-01 00:00");
    EXPECT_EQ(read(253'402'300'800'000), "9999-12-31 23:59");
    EXPECT_EQ(read(-62'135'596'800'001), "0001-01-01 00:00");
    EXPECT_EQ(read(1'795'818'004'386), "2026-11-27 22:20");
}

TEST(RunStore, AnExperimentLargerThanAnyIsShownWithoutScheduleAndOutput) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    Experiment huge = tiny();
    huge.problem.batch = 65536;
    huge.problem.seq_len = 1 << 24;
    huge.problem.heads = 64;
    huge.problem.head_dim = 64;
    for (HeadGroup& group : huge.problem.head_groups) group.segment_length = 4096;
    ringscope::Run run;
    run.experiment = huge;
    run.schedule = make_fixture_run(tiny())->schedule;
    const int64_t id = store->save(run, "huge");
    Db(store->path(), DbMode::read_write, 0).run("UPDATE run SET output_bytes = 4");
    const auto loaded = store->load(id, RunStore::Output::keep);
    EXPECT_EQ(loaded->experiment, huge);
    EXPECT_EQ(loaded->schedule, nullptr);
    EXPECT_EQ(loaded->output, nullptr);
}

/// A run of two ranks whose stored experiment says 3447.
int64_t save_with_large_plan(RunStore& store, RunState state) {
    const auto run = make_fixture_run(tiny());
    run->state = state;
    run->experiment.ring.ranks = 3447;
    run->experiment.ring.strategy = Strategy::all_gather;
    return store.save(*run, "large plan");
}

TEST(RunStore, AnExperimentThatItsTraceDoesNotAccountForIsNotPlanned) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const int64_t done = save_with_large_plan(*store, RunState::done);
    const std::string message = error_of(ErrorKind::io, [&] { store->load(done); });
    EXPECT_TRUE(contains(message, "cannot be read: the run is damaged: its experiment takes")) << message;
    const auto failed = store->load(save_with_large_plan(*store, RunState::failed));
    EXPECT_EQ(failed->schedule, nullptr);
    EXPECT_TRUE(failed->trace.spans.empty());
    EXPECT_TRUE(contains(failed->caveat, "Shown without schedule and trace")) << failed->caveat;
    EXPECT_EQ(failed->experiment.ring.ranks, 3447);
}

TEST(Database, ACopyThatMeetsALockIsNoCopy) {
    const ScratchFolder folder;
    const std::string path = folder.file("db");
    Db(path, DbMode::create, 0).run("CREATE TABLE t (x)");
    Db writer(path, DbMode::read_write, 0);
    const Db reader(path, DbMode::read_write, 10);
    writer.run("BEGIN EXCLUSIVE");
    const auto problem = error_of(ErrorKind::io, [&] { reader.backup_to(folder.file("copy")); });
    EXPECT_TRUE(contains(problem, "keeps the file locked")) << problem;
    writer.run("COMMIT");
    reader.backup_to(folder.file("whole"));
    EXPECT_EQ(Db(folder.file("whole"), DbMode::read_only, 0).number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(RunStore, ShowsWhatCanBeReadOfADamagedFileAndLeavesItAlone) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    FixtureOptions options;
    options.spans_per_work = 2000;
    {
        const auto store = RunStore::open_or_create(path);
        for (int i = 0; i < 5; ++i)
            store->save(*make_fixture_run(tiny(), options), "run " + std::to_string(i));
    }
    constexpr size_t kLostBytes = 8192;  // two pages, of the newest run's spans
    const std::string bytes = read_file(path);
    write_file(path, bytes.substr(0, bytes.size() - kLostBytes));
    const std::string before = read_file(path);
    const auto store = RunStore::open(path);
    EXPECT_EQ(store->state(), StoreState::damaged);
    EXPECT_TRUE(contains(store->message(), "damaged (")) << store->message();
    EXPECT_EQ(store->list().size(), 5u) << "the list lies in the part that is whole";
    EXPECT_EQ(store->load(1)->experiment, tiny());
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->load(5); }), "run 5 cannot be read"));
    EXPECT_FALSE(store->check().empty());
    EXPECT_TRUE(
        contains(error_of(ErrorKind::io, [&] { store->save(*make_fixture_run(tiny()), "x"); }), "damaged"));
    EXPECT_EQ(read_file(path), before);
}

TEST(RunStore, SurvivesRandomDamageWithoutCrashing) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    RunStore::open_or_create(path)->save(*make_fixture_run(tiny()), "run");
    const std::string whole = read_file(path);
    uint32_t random = 12345;
    for (int round = 0; round < 200; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 8; ++i) {
            random = random * 1664525u + 1013904223u;
            bytes[random % bytes.size()] = static_cast<char>(random >> 24);
        }
        write_file(path, bytes);
        try {
            const auto store = RunStore::open(path);
            for (const RunSummary& run : store->list()) store->load(run.id);
            store->check();
        } catch (const Error& error) {
            EXPECT_EQ(std::strchr(error.what(), '\n'), nullptr) << error.what();
        }
    }
}

/// Runs `child` in a process of its own, which must leave by _exit.
template <typename Child>
int status_of(Child child) {
    const pid_t pid = fork();
    if (pid == 0) {
        child();
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RunStore, TwoProcessesSaveToOneFile) {
    constexpr int kRuns = 25;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto run = make_fixture_run(tiny());
    std::vector<pid_t> writers;
    for (int writer = 0; writer < 2; ++writer) {
        writers.push_back(fork());
        if (writers.back() != 0) continue;
        try {
            for (int i = 0; i < kRuns; ++i) RunStore::open_or_create(path)->save(*run, "run");
        } catch (const Error& error) {
            std::fputs(error.what(), stderr);
            _exit(1);
        }
        _exit(0);
    }
    for (const pid_t writer : writers) {
        int status = 1;
        waitpid(writer, &status, 0);
        EXPECT_EQ(status, 0);
    }
    const auto store = RunStore::open(path);
    EXPECT_EQ(store->list().size(), size_t{2 * kRuns});
    EXPECT_TRUE(store->check().empty());
}

TEST(RunStore, TwoStoresOfOneProcessSeeEachOthersRuns) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto one = RunStore::open_or_create(path);
    const auto other = RunStore::open_or_create(path);
    const auto run = make_fixture_run(tiny());
    const int64_t first = one->save(*run, "one");
    other->save(*run, "other");
    EXPECT_EQ(one->list().size(), 2u);
    other->remove(first);
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { one->load(first); }), "there is no run 1");
}

TEST(RunStore, SaysWhenAnotherProgramKeepsTheFileLocked) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto store = RunStore::open_or_create(path);
    Db other(path, DbMode::read_write, 0);
    other.run("BEGIN EXCLUSIVE");
    const auto run = make_fixture_run(tiny());
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->save(*run, "late"); }),
                         "another program keeps the file locked"));
    other.run("ROLLBACK");
    EXPECT_EQ(store->load(store->save(*run, "in time"))->experiment, tiny());
}

TEST(RunStore, AKillInMidSaveLosesNothingThatWasSaved) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    FixtureOptions options;
    options.spans_per_work = 4000;
    const auto run = make_fixture_run(tiny(), options);
    const int64_t kept = RunStore::open_or_create(path)->save(*run, "kept");
    uint32_t random = 1;
    size_t before = 1;
    for (int round = 0; round < 20; ++round) {
        const pid_t writer = fork();
        if (writer == 0) {
            const auto store = RunStore::open(path);
            for (;;) store->save(*run, "perhaps");
        }
        random = random * 1664525u + 1013904223u;
        usleep(1000 + random % 30000);
        kill(writer, SIGKILL);
        waitpid(writer, nullptr, 0);
        const auto store = RunStore::open(path);
        ASSERT_TRUE(store->writable()) << store->message();
        ASSERT_TRUE(store->check().empty());
        const auto list = store->list();
        ASSERT_GE(list.size(), before);
        before = list.size();
        EXPECT_EQ(store->load(list.front().id)->trace.spans.size(), run->trace.spans.size()) << "no half run";
    }
    expect_same_trace(RunStore::open(path)->load(kept)->trace, run->trace);
}

TEST(RunStore, AFullDiskLeavesTheFileAndTheRunWhole) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const int64_t kept = RunStore::open_or_create(path)->save(*make_fixture_run(tiny()), "kept");
    FixtureOptions options;
    options.spans_per_work = 50000;
    const auto large = make_fixture_run(tiny(), options);
    const int status = status_of([&] {
        signal(SIGXFSZ, SIG_IGN);
        const auto store = RunStore::open(path);
        const rlimit limit{1 << 20, 1 << 20};
        setrlimit(RLIMIT_FSIZE, &limit);
        const std::string message = error_of(ErrorKind::io, [&] { store->save(*large, "too large"); });
        if (!contains(message, path + ": ")) _exit(1);
        if (store->list().size() != 1) _exit(2);
        if (large->trace.spans.empty()) _exit(3);
    });
    EXPECT_EQ(status, 0);
    const auto store = RunStore::open(path);
    EXPECT_EQ(store->list().size(), 1u);
    EXPECT_TRUE(store->check().empty());
    EXPECT_EQ(store->load(kept)->experiment, tiny());
    EXPECT_EQ(store->load(store->save(*large, "there is room"))->trace.spans.size(),
              large->trace.spans.size());
}

TEST(RunStore, OpensAFileThatItMayNotWriteReadOnly) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to give the file to somebody else";
    constexpr uid_t kNobody = 65534;
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    RunStore::open_or_create(path)->save(*make_fixture_run(tiny()), "root's");
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
    const int status = status_of([&] {
        if (setuid(kNobody) != 0) _exit(1);
        const auto store = RunStore::open(path);
        if (store->state() != StoreState::read_only || store->list().size() != 1) _exit(2);
        const std::string message = error_of(ErrorKind::io, [&] { store->remove(1); });
        if (!contains(message, "cannot be changed: the file cannot be written")) _exit(3);
        if (!contains(error_of(ErrorKind::io, [&] { RunStore::open_or_create(folder.file("new")); }),
                      "cannot be made"))
            _exit(4);
    });
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace ringscope
