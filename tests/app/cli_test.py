#!/usr/bin/env python3
"""The command line as a person or a script meets it: exit codes, messages, what is written and what is not.

  cli_test.py BINARY [unittest arguments]
"""
import json
import os
import pathlib
import pty
import resource
import signal
import struct
import subprocess
import time
import unittest

from program_case import BINARY, ERROR, TINY, Case, default_signals, ringscope


class Usage(Case):
    def test_unknown_command_names_the_nearest(self):
        self.assert_error(ringscope("rnu"), 2, "rnu", "did you mean run?")

    def test_unknown_command_far_from_any_lists_them(self):
        self.assert_error(ringscope("frobnicate"), 2, "frobnicate", "run, sweep, plan, runs")

    def test_unknown_option_names_the_nearest(self):
        self.assert_error(ringscope("run", "--vrify"), 2, "--vrify", "did you mean --verify?")

    def test_missing_value(self):
        self.assert_error(ringscope("run", "--set"), 2, "--set")

    def test_missing_required_option(self):
        self.assert_error(ringscope("screenshot", "--view", "ring"), 2, "--out")

    def test_mistyped_option_explains_the_missing_one(self):
        self.assert_error(ringscope("screenshot", "--veiw", "ring", "--out", "x.png"), 2, "did you mean --view?")

    def test_value_out_of_its_list(self):
        self.assert_error(ringscope("export", "1", "--format", "pdf"), 2, "pdf", "perfetto, csv, json, experiment")

    def test_group_without_command(self):
        self.assert_error(ringscope("runs"), 2, "list", "delete")

    def test_help_and_version(self):
        self.assertIn("--set", self.assert_ok(ringscope("run", "--help")))
        self.assertRegex(self.assert_ok(ringscope("--version")), r"^ringscope \d+\.\d+\.\d+\n$")

    def test_file_and_preset_exclude_each_other(self):
        self.assert_error(ringscope("plan", "--experiment", "a.json", *TINY), 2, "--experiment", "--preset")

    def test_unknown_preset_names_the_nearest(self):
        self.assert_error(ringscope("plan", "--preset", "Hybird"), 2, "did you mean 'Hybrid'?")

    def test_own_presets_are_known_by_name(self):
        presets = self.folder / "ringscope" / "presets"
        presets.mkdir(parents=True)
        (presets / "my own.json").write_text(json.dumps({"problem": {
            "seq_len": 64, "heads": 2, "head_dim": 4, "head_groups": [{"segment_length": 32}]}}))
        environment = {**os.environ, "XDG_CONFIG_HOME": str(self.folder)}
        planned = json.loads(self.assert_ok(ringscope("plan", "--preset", "my own", "--json", env=environment)))
        self.assertEqual(sum(rank["tokens"] for rank in planned["ranks"]), 64)
        self.assert_error(ringscope("plan", "--preset", "my onw", env=environment), 2, "did you mean 'my own'?")

    def test_name_without_run_file(self):
        self.assert_error(ringscope("run", *TINY, "--name", "x"), 2, "--name", "--db")


