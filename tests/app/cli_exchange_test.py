#!/usr/bin/env python3
"""ringscope export and import: formats, runs that travel, and traces of other programs.

  cli_exchange_test.py BINARY [unittest arguments]
"""
import csv
import json
import unittest

from program_case import PYTORCH, RunFileCase, ringscope


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
        told = self.assert_ok(ringscope("import", exported, "--dry-run"))
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
        self.assert_error(ringscope("import", self.folder / "none", "--db", self.folder / "new"), 2, "none")
        self.assert_error(ringscope("import", self.db, "--db", self.db), 2, "the same file")
        self.assertFalse((self.folder / "new").exists())

    def test_a_trace_per_rank_is_a_folder_that_is_whole_or_not_there(self):
        self.save()
        folder = self.folder / "ranks"
        export = ("export", 1, "--db", self.db, "--per-rank", "--format")
        self.assert_error(ringscope(*export, "perfetto"), 2, "--output FOLDER")
        self.assert_error(ringscope(*export, "csv", "--output", folder), 2, "--format perfetto")
        self.assert_error(ringscope(*export, "perfetto", "--output", self.folder), 2, "a folder with files in it")
        self.assertFalse(folder.exists())
        self.assert_ok(ringscope(*export, "perfetto", "--output", folder))
        world_size = len(list(folder.iterdir()))
        for rank in range(world_size):
            trace = json.loads((folder / f"rank-{rank}.json").read_text())
            self.assertEqual((trace["distributedInfo"]["rank"], trace["distributedInfo"]["world_size"]), (rank, world_size))
            self.assert_ok(ringscope("import", folder / f"rank-{rank}.json", "--db", self.db))
        ranks = json.loads(self.assert_ok(ringscope("compare", *range(2, 2 + world_size), "--db", self.db, "--json")))["stragglers"]
        self.assertEqual([rank["rank"] for rank in ranks], list(range(world_size)))
        self.assert_error(ringscope("export", 2, "--db", self.db, "--per-rank", "--format", "perfetto", "--output",
                                    self.folder / "x"), 2, "run 2 is a kept trace")


