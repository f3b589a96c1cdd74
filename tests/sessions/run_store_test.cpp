// The run file: what is saved comes back, and nothing that happens to the file or the disk loses what was
// there.
#include "sessions/store/run_store.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "engine/analysis/verification_text.h"
#include "engine/experiment/scenarios.h"
#include "sessions/report/run_json.h"
#include "sessions/store/migrations.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"
#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

TEST(RunStore, GivesBackWhatWasSaved) {
    const ScratchFolder folder;
    for (const Scenario& scenario : scenarios()) {
        const auto run = make_fixture_run(scenario.experiment);
        const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
        const int64_t id = store->save(*run, scenario.name);
        const auto loaded = store->load(id);
        EXPECT_EQ(loaded->experiment, run->experiment);
        EXPECT_EQ(run_to_json(*loaded), run_to_json(*run));
        EXPECT_EQ(plan_to_json(*loaded->schedule), plan_to_json(*run->schedule));
        expect_same_trace(loaded->trace, run->trace);
        EXPECT_EQ(store->summary(id).name, scenario.name);
    }
    EXPECT_EQ(folder.files(), 1u) << "one document is one file";
    EXPECT_EQ(RunStore::open(folder.file("runs.ringscope"))->list().size(), scenarios().size());
}

TEST(RunStore, KeepsWhereARunsTimesComeFrom) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    for (const Origin origin : {Origin::measured, Origin::replayed, Origin::simulated, Origin::imported}) {
        const auto run = make_fixture_run(tiny());
        run->origin = origin;
        const int64_t id = store->save(*run, "a run");
        EXPECT_EQ(store->load(id)->origin, origin);
        EXPECT_EQ(store->summary(id).origin, origin);
        const std::string json = "\"origin\": \"" + std::string(name_of(origin)) + "\"";
        EXPECT_TRUE(contains(run_to_json(*store->load(id)), json)) << json;
        EXPECT_TRUE(contains(summary_to_json(store->summary(id)), json)) << json;
    }
}

TEST(RunStore, KeepsFailedAndCancelledRunsAndThoseThatWereNeverPlanned) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    for (const RunState state : {RunState::failed, RunState::cancelled}) {
        FixtureOptions options;
        options.state = state;
        const auto run = make_fixture_run(tiny(), options);
        const auto loaded = store->load(store->save(*run, "broken"));
        EXPECT_EQ(loaded->state, state);
        EXPECT_EQ(loaded->error, run->error);
        EXPECT_EQ(loaded->error_kind, run->error_kind);
        EXPECT_FALSE(loaded->verification.has_value());
        expect_same_trace(loaded->trace, run->trace);
    }
    ringscope::Run unplanned;
    unplanned.experiment = tiny();
    unplanned.experiment.ring.ranks = 0;
    unplanned.state = RunState::failed;
    unplanned.error = "ring.ranks: 0 is not allowed";
    unplanned.error_kind = ErrorKind::bad_input;
    const auto loaded = store->load(store->save(unplanned, "unplanned"));
    EXPECT_EQ(loaded->schedule, nullptr);
    EXPECT_EQ(loaded->experiment, unplanned.experiment);
    EXPECT_EQ(loaded->error_kind, ErrorKind::bad_input);
}