class BadExperiments(Case):
    def plan(self, *settings):
        return ringscope("plan", *TINY, *[word for setting in settings for word in ("--set", setting)])

    def test_settings(self):
        for setting, *words in [
            ("ring.rank=3", "ring.rank", "ring.ranks"),
            ("ring.ranks=x", "ring.ranks", "x"),
            ("ring.ranks=0", "ring.ranks", "0"),
            ("ring.ranks=5000", "ring.ranks", "4096"),
            ("ring.ranks", "ring.ranks", "="),
            ("problem.seq_len=99999999999999999999", "problem.seq_len"),
            ("problem.seq_len=-1", "problem.seq_len", "-1"),
            ("problem.kv_heads=3", "kv_heads", "3"),
            ("problem.dtype=f8", "problem.dtype", "f8", "f32", "bf16"),
            ("problem.softmax_scale=nan", "softmax_scale"),
            ('problem.head_groups=[{"segment_length":4,"dilation_rate":8}]', "dilation_rate", "8"),
            ('problem.head_groups=[{"segment_length":8,"dilation_rate":2,"offset":2}]', "offset", "2"),
            ('problem.head_groups=[{"segment_length":8,"dilation":2}]', "dilation"),
            ("problem.head_groups=[", "problem.head_groups"),
            ("problem.head_groups=[]", "head_groups"),
        ]:
            with self.subTest(setting):
                self.assert_error(self.plan(setting), 2, *words)

    def test_every_problem_at_once(self):
        self.assert_error(self.plan("ring.ranks=0", "problem.head_dim=0"), 2, "ring.ranks", "problem.head_dim")

    def test_files(self):
        for text, *words in [
            ("", "bad.json"),
            ("{", "bad.json"),
            ("[]", "bad.json"),
            ("{}", "problem.seq_len", "problem.head_groups"),
            ('{"problem": {"seq_len": "8"}}', "problem.seq_len"),
            ('{"problem": {}, "rings": {}}', "rings", "ring"),
            ("[" * 100000, "bad.json"),
        ]:
            with self.subTest(text[:40]):
                path = self.file("bad.json", text)
                self.assert_error(ringscope("run", "--experiment", path), 2, *words)

    def test_no_such_file(self):
        self.assert_error(ringscope("run", "--experiment", self.folder / "none.json"), 3, "none.json")

    def test_too_many_ranks_to_run_can_be_planned(self):
        self.assert_ok(self.plan("ring.ranks=1000"))
        self.assert_error(ringscope("run", *TINY, "--set", "ring.ranks=1000"), 2, "1000", "64")

    def test_too_large_for_memory_is_refused_before_allocating(self):
        begin = time.monotonic()
        ran = ringscope("run", "--set", "problem.seq_len=1000000000")
        self.assertIn(ran.returncode, (2, 3))
        self.assert_error(ran, ran.returncode, "iB")
        self.assertLess(time.monotonic() - begin, 60)

    def test_unknown_kernel_and_device(self):
        self.assert_error(ringscope("run", *TINY, "--set", "backend.kernel=fast"), 2, "fast", "portable")
        ran = ringscope("run", *TINY, "--set", "backend.transport=mpi")
        self.assert_error(ran, ran.returncode, "mpi")
        self.assertIn(ran.returncode, (2, 3))


class BadTensors(Case):
    """n 16, 2 heads, head_dim 4, f32: q, k and v have 512 bytes each."""

    SHAPE = [1, 16, 2, 4]

    def tensors(self, **changes):
        header = {
            name: {"dtype": "F32", "shape": self.SHAPE, "data_offsets": [512 * i, 512 * (i + 1)]}
            for i, name in enumerate("qkv")
        }
        for name, change in changes.items():
            if change is None:
                del header[name]
            else:
                header[name] = {**header[name], **change}
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + bytes(3 * 512)

    def run_with(self, data):
        return ringscope("run", *TINY, "--qkv", self.file("qkv.safetensors", data))

    def test_good(self):
        self.assertIn("on the wire", self.assert_ok(self.run_with(self.tensors())))

    def test_damaged(self):
        for name, data in {
            "empty": b"",
            "no header": b"\x08\0\0\0",
            "truncated data": self.tensors()[:-1],
            "more data": self.tensors() + b"\0",
            "header of 2^60 bytes": struct.pack("<Q", 1 << 60) + self.tensors()[8:],
            "header of 2^64 - 1 bytes": struct.pack("<Q", (1 << 64) - 1) + self.tensors()[8:],
            "header is no JSON": struct.pack("<Q", 4) + b"!!!!" + bytes(1536),
            "wrong dtype": self.tensors(q={"dtype": "F64"}),
            "another dtype": self.tensors(q={"dtype": "BF16"}),
            "wrong shape": self.tensors(k={"shape": [1, 16, 4, 2]}),
            "negative shape": self.tensors(k={"shape": [-1, 16, 2, 4]}),
            "overlap": self.tensors(k={"data_offsets": [500, 1012]}),
            "out of range": self.tensors(v={"data_offsets": [1024, 1 << 40]}),
            "reversed": self.tensors(v={"data_offsets": [1536, 1024]}),
            "missing": self.tensors(v=None),
        }.items():
            with self.subTest(name):
                self.assert_error(self.run_with(data), 2, "qkv.safetensors")

    def test_no_such_file(self):
        ran = ringscope("run", *TINY, "--qkv", self.folder / "none.safetensors")
        self.assert_error(ran, 3, "none.safetensors")


