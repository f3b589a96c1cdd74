#!/usr/bin/env python3
"""ringscope sweep: every combination once a round, kept as it ends, taken up again where it stopped.

  sweep_cli_test.py BINARY [unittest arguments]
"""
import json
import resource
import signal
import sqlite3
import struct
import subprocess
import time
import unittest

from program_case import BINARY, TINY, Case, Terminal, default_signals, ringscope

AXES = ["--set", "ring.ranks=1,2", "--set", "ring.overlap=true,false"]
LISTS = '[{"segment_length":8},{"segment_length":16,"dilation_rate":2}],[{"segment_length":16}]'


def known_build():
    """Whether this build's commit says what was built. Saved runs of another count only when asked."""
    revision = json.loads(ringscope("run", *TINY, "--json").stdout)["run"]["revision"]
    return bool(revision) and not revision.endswith("+")


HELD = [] if known_build() else ["--any-build"]


class Sweep(Case):
    def setUp(self):
        super().setUp()
        self.db = self.folder / "runs.ringscope"

    def sweep(self, *arguments, **options):
        return ringscope("sweep", *TINY, *arguments, **options)

    def json(self, *arguments):
        return json.loads(self.assert_ok(self.sweep(*arguments, "--json")))

    def listed(self):
        return json.loads(self.assert_ok(ringscope("runs", "list", "--db", self.db, "--json")))["runs"]

    def test_every_combination_is_run_as_often_as_asked(self):
        report = self.json(*AXES, "--repeat", 3, "--verify", "--db", self.db, "--name", "mine")
        self.assertEqual((report["ran"], report["held"], report["interrupted"]), (12, 0, False))
        settings = [row["settings"] for row in report["combinations"]]
        self.assertEqual(settings[0], {"ring.ranks": "1", "ring.overlap": "true"})
        self.assertEqual(settings[3], {"ring.ranks": "2", "ring.overlap": "false"})
        for i, row in enumerate(report["combinations"]):
            self.assertEqual(row["repeats"]["run_ids"], [i + 1, i + 5, i + 9], "rounds, so that drift meets all alike")
            self.assertEqual(row["repeats"]["median_seconds"], sorted(row["repeats"]["seconds"])[1])
            self.assertTrue(row["verified"])
        self.assertEqual(len(self.listed()), 12)
        self.assertIn("mine: ranks=2 overlap=false", {run["name"] for run in self.listed()})
        self.assertEqual(report["best"] is None, bool(report["why_no_best"]))

    def test_what_the_file_holds_is_not_run_again(self):
        self.json(*AXES, "--db", self.db)
        more = self.json(*AXES, "--repeat", 3, "--db", self.db, *HELD)
        self.assertEqual((more["held"], more["ran"]), (4, 8))
        again = self.json(*AXES, "--repeat", 3, "--db", self.db, *HELD)
        self.assertEqual((again["held"], again["ran"]), (12, 0))
        self.assertEqual(again["combinations"], more["combinations"])
        other = self.json("--set", "ring.ranks=2,4", "--db", self.db, *HELD)
        self.assertEqual((other["held"], other["ran"]), (3, 1), "ranks=2 overlap=true has three runs already")
        verified = self.json(*AXES, "--db", self.db, "--verify")
        self.assertEqual((verified["held"], verified["ran"]), (0, 4), "none of them was verified")

    def test_runs_of_an_unknown_build_are_told_and_count_only_when_asked(self):
        self.json(*AXES, "--db", self.db)
        for revision, doubt in (("", "commit not known"), ("feedc0de0000+", "changed since")):
            connection = sqlite3.connect(self.db)
            connection.execute("UPDATE run SET revision = ?", [revision])
            connection.commit()
            connection.close()
            self.assertIn(doubt, self.assert_ok(self.sweep(*AXES, "--db", self.db)))
            self.assertEqual(self.json(*AXES, "--db", self.db, "--any-build")["ran"], 0)

    @unittest.skipIf(HELD, "the commit of this build does not say what was built")
    def test_runs_of_other_builds_are_told_and_count_only_when_asked(self):
        self.json(*AXES, "--db", self.db)
        connection = sqlite3.connect(self.db)
        connection.execute("UPDATE run SET revision = 'feedc0de0000' WHERE id IN (2, 3)")
        connection.commit()
        connection.close()
        version = self.listed()[0]["version"]
        text = self.assert_ok(self.sweep(*AXES, "--db", self.db))
        self.assertIn(f"2 runs of other builds in the run file left out: {version} (feedc0de0000)", text)
        self.assertIn("--any-build", text)
        self.assertIn("2 runs made, 2 were in the run file already", text)
        with_all = self.json(*AXES, "--db", self.db, "--any-build")
        self.assertEqual((with_all["held"], with_all["ran"]), (6, 0))
        self.assertEqual((with_all["of_other_builds"], with_all["other_builds_counted"]), (2, True))
        self.assertIn("2 runs of other builds counted", self.assert_ok(self.sweep(*AXES, "--db", self.db, "--any-build")))
        self.assert_error(self.sweep("--any-build"), 2, "--db")

    def test_given_tensors_are_read_for_every_combination(self):
        size = 16 * 2 * 4 * 4
        header = json.dumps({name: {"dtype": "F32", "shape": [1, 16, 2, 4], "data_offsets": [size * i, size * (i + 1)]}
                             for i, name in enumerate("qkv")}).encode()
        qkv = self.file("qkv.safetensors", struct.pack("<Q", len(header)) + header + bytes(3 * size))
        given = self.json(*AXES, "--qkv", qkv, "--db", self.db, "--verify")
        self.assertEqual(given["ran"], 4)
        self.assertEqual({run["input"] for run in self.listed()}, {str(qkv)})
        self.assertEqual({run["max_abs_error"] for run in self.listed()}, {0}, "zeros in, zeros out")
        self.assertEqual(self.json(*AXES, "--db", self.db)["ran"], 4, "runs of given tensors are no repeats of generated")
        self.assertEqual(self.json(*AXES, "--qkv", qkv, "--db", self.db, *HELD)["held"], 4)
        ran = self.sweep("--set", "problem.head_dim=4,8", "--set", "ring.ranks=1,2", "--qkv", qkv)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr.count("\n")), (2, "", 2), ran.stderr)
        self.assertIn("head_dim=8 ranks=1: ", ran.stderr)
        self.assert_error(self.sweep(*AXES, "--qkv", self.folder / "none"), 2, "none")

    def test_lists_are_values_too(self):
        report = self.json("--set", "problem.head_groups=" + LISTS)
        self.assertEqual([len(json.loads(row["settings"]["problem.head_groups"])) for row in report["combinations"]],
                         [2, 1])
        self.assertIn("different problems", report["why_no_best"])

    def test_the_table(self):
        text = self.assert_ok(self.sweep(*AXES, "--set", "input.seed=7", "--repeat", 2))
        lines = text.splitlines()
        for word in ("ring.ranks", "ring.overlap", "median", "spread", "reference"):
            self.assertIn(word, lines[0])
        self.assertNotIn("input.seed", lines[0], "a column that says the same in every row")
        self.assertEqual(sum("not verified" in line for line in lines), 4)
        self.assertIn("--verify", text)
        self.assertFalse(self.db.exists())

    def test_invalid_combinations_are_refused_before_anything_runs(self):
        ran = self.sweep("--set", "ring.ranks=2,0,65", "--set", "ring.overlap=true,false", "--db", self.db)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        lines = ran.stderr.splitlines()
        self.assertEqual(len(lines), 4, ran.stderr)
        self.assertIn("ranks=0 overlap=true: ring.ranks", lines[0])
        self.assertIn("ranks=65 overlap=false: ring.ranks", lines[3])
        self.assertFalse(self.db.exists())
        self.assert_error(self.sweep("--set", "ring.rank=1,2"), 2, "ring.rank")
        self.assert_error(self.sweep("--set", "ring.ranks=2,2"), 2, "same experiment")
        self.assert_error(self.sweep("--repeat", 0), 2, "--repeat")
        self.assert_error(self.sweep("--name", "x"), 2, "--db")
        self.assert_error(self.sweep("--set", "input.seed=" + ",".join(map(str, range(10001)))), 2, "10000")

    def test_a_run_that_fails_leaves_the_others_standing(self):
        small = ["--set", 'problem.head_groups=[{"segment_length":16}]']
        ran = self.sweep(*small, "--set", "problem.seq_len=16,2147483647", "--repeat", 2, "--db", self.db, "--json")
        self.assertEqual(ran.returncode, 3, ran.stderr)
        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
        self.assertIn("seq_len=2147483647: out of memory", ran.stderr)
        good, failed = json.loads(ran.stdout)["combinations"]
        self.assertEqual((len(good["repeats"]["seconds"]), good["error"]), (2, None))
        self.assertIn("out of memory", failed["error"])
        self.assertEqual(len(self.listed()), 2)

    def test_a_full_disk_ends_the_sweep_with_what_was_done(self):
        self.json("--set", "ring.ranks=1", "--db", self.db)
        room = self.db.stat().st_size + 20000
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        ran = self.sweep("--set", "ring.ranks=1,2,4", "--repeat", 20, "--db", self.db, "--json", preexec_fn=limit)
        self.assertEqual(ran.returncode, 3, ran.stderr)
        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
        self.assertIn(f"the run is kept in {self.db}.unsaved-", ran.stderr)
        listed = ringscope("runs", "list", "--json", "--db", self.db)
        self.assertIn("1 run that was kept elsewhere", listed.stderr)
        self.assertEqual(len(json.loads(listed.stdout)["runs"]), 1 + json.loads(ran.stdout)["ran"])
        self.assertEqual([self.db], list(self.folder.iterdir()))
        connection = sqlite3.connect(self.db)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()

    def test_an_interrupt_keeps_what_is_done_and_the_same_command_goes_on(self):
        seeds = ["--set", "input.seed=" + ",".join(map(str, range(20)))]
        command = [BINARY, "sweep", *TINY, *seeds, "--repeat", "1000", "--db", self.db, "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=default_signals)
        while not self.db.exists() or len(self.listed()) < 3:
            self.assertIsNone(process.poll())
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertEqual(stderr.count("\n"), 1, stderr)
        self.assertIn("continues from here", stderr)
        report = json.loads(stdout)
        self.assertTrue(report["interrupted"])
        done = len(self.listed())
        self.assertEqual(report["ran"], done)
        self.assertEqual("with --any-build continues" in stderr, bool(HELD))
        rest = self.json(*seeds, "--repeat", done // 20 + 1, "--db", self.db, *HELD)
        self.assertEqual(rest["held"], done)
        self.assertEqual(rest["ran"], 20 - done % 20)

    def test_two_sweeps_at_once_share_a_file(self):
        command = [BINARY, "sweep", *TINY, "--db", self.db, "--json", "--set"]
        both = [subprocess.Popen([*command, "input.seed=" + ",".join(str(10 * i + j) for j in range(10))],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in (1, 2)]
        for process in both:
            stdout, stderr = process.communicate(timeout=120)
            self.assertEqual((process.returncode, stderr), (0, ""))
            self.assertEqual(json.loads(stdout)["ran"], 10)
        self.assertEqual(len(self.listed()), 20)

    def test_progress_tells_the_combination_and_the_time_left(self):
        terminal = Terminal()
        lone = 'problem.head_groups=[{"segment_length":4096}]'
        process = subprocess.Popen(
            [BINARY, "sweep", "--set", "problem.seq_len=4096", "--set", lone, "--set", "ring.ranks=1,2",
             "--repeat", "4", "--json"], stdout=subprocess.PIPE, stderr=terminal.follower, text=True)
        stdout, _ = process.communicate(timeout=120)
        shown = terminal.shown()
        self.assertEqual(json.loads(stdout)["ran"], 8)
        self.assertIn(" of 8, ranks=", shown)
        self.assertIn(" left: ", shown)


if __name__ == "__main__":
    unittest.main()
