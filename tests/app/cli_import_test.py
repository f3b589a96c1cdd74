#!/usr/bin/env python3
"""ringscope import: several files, folders, one clock, and JSON.

  cli_import_test.py BINARY [unittest arguments]
"""
import gzip
import json
import shutil
import unittest

from program_case import BINARY, PYTORCH, RunFileCase, ringscope

import subprocess

BASE = 1752000000000000000


def slice_of(ts, dur=500.0, pid=0):
    return {"ph": "X", "pid": pid, "tid": 1, "ts": ts, "dur": dur, "name": "compute"}


class Import(RunFileCase):
    def trace(self, name, events, **members):
        return self.file(name, json.dumps({**members, "traceEvents": events}))

    def rank(self, rank, ts, base, ranks=2):
        return self.trace(f"rank{rank}.json", [slice_of(ts)], baseTimeNanoseconds=base,
                          distributedInfo={"rank": rank, "world_size": ranks})

    def told(self, *arguments, **options):
        return json.loads(self.assert_ok(ringscope("import", *arguments, "--json", **options)))

    def test_files_of_one_job_lie_on_one_clock_by_rank(self):
        files = [self.rank(1, -3300.0, BASE + 5_000_000), self.rank(0, 100.0, BASE)]
        told = self.told(*files, "--dry-run")
        self.assertEqual([(file["rank"], file["begin_ns"], file["length_ns"]) for file in told["files"]],
                         [(0, 0, 500_000), (1, 1_600_000, 500_000)])
        self.assertIn("baseTimeNanoseconds", told["clock"]["source"])
        text = self.assert_ok(ringscope("import", *files, "--dry-run"))
        self.assertRegex(text, r"rank1.json +1 +1\.60? ms")
        self.assertIn("clock: time since 1970", text)

    def test_a_clock_can_be_set_by_hand(self):
        files = [self.rank(0, 0.0, BASE), self.rank(1, 0.0, BASE)]
        told = self.told(*files, "--db", self.db, "--offset", "rank1.json=-1.5ms")
        self.assertEqual([file["begin_ns"] for file in told["files"]], [1_500_000, 0])
        self.assertIn("by hand", told["clock"]["source"])
        offsets = lambda: [json.loads(self.assert_ok(self.runs("show", run, "--json")))["trace"]["offset_ns"] for run in (1, 2)]
        self.assertEqual(offsets(), [0, -1_500_000])
        self.assert_ok(self.runs("shift", 2, "250us"))
        self.assertEqual(offsets(), [0, 250_000])
        self.assertIn("moved by +250", self.assert_ok(self.runs("show", 2)))
        self.assert_error(self.runs("shift", 2, "soon"), 2, "'soon' is not a time")
        self.assert_error(ringscope("import", *files, "--dry-run", "--offset", "rank7.json=1s"), 2, "rank7.json")
        self.assert_error(ringscope("import", *files, "--dry-run", "--offset", "1s"), 2, "TRACE=TIME")
        self.save()
        self.assert_error(self.runs("shift", 3, "1s"), 2, "run 3 is a run of this program")

    def test_what_shares_no_clock_is_said_to_share_none(self):
        told = self.told(self.trace("a.json", [slice_of(5)]), self.trace("b.json", [slice_of(9)]), "--dry-run")
        self.assertEqual([file["begin_ns"] for file in told["files"]], [0, 0])
        self.assertTrue(told["clock"]["source"].startswith("none"), told["clock"])

    def test_a_folder_stands_for_the_traces_and_run_files_in_it(self):
        folder = self.folder / "job"
        (folder / "deeper").mkdir(parents=True)
        (folder / ".hidden").mkdir()
        (folder / "deeper" / "b.json.gz").write_bytes(gzip.compress(json.dumps([slice_of(1)]).encode()))
        (folder / "a.json").write_text(json.dumps([slice_of(1)]))
        (folder / ".hidden" / "c.json").write_text(json.dumps([slice_of(1)]))
        (folder / "notes.txt").write_text("not a trace")
        self.save()
        shutil.copy(self.db, folder / "runs.ringscope")
        told = self.told(folder, "--db", self.folder / "new")
        self.assertEqual([file["file"] for file in told["files"]],
                         [str(folder / name) for name in ("a.json", "deeper/b.json.gz", "runs.ringscope")])
        self.assertEqual([file["kind"] for file in told["files"]], ["trace", "trace", "run file"])
        self.assertEqual([note["count"] for note in told["left_out"]], [1])
        self.assertIn("notes.txt", told["left_out"][0]["example"])
        self.assertEqual(len(json.loads(self.assert_ok(ringscope("runs", "list", "--json", "--db", self.folder / "new")))["runs"]), 3)
        (folder / "a.json").unlink(), shutil.rmtree(folder / "deeper"), (folder / "runs.ringscope").unlink()
        self.assert_error(ringscope("import", folder, "--db", self.db), 2, "no trace and no run file", "notes.txt")

    def test_a_named_file_that_cannot_be_read_keeps_nothing(self):
        good, bad = self.trace("good.json", [slice_of(1)]), self.file("bad.txt", "words")
        self.assert_error(ringscope("import", good, bad, "--db", self.db), 2, "bad.txt")
        self.assert_error(ringscope("import", good, self.folder / "none", "--db", self.db), 2, "none")
        self.assertFalse(self.db.exists())

    def test_each_file_is_kept_once(self):
        files = [self.rank(0, 1.0, BASE), self.rank(1, 1.0, BASE)]
        told = self.told(*files, files[0], "--db", self.db)
        self.assertEqual([(file["run_id"], file["is_new"]) for file in told["files"]], [(1, True), (2, True)])
        told = self.told(*files, "--db", self.db)
        self.assertEqual([(file["run_id"], file["is_new"]) for file in told["files"]], [(1, False), (2, False)])
        self.assert_error(ringscope("import", *files, "--db", self.db, "--name", "x"), 2, "--name", "2 files")

    def test_a_trace_comes_through_a_pipe(self):
        bytes = PYTORCH.read_bytes()
        for words in (["import", "-", "--db", self.db, "--json"], ["import", "-", "--dry-run", "--json"]):
            done = subprocess.run([BINARY, *map(str, words)], input=gzip.compress(bytes), capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            file = json.loads(done.stdout)["files"][0]
            self.assertEqual((file["file"], file["slices"]), ("-", 195))
        self.assertEqual([run["name"] for run in self.listed()], ["standard input"])
        done = subprocess.run([BINARY, "import", "-", "--db", str(self.db)], input=self.db.read_bytes(), capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"regular file", done.stderr)


if __name__ == "__main__":
    unittest.main()