class Output(Case):
    def test_json_is_one_object(self):
        run = json.loads(self.assert_ok(ringscope("run", *TINY, "--verify", "--json")))
        for key in "seconds flops gflops_per_second bytes_on_wire overlap_efficiency compute_imbalance device kernel".split():
            self.assertIn(key, run["run"])
        for key in ("rank peak_bytes predicted_peak_bytes sent_bytes received_bytes compute_seconds wait_seconds "
                    "transfer_seconds").split():
            self.assertIn(key, run["ranks"][3])
        self.assertTrue(run["verify"]["passed"])
        self.assertNotIn("run_id", run)
        plan = json.loads(self.assert_ok(ringscope("plan", *TINY, "--json")))
        self.assertEqual(plan["bytes_on_wire"], run["run"]["bytes_on_wire"])
        for key in "bytes_on_wire flops dense_flops steps ranks".split():
            self.assertIn(key, plan)
        json.loads(self.assert_ok(ringscope("devices", "--json")))
        bench = json.loads(self.assert_ok(ringscope("bench", "plan", "--json")))
        self.assertEqual(bench["bench"], "plan")
        self.assertTrue(bench["results"] and bench["machine"])
        peak = json.loads(self.assert_ok(ringscope("bench", "peak", "--json")))
        self.assertEqual(peak["results"][0]["dtype"], "f32")
        self.assertEqual(peak["results"][0]["threads"], 1)
        for row in peak["results"]:
            self.assertGreater(row["gflops_per_second"], 0)

    def test_bench_frame_measures_every_view_at_several_zooms(self):
        bench = json.loads(self.assert_ok(ringscope("bench", "frame", "--json")))
        self.assertEqual({row["view"] for row in bench["results"]}, {"timeline", "memory", "ring", "pattern"})
        for row in bench["results"]:
            self.assertEqual(row["spans"], 1_000_000)
            self.assertGreater(row["frame_ms_median"], 0)
            self.assertGreaterEqual(row["frame_ms_p99"], row["frame_ms_median"])
            self.assertGreater(row["settings_to_frame_ms"], 0)
        zooms = [row["zoom"] for row in bench["results"] if row["view"] == "timeline"]
        self.assertEqual(zooms, [10 ** i for i in range(6)])

    def test_tables(self):
        text = self.assert_ok(ringscope("run", *TINY, "--verify"))
        for word in ("compute", "wait", "transfer", "sent", "peak", "predicted", "passed"):
            self.assertIn(word, text)
        self.assertIn("predicted peak", self.assert_ok(ringscope("plan")))

    def test_published_figures_of_a_million_tokens(self):
        def plan(groups, *settings):
            text = json.dumps([{"segment_length": w, "dilation_rate": r} for w, r in groups])
            settings = ["problem.seq_len=1048576", "problem.heads=32", "problem.head_dim=128", "problem.dtype=bf16",
                        "ring.ranks=8", "problem.causal=false", "problem.head_groups=" + text, *settings]
            words = [word for setting in settings for word in ("--set", setting)]
            return json.loads(self.assert_ok(ringscope("plan", *words, "--json")))

        longnet = [(2048 << i, 1 << i) for i in range(5)]
        self.assertEqual(plan(longnet)["bytes_on_wire"], 0)
        sparse = [(8192, 1), (65536, 8), (262144, 32), (1048576, 128)]
        self.assertEqual({rank["sent_bytes"] for rank in plan(sparse)["ranks"]}, {44 << 20})
        whole = plan(sparse, "ring.prune=false", "ring.dilate_before_send=false")
        self.assertEqual({rank["sent_bytes"] for rank in whole["ranks"]}, {14336 << 20})

    def test_full_and_closed_standard_output(self):
        with open("/dev/full", "w") as full:
            ran = ringscope("run", *TINY, stdout=full, stderr=subprocess.PIPE, capture_output=False)
        self.assert_error(ran, 3, "standard output", "No space left")
        reader, writer = os.pipe()
        os.close(reader)
        ran = ringscope("run", *TINY, "--json", stdout=writer, stderr=subprocess.PIPE, capture_output=False)
        os.close(writer)
        self.assert_error(ran, 3, "standard output")
        ran = subprocess.run(f"'{BINARY}' devices >&-", shell=True, capture_output=True, text=True, timeout=60)
        self.assert_error(ran, 3, "standard output")

    def test_progress_only_on_a_terminal_and_never_in_the_way_of_json(self):
        master, slave = pty.openpty()
        ran = ringscope("run", "--json", stdout=subprocess.PIPE, stderr=slave, capture_output=False)
        os.close(slave)
        os.set_blocking(master, False)
        try:
            shown = os.read(master, 65536).decode()
        except (BlockingIOError, OSError):
            shown = ""
        os.close(master)
        json.loads(ran.stdout)
        self.assertTrue(shown.endswith("\r\x1b[K"), repr(shown))  # what was shown is wiped


