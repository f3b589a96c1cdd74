#!/usr/bin/env python3
"""ringscope export and import: formats, runs that travel, and traces of other programs.

  cli_exchange_test.py BINARY [unittest arguments]
"""
import json
import pathlib
import unittest

from program_case import RunFileCase, ringscope


class Exchange(RunFileCase):
    def test_every_format_of_an_export(self):
        self.save()
        export = ["export", 1, "--db", self.db, "--format"]
        self.assertTrue(json.loads(self.assert_ok(ringscope(*export, "perfetto")))["traceEvents"])
        self.assertEqual(json.loads(self.assert_ok(ringscope(*export, "json")))["run_id"], 1)
        self.assertTrue(self.assert_ok(ringscope(*export, "csv")).startswith("rank,step,kind"))
        experiment = self.folder / "experiment.json"
        self.assert_ok(ringscope(*export, "experiment", "--output", experiment))
        self.assert_ok(ringscope("plan", "--experiment", experiment))

    def test_an_exported_trace_of_a_real_run_keeps_the_rules(self):
        self.assert_ok(ringscope("run", "--preset", "Hybrid", "--db", self.db))
        exported = self.folder / "trace.json"
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "perfetto", "--output", exported))
        trace = json.loads(exported.read_text())
        self.assertEqual(trace["distributedInfo"]["world_size"], 4)
        tracks, flows, counters, names = {}, {}, set(), set()
        for event in trace["traceEvents"]:
            track = event["pid"], event["tid"]
            if event["ph"] == "X":
                tracks.setdefault(track, []).append((event["ts"], event["ts"] + event["dur"]))
            elif event["ph"] in "sf":
                flows.setdefault(event["id"], {})[event["ph"]] = (track, event["ts"])
            elif event["ph"] == "C":
                counters.add(event["pid"])
            elif event["name"] == "thread_name":
                names.add(track)
        self.assertEqual(counters, set(range(4)))
        self.assertEqual(set(tracks) - names, set())
        for track, slices in tracks.items():
            slices.sort()
            for (_, end), (begin, _) in zip(slices, slices[1:]):
                self.assertLessEqual(end, begin + 1e-3, f"slices overlap on {track}")
        self.assertGreater(len(flows), 0)
        for ends in flows.values():
            self.assertEqual(set(ends), {"s", "f"})
            for track, time in ends.values():
                self.assertTrue(any(a - 1e-3 <= time <= b + 1e-3 for a, b in tracks[track]), "a flow ends in no slice")
        told = self.assert_ok(ringscope("import", exported))
        self.assertIn(f"{sum(map(len, tracks.values()))} slices", told)
        self.assertNotIn("cross", told)

    def test_runs_travel_as_files(self):
        self.save("--name", "traveller")
        packed, other = self.folder / "packed.ringscope", self.folder / "other.ringscope"
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "run", "--output", packed))
        self.assertIn("added run 1", self.assert_ok(ringscope("import", packed, "--db", other)))
        self.assertIn("no new runs", self.assert_ok(ringscope("import", packed, "--db", other)))
        self.assertIn("traveller", self.assert_ok(ringscope("runs", "list", "--db", other)))
        self.assert_error(ringscope("export", 1, "--db", self.db, "--format", "run"), 2, "--output")
        self.assert_error(ringscope("import", self.folder / "none", "--db", self.folder / "new"), 3, "none")
        self.assertFalse((self.folder / "new").exists())

    def test_traces_of_other_programs_are_told_and_go_into_no_run_file(self):
        data = pathlib.Path(__file__).resolve().parent.parent / "data/pytorch_profiler.json"
        told = self.assert_ok(ringscope("import", data))
        for words in ("195 slices", "6 flows", "thread 10729 (python)", "allocated bytes, CPU", "not shown",
                      "baseTimeNanoseconds", "nothing was added"):
            self.assertIn(words, told)
        self.assert_error(ringscope("import", data, "--db", self.folder / "new"), 2, "--db", "trace")
        self.assertFalse((self.folder / "new").exists())
        bad = self.file("bad.json", '[{"ph": "X", "ts": "soon"}]')
        self.assert_error(ringscope("import", bad), 2, "bad.json: event 0", '"soon"')
        self.assert_error(ringscope("import", self.file("cut.json", '{"traceEvents": [{"ph"')), 2, "byte 23")
        self.assert_error(ringscope("import", self.file("experiment.json", '{"problem": {}}')), 2, "--experiment")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--trace", data, "--out", self.folder / "x.png"),
                          2, "--trace")


if __name__ == "__main__":
    unittest.main()