TEST(RunStore, KeepsOutputsOnlyOnRequest) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = make_fixture_run(find_scenario("Hybrid")->experiment);
    const Problem& problem = run->schedule->problem;
    run->output = testing::make_fixture_output(problem);
    const int64_t without = store->save(*run, "without");
    const int64_t with = store->save(*run, "with", RunStore::Output::keep);
    EXPECT_EQ(store->load(without, RunStore::Output::keep)->output, nullptr);
    EXPECT_EQ(store->load(with)->output, nullptr) << "read only on request too";
    EXPECT_EQ(store->summary(without).output_bytes, 0);
    EXPECT_EQ(store->summary(with).output_bytes, int64_t{problem.batch} * problem.seq_len * problem.heads *
                                                     (problem.head_dim + 1) * int64_t{sizeof(float)});
    const auto output = store->load(with, RunStore::Output::keep)->output;
    ASSERT_TRUE(output);
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head) {
                const float* row = output->o_row(batch, token, head);
                ASSERT_TRUE(std::equal(row, row + problem.head_dim, run->output->o_row(batch, token, head)));
                ASSERT_EQ(output->lse(batch, head, token), run->output->lse(batch, head, token));
            }
    Db(store->path(), DbMode::read_write, 0).run("DELETE FROM output_chunk WHERE tensor = 'lse'");
    EXPECT_TRUE(contains(error_of(ErrorKind::io, [&] { store->load(with, RunStore::Output::keep); }),
                         "its kept lse does not have"));
}

TEST(RunStore, AKeptOutputGoesWithItsRunAndItsRoomOnCompaction) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = make_fixture_run(find_scenario("Hybrid")->experiment);
    run->output = testing::make_fixture_output(run->schedule->problem);
    store->save(*run, "stays");
    const int64_t large = store->save(*run, "goes", RunStore::Output::keep);
    const int64_t kept = store->summary(large).output_bytes;
    store->remove(large);
    const RunStore::Compaction sizes = store->compact();
    EXPECT_GE(sizes.bytes_before - sizes.bytes_after, kept);
    EXPECT_TRUE(store->check().empty());
}

TEST(RunStore, SaysWhichLinksARunOfOtherTransfersLost) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = make_fixture_run(tiny());
    const size_t planned = run->trace.transfers.size();
    EXPECT_EQ(store->load(store->save(*run, "as planned"))->caveat, "");
    run->version = "0.0.9";
    run->trace.transfers.pop_back();
    const auto loaded = store->load(store->save(*run, "planned otherwise"));
    EXPECT_TRUE(contains(loaded->caveat, "version 0.0.9 with " + std::to_string(planned - 1) +
                                             " transfers; this version plans " + std::to_string(planned)))
        << loaded->caveat;
    for (const Span& span : loaded->trace.spans) EXPECT_EQ(span.transfer, -1);
}

TEST(RunStore, KeepsAnErrorThatIsNotANumber) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    FixtureOptions options;
    options.verify_passed = false;
    const auto run = make_fixture_run(tiny(), options);
    run->verification->max_abs_error = std::numeric_limits<double>::quiet_NaN();
    run->verification->relative_error = std::numeric_limits<double>::infinity();
    const auto loaded = store->load(store->save(*run, "wrong"));
    EXPECT_TRUE(std::isnan(loaded->verification->max_abs_error));
    EXPECT_TRUE(std::isinf(loaded->verification->relative_error));
    EXPECT_FALSE(loaded->verification->passed);
}

TEST(RunStore, KeepsWhichRowIsWrong) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    FixtureOptions options;
    options.verify_passed = false;
    const auto run = make_fixture_run(tiny(), options);
    Verification& v = *run->verification;
    v.worst_lse = {1, 2, 3, 0.5, 1e-6};
    v.wrong_lse_rows = 4;
    v.wrong_empty_rows = 5;
    v.first_wrong_empty = {0, 1, 7, 0, 0};
    const auto loaded = store->load(store->save(*run, "wrong"));
    EXPECT_EQ(failures_of(*loaded->verification), failures_of(v));
    EXPECT_EQ(verification_line(*loaded->verification), verification_line(v));
}