class Files(Case):
    def only(self, *names):
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), sorted(names))

    def test_written_files(self):
        output, trace = self.folder / "out.safetensors", self.folder / "trace.json"
        self.assert_ok(ringscope("run", *TINY, "--output", output, "--trace", trace))
        self.assertGreater(output.stat().st_size, 16 * 2 * 4 * 4)
        self.assertTrue(json.loads(trace.read_text())["traceEvents"])
        self.only("out.safetensors", "trace.json")

    def test_unwritable_targets(self):
        self.file("plain", "")
        for option in ("--output", "--trace", "--db"):
            for target in (self.folder, self.folder / "plain" / "x", "/proc/x/y"):
                with self.subTest(option=option, target=target):
                    self.assert_error(ringscope("run", *TINY, option, target), 3, str(target))
        self.only("plain")

    def test_no_folder_for_output(self):
        target = self.folder / "none" / "out.safetensors"
        self.assert_error(ringscope("run", *TINY, "--output", target), 3, str(target))

    def test_file_size_limit_leaves_nothing_half_written(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

        for option, name in (("--output", "out"), ("--trace", "trace"), ("--db", "db")):
            with self.subTest(option):
                ran = ringscope("run", *TINY, option, self.folder / name, preexec_fn=limit)
                self.assert_error(ran, 3, str(self.folder / name))
        left = [path for path in self.folder.iterdir() if path.stat().st_size > 0]
        self.assertEqual(left, [])

    def test_old_output_survives_a_failed_write(self):
        target = self.file("out.safetensors", "precious")
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        self.assert_error(ringscope("run", *TINY, "--output", target, preexec_fn=limit), 3)
        self.assertEqual(target.read_text(), "precious")
        self.only("out.safetensors")

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_full_device(self):
        ran = ringscope("run", *TINY, "--db", "/dev/full")
        self.assert_error(ran, 3, "/dev/full")


class RunFile(Case):
    def setUp(self):
        super().setUp()
        self.db = self.folder / "runs.ringscope"

    def save(self, *arguments):
        return json.loads(self.assert_ok(ringscope("run", *TINY, "--db", self.db, "--json", *arguments)))["run_id"]

    def runs(self, *arguments):
        return ringscope("runs", *arguments, "--db", self.db)

    def listed(self):
        return json.loads(self.assert_ok(self.runs("list", "--json")))["runs"]

    def test_life_of_a_run(self):
        self.assertEqual((self.save("--name", "first"), self.save("--verify")), (1, 2))
        self.assert_ok(self.runs("rename", 2, "second"))
        self.assert_ok(self.runs("tag", 2, "good", "tiny"))
        self.assert_ok(self.runs("note", 2, "a note"))
        second, first = self.listed()
        self.assertEqual((second["name"], second["tags"], second["note"]), ("second", ["good", "tiny"], "a note"))
        self.assertEqual(first["name"], "first")
        self.assertIn("second", self.assert_ok(self.runs("list")))
        shown = self.assert_ok(self.runs("show", "second"))
        for word in ("a note", "#good", "passed", "predicted"):
            self.assertIn(word, shown)
        self.assertEqual(json.loads(self.assert_ok(self.runs("show", 2, "--json")))["run_id"], 2)
        self.assertIn("whole", self.assert_ok(self.runs("check")))
        self.assert_ok(self.runs("tag", 2))
        self.assertEqual(self.listed()[0]["tags"], [])
        self.assert_ok(self.runs("delete", "first"))
        self.assertEqual([run["id"] for run in self.listed()], [2])

    def test_names_may_be_those_of_commands(self):
        self.save("--name", "plan")
        self.assert_ok(self.runs("rename", "plan", "list"))
        self.assert_ok(self.runs("tag", "list", "run", "delete"))
        self.assertEqual((self.listed()[0]["name"], self.listed()[0]["tags"]), ("list", ["delete", "run"]))

    def test_compare_and_export(self):
        self.save()
        self.save("--set", "ring.strategy=all_gather")
        compared = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.db, "--json")))
        self.assertIn("ring.strategy", json.dumps(compared))
        self.assertIn("ring.strategy", self.assert_ok(ringscope("compare", 1, 2, "--db", self.db)))
        export = ["export", 1, "--db", self.db, "--format"]
        self.assertTrue(json.loads(self.assert_ok(ringscope(*export, "perfetto")))["traceEvents"])
        self.assertEqual(json.loads(self.assert_ok(ringscope(*export, "json")))["run_id"], 1)
        self.assertTrue(self.assert_ok(ringscope(*export, "csv")).startswith("rank,step,kind"))
        experiment = self.folder / "experiment.json"
        self.assert_ok(ringscope(*export, "experiment", "--output", experiment))
        self.assert_ok(ringscope("plan", "--experiment", experiment))

    def test_repeats_are_kept_and_give_compare_its_noise_band(self):
        run = json.loads(self.assert_ok(ringscope("run", *TINY, "--repeat", 3, "--db", self.folder / "repeats", "--json")))
        self.assertEqual(run["repeats"]["run_ids"], [1, 2, 3])
        seconds = sorted(run["repeats"]["seconds"])
        self.assertEqual(run["repeats"]["median_seconds"], seconds[1])
        self.assertEqual(run["repeats"]["most_seconds"], seconds[2])
        text = self.assert_ok(ringscope("run", *TINY, "--repeat", 2))
        self.assertIn("2 repeats: median", text)
        compared = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.folder / "repeats", "--json")))
        self.assertEqual([spread["repeats"] for spread in compared["spreads"]], [3, 3])
        for wrong in ("0", "-1", "x", "2.5", "1001"):
            self.assert_error(ringscope("run", *TINY, "--repeat=" + wrong), 2, "--repeat", "1 to 1000")

    def test_broken_bounds_end_with_code_1(self):
        self.assert_ok(ringscope("run", *TINY, "--repeat", 2, "--db", self.folder / "repeats"))
        same = ["compare", 1, 1, "--db", self.folder / "repeats", "--json", "--fail-if", "seconds>+5%"]
        self.assertEqual(json.loads(self.assert_ok(ringscope(*same)))["broken_bounds"], [])
        broken = ringscope(*same, "--fail-if", "peak_bytes>1")
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(len(json.loads(broken.stdout)["broken_bounds"]), 2)
        self.assert_error(ringscope(*same, "--fail-if", "speed>5%"), 2, "speed", "seconds")

    def test_bounds_of_compare(self):
        for strategy in ("ring", "all_gather"):
            self.save("--set", f"ring.strategy={strategy}")
        compare = ["compare", 1, 2, "--db", self.db]
        for bound, *words in [("seconds>+5", "'+5'", "%"), ("second>5%", "'second'", "peak_bytes_max"),
                              ("seconds", "'>'"), ("seconds>", "no number"), ("bytes_on_wire>0x10", "0x10")]:
            self.assert_error(ringscope(*compare, "--fail-if", bound), 2, bound, *words)
        self.assert_ok(ringscope(*compare, "--fail-if", "peak_bytes<1", "--fail-if", "seconds>1000000"))
        broken = ringscope(*compare, "--fail-if", "peak_bytes>1", "--fail-if", "peak_bytes>1")
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(broken.stderr.count("peak_bytes>1 is broken"), 2, "both runs, once each")
        self.assertIn("setting", broken.stdout)

    def test_comparison_shows_what_the_schedules_predict(self):
        plans = []
        for strategy in ("all_gather", "ring"):
            chosen = ["--preset", "Hybrid", "--set", f"ring.strategy={strategy}", "--set", "problem.seq_len=4096"]
            self.assert_ok(ringscope("run", *chosen, "--db", self.db))
            plans.append(json.loads(self.assert_ok(ringscope("plan", *chosen, "--json"))))
        compared = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.db, "--json")))
        rows = {row["key"]: row for row in compared["metrics"]}
        for key, planned in (("peak_bytes_max", "predicted_peak_bytes_max"), ("bytes_on_wire", "bytes_on_wire")):
            predicted = plans[1][planned] / plans[0][planned]
            self.assertLess(predicted, 1)
            self.assertAlmostEqual(rows[key]["ratios"][1], predicted, places=9, msg=key)
        same = json.loads(self.assert_ok(ringscope("compare", 1, 1, "--db", self.db, "--json")))
        self.assertEqual((same["verdict"], same["same"], same["settings"]), ("No difference.", True, []))

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
        data = pathlib.Path(__file__).parent.parent / "data/pytorch_profiler.json"
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

    def test_runs_are_filtered_and_sorted(self):
        for name, ranks in (("one", 2), ("two", 3)):
            self.assert_ok(ringscope("run", *TINY, "--set", f"ring.ranks={ranks}", "--db", self.db, "--name", name))
        names = lambda *arguments: [run["name"] for run in json.loads(
            self.assert_ok(self.runs("list", "--json", *arguments)))["runs"]]
        self.assertEqual(names("--filter", "p=3 overlap=true"), ["two"])
        self.assertEqual(names("--sort", "p"), ["one", "two"])
        self.assertEqual(names("--sort", "-p", "--filter", "seconds>0"), ["two", "one"])
        self.assertIn("none of 2 runs", self.assert_ok(self.runs("list", "--filter", "p>64")))
        self.assert_error(self.runs("list", "--filter", "p=3 overlp=true"), 2, "overlp=true", "overlap")
        self.assert_error(self.runs("list", "--sort", "secnds"), 2, "secnds", "seconds")

    def test_kept_outputs_are_exported_and_compared(self):
        output = self.folder / "o.safetensors"
        first = self.save("--keep-output")
        second = self.save("--keep-output", "--set", "ring.ranks=2")
        without = self.save()
        self.assert_ok(ringscope("export", first, "--db", self.db, "--format", "output", "--output", output))
        self.assertIn(b'"lse"', output.read_bytes()[:200])
        self.assert_error(ringscope("export", without, "--db", self.db, "--format", "output"), 3, "--keep-output")
        compared = json.loads(self.assert_ok(ringscope("compare", first, second, without, "--db", self.db, "--json")))
        self.assertIsNone(compared["outputs"][0])
        self.assertLess(compared["outputs"][1]["max_abs"], 1e-5)
        self.assertGreater(compared["outputs"][1]["rows"], 0)
        self.assertIsNone(compared["outputs"][2])
        self.assertIn("the outputs ", self.assert_ok(ringscope("compare", first, second, "--db", self.db)))
        self.assert_error(ringscope("run", *TINY, "--keep-output"), 2, "--db")

    def test_archive_baseline_and_compaction(self):
        self.save("--name", "hidden", "--keep-output")
        self.save("--name", "shown")
        self.assert_ok(self.runs("archive", "hidden"))
        self.assertEqual([run["name"] for run in self.listed()], ["shown"])
        self.assertIn("hidden (archived)", self.assert_ok(self.runs("list", "--archived")))
        self.assertIn("hidden", self.assert_ok(self.runs("list", "--filter", "archived=true")))
        self.assert_ok(self.runs("unarchive", "hidden"))
        self.assertEqual(len(self.listed()), 2)
        self.assert_ok(self.runs("baseline", "shown"))
        self.assertIn("shown (baseline)", self.assert_ok(self.runs("list")))
        self.assert_ok(self.runs("baseline"))
        self.assertNotIn("(baseline)", self.assert_ok(self.runs("list")))
        shown = self.assert_ok(self.runs("show", "hidden"))
        for words in ("version ", " cores", " threads", "output kept: ", "one of 2 runs of this experiment"):
            self.assertIn(words, shown)
        self.assert_ok(self.runs("delete", "hidden"))
        self.assertRegex(self.assert_ok(self.runs("compact")), r"before, .* after")
        self.assert_error(self.runs("archive", "nobody"), 2, "nobody")

    def test_a_run_file_needs_its_folder(self):
        nowhere = self.folder / "nowhere" / "runs.ringscope"
        self.assert_error(ringscope("run", *TINY, "--db", nowhere), 3, "nowhere", "does not exist")
        self.assertFalse(nowhere.parent.exists())
        empty = self.file("empty.ringscope", "")
        self.assert_error(ringscope("runs", "list", "--db", empty), 3, "not a run file")
        self.assert_ok(ringscope("run", *TINY, "--db", empty))

    def test_wrong_runs(self):
        self.save()
        self.assert_error(self.runs("show", 7), 2, "7")
        self.assert_error(self.runs("delete", "nobody"), 2, "nobody")
        self.assert_error(ringscope("compare", 1, "--db", self.db), 2, "RUN")
        self.assert_error(ringscope("compare", 1, 9, "--db", self.db), 2, "9")

    def test_opening_never_creates(self):
        self.assert_error(self.runs("list"), 3, str(self.db))
        self.assertFalse(self.db.exists())

    def test_other_files_are_left_alone(self):
        for content in (b"not a database", os.urandom(5000)):
            self.db.write_bytes(content)
            for ran in (self.runs("list"), ringscope("run", *TINY, "--db", self.db)):
                self.assert_error(ran, 3, str(self.db))
            self.assertEqual(self.db.read_bytes(), content)

    def test_damage_is_found_and_left_alone(self):
        self.save()
        data = bytearray(self.db.read_bytes())
        for page in range(2, len(data) // 4096, 2):
            data[page * 4096 : page * 4096 + 512] = os.urandom(512)
        self.db.write_bytes(data)
        ran = self.runs("check")
        self.assert_error(ran, 3, str(self.db))
        self.assertEqual(self.db.read_bytes(), data)

    def test_default_file_is_in_the_data_folder(self):
        environment = {**os.environ, "XDG_DATA_HOME": str(self.folder)}
        text = self.assert_ok(ringscope("run", *TINY, "--db", "default", env=environment))
        path = self.folder / "ringscope" / "runs.ringscope"
        self.assertIn(str(path), text)
        self.assertIn("Tiny 16", self.assert_ok(ringscope("runs", "list", env=environment)))

    def test_locked_file(self):
        self.save()
        import sqlite3

        other = sqlite3.connect(self.db, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        ran = ringscope("run", *TINY, "--db", self.db)
        other.execute("ROLLBACK")
        other.close()
        self.assert_error(ran, 3, str(self.db))
        self.assertEqual(self.save(), 2)


class Interrupts(Case):
    LONG = ["--set", "problem.seq_len=65536", "--set", "problem.head_groups=[{\"segment_length\":65536}]"]

    def interrupted(self, signal_number, *arguments):
        process = subprocess.Popen([BINARY, "run", *self.LONG, *map(str, arguments)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=default_signals)
        time.sleep(0.7)
        self.assertIsNone(process.poll(), "the run was over before it could be interrupted")
        process.send_signal(signal_number)
        stdout, stderr = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, stdout, stderr)

    def test_interrupt_leaves_nothing_behind(self):
        targets = ["--output", self.folder / "out", "--trace", self.folder / "trace", "--json"]
        self.assert_error(self.interrupted(signal.SIGINT, *targets), 130)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_terminate(self):
        self.assert_error(self.interrupted(signal.SIGTERM), 130)

    def test_interrupt_saves_no_run(self):
        db = self.folder / "runs.ringscope"
        self.assert_error(self.interrupted(signal.SIGINT, "--db", db), 130)
        self.assertEqual(json.loads(self.assert_ok(ringscope("runs", "list", "--db", db, "--json")))["runs"], [])


class Failures(Case):
    def test_no_display(self):
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.assert_error(ringscope("gui", env=environment), 3, "cannot open a window")

    def test_bad_scripts(self):
        for text, *words in [
            ("frobnicate", ":1", "unknown command"),
            ("wait run\n\n# a comment\nclcik x", ":4", "did you mean click?"),
            ("wait forever", "wait wants"),
            ("expect x smells", "expect wants"),
            ("key ctrl+nothing", "key wants"),
            ("preset Nobody", "preset wants"),
            ("resize 0x0", "resize wants"),
        ]:
            with self.subTest(text):
                script = self.file("script", text)
                self.assert_error(ringscope("gui", "--offscreen", "--script", script), 2, str(script), *words)

    def test_bad_pictures(self):
        target = self.folder / "x.png"
        self.assert_error(ringscope("screenshot", "--view", "nowhere", "--out", target), 2, "nowhere", "timeline")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", target, "--size", "0x5"), 2, "0x5")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", self.folder / "no" / "x.png"), 3, "x.png")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", target, "--set", "ring.ranks=0"), 2)
        self.assertFalse(target.exists())


if __name__ == "__main__":
    unittest.main()
