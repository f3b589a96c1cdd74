#!/usr/bin/env python3
"""Simulated and replayed runs on the command line.

  cli_simulate_test.py BINARY [unittest arguments]
"""
import contextlib
import json
import pathlib
import sqlite3
import unittest

from program_case import TINY, Case, ringscope

GPUS = ["--machine", "8xh100-sxm"]
LONG = ["--set", "problem.seq_len=65536", "--set", "problem.dtype=bf16", "--set", "ring.ranks=8",
        "--set", 'problem.head_groups=[{"segment_length": 65536}]']


class Simulate(Case):
    def simulated(self, *arguments):
        return json.loads(self.assert_ok(ringscope("simulate", *GPUS, *LONG, *arguments, "--json")))

    def test_json(self):
        result = self.simulated()
        run = result["run"]
        self.assertEqual((run["origin"], run["machine"]), ("simulated", "8xh100-sxm"))
        self.assertIn("the model of 8xh100-sxm", run["clock"])
        self.assertEqual(len(result["ranks"]), 8)
        for rank in result["ranks"]:
            self.assertEqual(rank["peak_bytes"], rank["predicted_peak_bytes"])
            self.assertGreater(rank["compute_seconds"], 0)
        self.assertEqual(run["trials"]["count"], 1)
        self.assertNotIn("replayed", result)
        planned = json.loads(self.assert_ok(ringscope("plan", *LONG, "--json")))
        self.assertEqual(run["bytes_on_wire"], planned["bytes_on_wire"])

    def test_the_same_every_time_and_spread_over_trials(self):
        once = self.simulated()
        self.assertEqual(once["run"]["seconds"], self.simulated()["run"]["seconds"])
        trials = self.simulated("--trials", "21", "--seed", "7")["run"]["trials"]
        self.assertEqual(trials["count"], 21)
        self.assertLess(trials["min"], trials["median"])
        self.assertLess(trials["median"], trials["max"])
        self.assertEqual(trials, self.simulated("--trials", "21", "--seed", "7")["run"]["trials"])
        self.assertNotEqual(trials, self.simulated("--trials", "21", "--seed", "8")["run"]["trials"])

    def test_what_if(self):
        plain = self.simulated("--set", "ring.overlap=false")["run"]["seconds"]
        self.assertLess(self.simulated("--set", "ring.overlap=false", "--rate", "2")["run"]["seconds"], plain)
        self.assertLess(self.simulated("--set", "ring.overlap=false", "--bandwidth", "4")["run"]["seconds"], plain)
        self.assertGreater(self.simulated("--set", "ring.overlap=false", "--latency", "1000")["run"]["seconds"], plain)
        slow = self.simulated("--slow", "3:2", "--slow", "5:1.5")
        self.assertGreater(slow["ranks"][3]["compute_seconds"], 1.9 * slow["ranks"][0]["compute_seconds"])
        self.assertEqual([rank["rank"] for rank in slow["run"]["slow_ranks"]], [3, 5])
        late = self.simulated("--fault", "delay:rank=1,step=1,seconds=2")
        self.assertGreater(late["run"]["seconds"], 2)

    def test_kept_listed_and_compared(self):
        db = pathlib.Path(self.folder) / "runs.ringscope"
        self.assert_ok(ringscope("simulate", *GPUS, *LONG, "--db", db, "--name", "h100"))
        self.assert_ok(ringscope("simulate", "--machine", "8xa100-sxm", *LONG, "--db", db, "--name", "a100"))
        listed = json.loads(self.assert_ok(
            ringscope("runs", "list", "--db", db, "--filter", "origin=simulated machine=8xa100-sxm", "--json")))
        self.assertEqual([run["name"] for run in listed["runs"]], ["a100"])
        self.assertEqual(listed["runs"][0]["machine"], "8xa100-sxm")
        shown = json.loads(self.assert_ok(ringscope("runs", "show", "1", "--db", db, "--json")))
        self.assertEqual(shown["run"]["machine"], "8xh100-sxm")
        text = self.assert_ok(ringscope("compare", "1", "2", "--db", db))
        self.assertIn("the model of 8xh100-sxm (simulated)", text)

    def test_text_and_trace(self):
        trace = pathlib.Path(self.folder) / "trace.json"
        text = self.assert_ok(ringscope("simulate", *GPUS, *LONG, "--trials", "5", "--trace", trace))
        self.assertIn("simulated on 8xh100-sxm (", text)
        self.assertIn("5 trials: ", text)
        self.assertGreater(len(json.loads(trace.read_text())["traceEvents"]), 8)

    def test_bad_input(self):
        def refused(*arguments):
            ran = ringscope("simulate", *arguments)
            self.assert_error(ran, 2)
            return ran.stderr

        self.assertIn("ring.ranks is 9", refused(*GPUS, *LONG, "--set", "ring.ranks=9"))
        self.assertIn("4096", refused("--machine", "512x8xh100-8nic", *LONG, "--set", "ring.ranks=4097"))
        self.assertIn("did you mean '8xh100-sxm'", refused("--machine", "8xh100-sxn"))
        self.assertIn("calibrate", refused(*LONG))
        self.assertIn("--slow: '3' is not allowed", refused(*GPUS, *LONG, "--slow", "3"))
        self.assertIn("slow rank 8", refused(*GPUS, *LONG, "--slow", "8:2"))
        self.assertIn("--trials: '0'", refused(*GPUS, *LONG, "--trials", "0"))
        self.assertIn("--rate: '-1'", refused(*GPUS, *LONG, "--rate=-1"))
        self.assertIn("delay", refused(*GPUS, *LONG, "--fault", "throw_error:rank=1,step=1"))

    def test_out_of_memory_names_the_rank(self):
        huge = ["--set", "problem.seq_len=67108864", "--set", "problem.heads=64", "--set", "problem.head_dim=128",
                "--set", "problem.dtype=bf16", "--set", "ring.ranks=8",
                "--set", 'problem.head_groups=[{"segment_length": 67108864}]']
        ran = ringscope("simulate", *GPUS, *huge)
        self.assert_error(ran, 3)
        self.assertRegex(ran.stderr, r"out of memory: rank \d needs .* device \d \(NVIDIA H100")