class KeptTraces(RunFileCase):
    def test_traces_of_other_programs_are_told_and_kept(self):
        told = self.assert_ok(ringscope("import", PYTORCH, "--db", self.db, "--dry-run"))
        for words in ("195 slices", "6 flows", "thread 10729 (python)", "allocated bytes, CPU", "not shown",
                      "schemaVersion"):
            self.assertIn(words, told)
        self.assertFalse(self.db.exists())
        for wrong, *words in [(self.file("words.json", "no trace at all"), "words.json"),
                              (self.file("profile.cpuprofile", '{"nodes": [], "samples": [], "timeDeltas": []}'), "profile"),
                              (self.file("experiment.json", '{"problem": {}}'), "--experiment")]:
            self.assert_error(ringscope("import", wrong, "--db", self.db), 2, *words)
        self.assertFalse(self.db.exists())
        kept = self.assert_ok(ringscope("import", PYTORCH, "--db", self.db, "--name", "training step"))
        self.assertTrue(kept.startswith(told), "told as before")
        self.assertIn(f"kept as run 1 in {self.db}", kept)
        self.assertIn("already kept as run 1", self.assert_ok(ringscope("import", PYTORCH, "--db", self.db)))

    def test_kept_traces_stand_beside_runs_and_have_no_figures(self):
        self.assert_ok(ringscope("import", PYTORCH, "--db", self.db))
        self.save()
        self.assertRegex(self.assert_ok(self.runs("list")), r"1  pytorch_profiler.json +trace ")
        trace = self.listed()[1]
        self.assertEqual((trace["kind"], trace["state"], trace["seconds"], trace["verified"]),
                         ("trace", "trace", None, False))
        self.assertIn("195 slices", self.assert_ok(self.runs("show", 1)))
        shown = json.loads(self.assert_ok(self.runs("show", 1, "--json")))
        self.assertEqual((shown["trace"]["slices"], shown["id"]), (195, 1))
        back = self.folder / "back.json"
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "trace", "--output", back))
        self.assertEqual(back.read_bytes(), PYTORCH.read_bytes())
        self.assertEqual(self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "trace")),
                         PYTORCH.read_text())
        for format in ("experiment", "output"):
            self.assert_error(ringscope("export", 1, "--db", self.db, "--format", format), 2,
                              f"run 1 is a kept trace of another program, which has no {format}", "perfetto")
        self.assert_error(ringscope("export", 2, "--db", self.db, "--format", "html"), 2, "compare RUN RUN --html")
        self.assert_error(ringscope("export", 2, "--db", self.db, "--format", "trace"), 2, "run 2 is a run of this program, not a kept trace")
        self.assert_error(ringscope("compare", 1, 2, "--db", self.db), 2, "run 1 is a kept trace", "Compare tab")
        self.assert_error(self.runs("baseline", 1), 2, "kept trace")
        packed, other = self.folder / "packed", self.folder / "other"
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "run", "--output", packed))
        self.assertIn("1 of 1 runs", self.assert_ok(ringscope("import", packed, "--db", other, "--dry-run")))
        self.assert_ok(ringscope("import", packed, "--db", other))
        self.assertIn("0 of 1 runs", self.assert_ok(ringscope("import", packed, "--db", other, "--dry-run")))
        self.assert_error(ringscope("import", packed, "--db", other, "--name", "x"), 2, "--name")

    def keep_pair(self):
        """Runs 1 and 2: the same steps, of which 'softmax' takes twice as long in the second; ranks 0 and 1 of one job."""
        for rank, (softmax, late) in enumerate(((100, 0), (200, 150))):
            events = [{"ph": "X", "pid": 1, "tid": 1, "ts": 10 + 1000 * k, "dur": 900, "name": "ProfilerStep#%d" % k,
                       "cat": "user_annotation"} for k in range(4)]
            events += [{"ph": "X", "pid": 1, "tid": 1, "ts": 20 + 1000 * k, "dur": softmax + k, "name": "softmax",
                        "cat": "cpu_op"} for k in range(4)]
            events += [{"ph": "X", "pid": 0, "tid": 7, "ts": 300 + 1000 * k + late, "dur": 400 - late, "cat": "kernel",
                        "name": "ncclDevKernel_SendRecv"} for k in range(4)]
            path = self.file(f"rank{rank}.json", json.dumps(
                {"distributedInfo": {"rank": rank, "world_size": 2}, "traceEvents": events}))
            self.assert_ok(ringscope("import", path, "--db", self.db))

    def test_kept_traces_alone_are_compared_by_name_and_rank(self):
        self.keep_pair()
        text = self.assert_ok(ringscope("compare", 1, 2, "--db", self.db))
        first, second = text.splitlines()[:2]
        self.assertIn("Rank 1 was last in 100% of its 4 communications", first)
        self.assertIn("600 µs together", first)
        self.assertIn("Grew most: 'softmax' +400 µs (mean 102 µs, then 202 µs)", second)
        page = self.folder / "page.html"
        told = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.db, "--json", "--html", page)))
        self.assertEqual([(trace["run_id"], trace["rank"], trace["slices"]) for trace in told["traces"]],
                         [(1, 0, 12), (2, 1, 12)])
        self.assertEqual((told["names"][0]["name"], told["names"][0]["own_change_ns"]), ("ncclDevKernel_SendRecv", -600000))
        softmax = told["names"][1]
        self.assertEqual((softmax["name"], softmax["own_change_ns"], softmax["mean_change_ns"]), ("softmax", 400000, 100000))
        self.assertEqual([times["slices"] for times in softmax["traces"]], [4, 4])
        self.assertAlmostEqual(softmax["traces"][0]["deviation_ns"], 1290.99, places=1)
        slow = told["stragglers"][1]
        self.assertEqual((slow["rank"], slow["last_to_begin"], slow["cost_to_others_ns"], slow["steps"]), (1, 4, 600000, 4))
        pair = [match for match in told["pairs"] if match["kind"] == "collective"][0]
        self.assertEqual((pair["skew_ns"], pair["transfer_ns"], pair["last_rank"]), (150000, 250000, 1))
        self.assertEqual([(rank["skew_ns"], rank["transfer_ns"]) for rank in pair["ranks"]], [(150000, 250000), (0, 250000)])
        for words in ("Rank 1 was last", 'id="names"', 'id="ranks"', 'id="trace-2"', "ncclDevKernel_SendRecv"):
            self.assertIn(words, page.read_text())
        self.assertNotIn("takes no part in the comparison", page.read_text())
        grouped = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.db, "--json", "--group-names")))
        self.assertIn("ProfilerStep#N", [name["name"] for name in grouped["names"]])
        self.assert_error(ringscope("compare", 1, 2, "--db", self.db, "--fail-if", "seconds>1"), 2, "--fail-if", "kept traces")

    def test_a_kept_trace_is_shown_and_exported_by_itself(self):
        self.keep_pair()
        self.assertIn("Where the time went, by name", self.assert_ok(self.runs("show", 2)))
        told = json.loads(self.assert_ok(ringscope("export", 2, "--db", self.db, "--format", "json")))
        self.assertEqual((told["names"][0]["name"], told["names"][0]["traces"][0]["own_ns"]),
                         ("ncclDevKernel_SendRecv", 1000000))
        rows = list(csv.DictReader(self.assert_ok(ringscope("export", 2, "--db", self.db, "--format", "csv")).splitlines()))
        self.assertEqual(len(rows), 12)
        step = next(row for row in rows if row["name"] == "ProfilerStep#0")
        self.assertEqual((step["duration_ns"], step["own_ns"], step["depth"]), ("900000", "700000", "0"))
        self.assertIn('id="names"', self.assert_ok(ringscope("export", 2, "--db", self.db, "--format", "html")))
        again = self.folder / "again.json"
        self.assert_ok(ringscope("export", 2, "--db", self.db, "--format", "perfetto", "--output", again))
        self.assert_ok(ringscope("import", again, "--db", self.db))
        self.assertEqual(json.loads(self.assert_ok(self.runs("show", 3, "--json")))["trace"]["slices"], 12)
        told = json.loads(self.assert_ok(ringscope("compare", 2, 3, "--db", self.db, "--json")))
        self.assertEqual({(name["own_change_ns"], name["total_change_ns"]) for name in told["names"]}, {(0, 0)})
        self.assertEqual([trace["first_event_ns"] for trace in told["traces"]], [10000, 10000])

    def test_pictures_show_kept_traces_in_the_comparison_only(self):
        self.assert_ok(ringscope("import", PYTORCH, "--db", self.db))
        self.save()
        picture = self.folder / "x.svg"
        for runs in ((1,), (2, 1)):
            given = [word for run in runs for word in ("--run", run)]
            self.assert_ok(ringscope("screenshot", "--view", "compare", *given, "--db", self.db, "--out", picture))
            self.assertIn("pytorch_profiler.json", picture.read_text())
            picture.unlink()
        for view, *given in [("ring", "--trace", PYTORCH), ("ring", "--run", 1), ("compare", "--run", 2),
                             ("compare",), ("ring", "--run", 1, "--run", 2)]:
            self.assert_error(ringscope("screenshot", "--view", view, *given, "--db", self.db, "--out", picture), 2)
        self.assertFalse(picture.exists())


if __name__ == "__main__":
    unittest.main()