TEST(RunStore, ChangesNamesNotesTagsBaselineAndArchive) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = make_fixture_run(tiny());
    const int64_t first = store->save(*run, "first");
    const int64_t second = store->save(*run, "second");
    store->rename(first, "renamed 'quoted' \xC3\xA9");
    store->set_note(first, "two\nlines");
    store->set_tags(first, {"b", "a", "b", ""});
    store->set_archived(second, true);
    store->set_baseline(first);
    store->set_baseline(second);
    const auto list = store->list();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].id, second) << "newest first";
    EXPECT_TRUE(list[0].baseline && list[0].archived);
    EXPECT_FALSE(list[1].baseline || list[1].archived) << "at most one baseline";
    EXPECT_EQ(list[1].name, "renamed 'quoted' \xC3\xA9");
    EXPECT_EQ(list[1].note, "two\nlines");
    EXPECT_EQ(list[1].tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(list[0].experiment_hash, list[1].experiment_hash) << "the same experiment";
    store->remove(first);
    EXPECT_EQ(store->list().size(), 1u);
    EXPECT_TRUE(store->check().empty());
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { store->remove(first); }), "there is no run 1");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { store->load(77); }), "there is no run 77");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { store->set_baseline(77); }), "there is no run 77");
    EXPECT_TRUE(store->list()[0].baseline) << "a baseline that cannot be set leaves the old one";
}

TEST(RunStore, FindsByNumberNameAndUuid) {
    const ScratchFolder folder;
    const auto store = RunStore::open_or_create(folder.file("runs.ringscope"));
    const auto run = make_fixture_run(tiny());
    const int64_t once = store->save(*run, "once");
    const int64_t twice = store->save(*run, "twice");
    store->save(*run, "twice");
    EXPECT_EQ(store->find("once"), once);
    EXPECT_EQ(store->find(std::to_string(twice)), twice);
    EXPECT_EQ(store->find(store->summary(twice).uuid.substr(0, 13)), twice);
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { store->find("twice"); }),
                         "\"twice\" is not one run but 2: 3 (twice), 2 (twice)"));
    EXPECT_TRUE(
        contains(error_of(ErrorKind::bad_input, [&] { store->find("nowhere"); }), "there are 3 (twice)"));
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { store->find(""); }), "there is no run"));
}

TEST(RunStore, NeverCreatesOnOpenAndRefusesWhatIsNotOurs) {
    const ScratchFolder folder;
    const std::string path = folder.file("runs.ringscope");
    const auto opened = [&] { return error_of(ErrorKind::io, [&] { RunStore::open(path); }); };
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { RunStore::open(path); }),
              path + ": there is no such run file");
    EXPECT_EQ(folder.files(), 0u);
    write_file(
        path,
        "this is a text, long enough to be looked at as a database header by anyone who opens it........");
    EXPECT_TRUE(contains(opened(), "not a run file"));
    write_file(path, "");
    EXPECT_TRUE(contains(opened(), "not a run file")) << opened();
    EXPECT_TRUE(RunStore::open_or_create(path)->writable()) << "an empty file is made one";
    const std::string other = folder.file("other.db");
    Db(other, DbMode::create, 0).run("CREATE TABLE t (x)");
    EXPECT_TRUE(
        contains(error_of(ErrorKind::io, [&] { RunStore::open(other); }), "another program's SQLite file"));
    EXPECT_TRUE(contains(error_of(ErrorKind::bad_input, [&] { RunStore::open_or_create(folder.path()); }),
                         "it is a folder"));
    EXPECT_TRUE(contains(
        error_of(ErrorKind::bad_input, [&] { RunStore::open_or_create("/proc/nowhere/runs.ringscope"); }),
        "its folder /proc/nowhere does not exist"));
}

TEST(RunStore, MakesFoldersForTheDefaultFile) {
    const ScratchFolder folder;
    setenv("XDG_DATA_HOME", folder.path().c_str(), 1);
    EXPECT_EQ(default_run_file(), folder.path() + "/ringscope/runs.ringscope");
    EXPECT_TRUE(RunStore::open_or_create(default_run_file())->writable());
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "/home/somebody", 1);
    EXPECT_EQ(default_run_file(), "/home/somebody/.local/share/ringscope/runs.ringscope");
}

}  // namespace
}  // namespace ringscope