class Replay(Case):
    SHARED = [*TINY, "--set", "ring.ranks=4", "--set", "backend.threads=1"]

    def test_json_carries_both_clocks(self):
        result = json.loads(self.assert_ok(ringscope("run", *self.SHARED, "--json")))
        self.assertEqual(result["run"]["origin"], "measured")
        self.assertIn("4 ranks shared 1 core", result["run"]["clock"])
        replayed = result["replayed"]
        self.assertGreater(replayed["seconds"], 0)
        self.assertEqual(replayed["link"], "as measured")
        self.assertEqual(len(replayed["ranks"]), 4)
        for rank in replayed["ranks"]:
            self.assertEqual(set(rank), {"rank", "compute_seconds", "wait_seconds", "transfer_seconds"})
        alone = json.loads(self.assert_ok(ringscope("run", *TINY, "--set", "ring.ranks=1", "--json")))
        self.assertNotIn("replayed", alone)

    def test_text_names_both_clocks(self):
        text = self.assert_ok(ringscope("run", *self.SHARED))
        self.assertIn("clock: this machine (measured); 4 ranks shared 1 core", text)
        self.assertIn("clock: every rank its own device (replayed)", text)

    def test_compare_takes_either_clock(self):
        db = pathlib.Path(self.folder) / "runs.ringscope"
        for name, ranks in (("two", 2), ("four", 4)):
            self.assert_ok(ringscope("run", *self.SHARED, "--set", f"ring.ranks={ranks}", "--db", db, "--name", name))
        def clocks(*options):
            sides = json.loads(self.assert_ok(ringscope("compare", "two", "four", "--db", db, "--json", *options)))
            return [side["clock"] for side in sides["sides"]]
        self.assertEqual(clocks(), ["every rank its own device (replayed)"] * 2)
        self.assertEqual(clocks("--clock", "measured"),
                         [f"this machine (measured); {ranks} ranks shared 1 core" for ranks in (2, 4)])


    def test_replayed_time_is_a_figure(self):
        db = pathlib.Path(self.folder) / "runs.ringscope"
        for name, ranks in (("one", 1), ("four", 4)):
            self.assert_ok(ringscope("run", *self.SHARED, "--set", f"ring.ranks={ranks}", "--db", db, "--name", name))
        listed = json.loads(self.assert_ok(
            ringscope("runs", "list", "--db", db, "--filter", "replayed>0", "--json")))["runs"]
        self.assertEqual([run["name"] for run in listed], ["four"])
        shown = json.loads(self.assert_ok(ringscope("runs", "show", "four", "--db", db, "--json")))
        self.assertEqual(shown["replayed"]["seconds"], listed[0]["replayed_seconds"])
        self.assertEqual(shown["run"]["replayed_seconds"], listed[0]["replayed_seconds"])

    def test_a_run_without_spans_cannot_be_replayed(self):
        db = pathlib.Path(self.folder) / "runs.ringscope"
        for name in ("a", "b"):
            self.assert_ok(ringscope("run", *self.SHARED, "--db", db, "--name", name))
        with contextlib.closing(sqlite3.connect(db)) as file:
            file.execute("DELETE FROM trace_chunk WHERE run = 2")
            file.commit()
        refused = ringscope("compare", "a", "b", "--db", db, "--clock", "own-devices")
        self.assert_error(refused, 2)
        self.assertIn("b: the run has no spans: there is nothing to replay", refused.stderr)
        compared = json.loads(self.assert_ok(ringscope("compare", "a", "b", "--db", db, "--json")))
        self.assertEqual({side["clock"] for side in compared["sides"]},
                         {"this machine (measured); 4 ranks shared 1 core"}, "two clocks do not compare")


if __name__ == "__main__":
    unittest.main()
