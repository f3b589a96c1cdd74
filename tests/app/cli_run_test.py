#!/usr/bin/env python3
"""ringscope run as a person or a script meets it: tensors, what is printed, what is written and what is not.

  cli_run_test.py BINARY [unittest arguments]
"""
import json
import os
import resource
import struct
import subprocess
import time
import unittest

from program_case import BINARY, TINY, Case, Terminal, ringscope


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
        self.assertIn("overlap", self.assert_ok(self.run_with(self.tensors())))

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
        self.assert_error(ran, 2, "none.safetensors")


class Output(Case):
    def test_json_is_one_object(self):
        run = json.loads(self.assert_ok(ringscope("run", *TINY, "--verify", "--json")))
        for key in "seconds flops gflops_per_second bytes_on_wire overlap_efficiency compute_imbalance device kernel origin".split():
            self.assertIn(key, run["run"])
        for key in ("rank peak_bytes predicted_peak_bytes sent_bytes received_bytes compute_seconds wait_seconds "
                    "transfer_seconds").split():
            self.assertIn(key, run["ranks"][3])
        self.assertTrue(run["verify"]["passed"])
        self.assert_whole(run["run"])
        if "replayed" in run:
            self.assert_whole(run["replayed"])
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

    def assert_whole(self, run):
        fall = run["waterfall"]
        causes = {row["cause"]: row["seconds"] for row in fall["causes"]}
        self.assertEqual(list(causes), "imbalance slower_rate packing merging exposed_transfer hop_overhead late_peer "
                         "wait_core idle".split())
        self.assertAlmostEqual(fall["ideal_seconds"] + sum(causes.values()), run["seconds"], delta=1e-9)
        self.assertIn("times its ideal", fall["sentence"])
        self.assertEqual([row["rank"] for row in run["stragglers"]["ranks"]], [0, 1, 2, 3])
        for row in run["stragglers"]["ranks"]:
            self.assertGreaterEqual(row["cost_seconds"], 0)
            self.assertGreaterEqual(row["last_steps"], 0)
        self.assertTrue(run["stragglers"]["sentence"])

    def test_bench_frame_measures_every_view_at_several_zooms(self):
        bench = json.loads(self.assert_ok(ringscope("bench", "frame", "--json")))
        self.assertEqual({row["view"] for row in bench["results"]}, {"timeline", "memory", "ring", "pattern", "waterfall"})
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

    def test_a_full_standard_output_is_an_error_and_a_closed_reader_none(self):
        with open("/dev/full", "w") as full:
            ran = ringscope("run", *TINY, stdout=full, stderr=subprocess.PIPE, capture_output=False)
        self.assert_error(ran, 3, "standard output", "No space left")
        reader, writer = os.pipe()
        os.close(reader)
        ran = ringscope("run", *TINY, "--json", stdout=writer, stderr=subprocess.PIPE, capture_output=False)
        os.close(writer)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        ran = subprocess.run(f"'{BINARY}' devices >&-", shell=True, capture_output=True, text=True, timeout=60)
        self.assert_error(ran, 3, "standard output")

    def test_progress_only_on_a_terminal_and_never_in_the_way_of_json(self):
        terminal = Terminal()
        ran = ringscope("run", "--json", stdout=subprocess.PIPE, stderr=terminal.follower, capture_output=False)
        shown = terminal.shown()
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
                    self.assert_error(ringscope("run", *TINY, option, target), 2, str(target), "folder")
        self.only("plain")

    def test_no_folder_for_output(self):
        target = self.folder / "none" / "out.safetensors"
        self.assert_error(ringscope("run", *TINY, "--output", target), 2, str(target), str(target.parent), "does not exist")

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
        self.assert_error(ringscope("run", *TINY, "--db", "/dev/full"), 2, "/dev/full", "not a regular file")
        for option in ("--output", "--trace"):
            self.assert_error(ringscope("run", *TINY, option, "/dev/full"), 3, "/dev/full", "No space left")


class Inputs(Case):
    """--qkv: what is in the tensors, and in which order."""

    PROBLEM = ["--set", "problem.seq_len=16", "--set", "problem.heads=2", "--set", "problem.head_dim=4", "--set",
               'problem.head_groups=[{"segment_length":16}]', "--set", "problem.causal=true"]

    def tensors(self, changes=(), shape=(1, 16, 2, 4)):
        """A file of q, k and v; `changes` are (tensor, element, value)."""
        values = {name: [((7 * i + 3 * at) % 11 - 5) / 5 for i in range(128)] for at, name in enumerate("qkv")}
        for name, element, value in changes:
            values[name][element] = value
        header = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": [512 * at, 512 * at + 512]}
                             for at, name in enumerate("qkv")}).encode()
        return self.file("in.safetensors", len(header).to_bytes(8, "little") + header +
                         b"".join(struct.pack("<128f", *values[name]) for name in "qkv"))

    def run_it(self, *more):
        return ringscope("run", *self.PROBLEM, "--qkv", self.folder / "in.safetensors", "--verify", *more)

    def test_what_is_not_finite_is_refused_by_its_place_or_comes_through(self):
        for tensor in "qkv":
            for value in (float("nan"), float("inf"), float("-inf")):
                with self.subTest(tensor=tensor, value=value):
                    self.tensors([(tensor, 8 * 5 + 4 + 2, value)])
                    self.assert_error(self.run_it(), 2, f"in.safetensors: {tensor} is {value} at batch 0, token 5, head 1, "
                                                        "element 2", "--allow-nonfinite")
                    self.assertIn("passed", self.assert_ok(self.run_it("--allow-nonfinite")))

    def test_a_nan_reaches_every_row_that_sees_it(self):
        self.tensors([("k", 8 * 5 + 4 + 2, float("nan"))])
        output = self.folder / "o.safetensors"
        self.assert_ok(self.run_it("--allow-nonfinite", "--output", output))
        bytes = output.read_bytes()
        begin = 8 + int.from_bytes(bytes[:8], "little")
        o = struct.unpack("<128f", bytes[begin:begin + 512])
        for token in range(16):
            for head in range(2):
                row = o[8 * token + 4 * head:8 * token + 4 * head + 4]
                self.assertEqual([x != x for x in row], [token >= 5 and head == 1] * 4, (token, head))

    def test_scores_beyond_f32_are_named(self):
        self.tensors([("q", 8 * 9, 1e20), ("k", 8 * 3, -1e20)])
        self.assert_error(self.run_it(), 2, "the score of query token 9 and key token 3 (batch 0, head 0) is beyond F32")

    def test_the_order_of_pytorch(self):
        self.tensors(shape=(1, 2, 16, 4))
        self.assert_error(self.run_it(), 2, "(batch, heads, tokens, head_dim)", "--qkv-layout bhnd")
        self.assertIn("passed", self.assert_ok(self.run_it("--qkv-layout", "bhnd")))
        self.tensors()
        self.assert_error(self.run_it("--qkv-layout", "bhnd"), 2, "leave out --qkv-layout bhnd")
        self.assert_error(self.run_it("--qkv-layout", "nbhd"), 2, "nbhd", "bnhd, bhnd")


class Faults(Case):
    """--fault: a run that goes wrong on request, in a dense ring of 4 ranks."""

    RING = ["--preset", "Tiny 16", "--set", "ring.ranks=4", "--set", "ring.prune=false", "--set", "backend.device=cpu",
            "--set", "ring.timeout_seconds=0.2"]

    def run_with(self, fault, *more):
        return ringscope("run", *self.RING, "--fault", fault, *more)

    def test_lost_transfer(self):
        ran = self.run_with("lose_transfer:rank=1,step=0", "--json")
        self.assert_error(ran, 3, "rank 2 waited", "for rank 1 in step 0")

    def test_error_on_a_rank(self):
        self.assert_error(self.run_with("throw_error:rank=2,step=1"), 3, "rank 2 failed in step 1")

    def test_delay(self):
        begin = time.monotonic()
        text = self.assert_ok(self.run_with("delay:rank=0,step=0,seconds=0.3", "--set", "ring.timeout_seconds=30"))
        self.assertGreater(time.monotonic() - begin, 0.3)
        self.assertIn("measured on cpu", text)
        self.assertIn("Rank 0 holds the others up", text)
        self.assertRegex(text, "in step 0, where rank . waits [0-9. a-zµ]+ for it")
        self.assertIn("rank 0 stood still while the run waited for it", text)
        # Rank 1 waits for data, and rank 3 for its own to be taken: either may say so first.
        self.assert_error(self.run_with("delay:rank=0,step=0,seconds=20"), 3, "waited", "for rank 0 ")

    def test_slow_link(self):
        ran = json.loads(self.assert_ok(self.run_with("slow_link:rank=1,bandwidth=1e4", "--set", "ring.timeout_seconds=0.01",
                                                      "--json")))
        receiver = ran["ranks"][2]
        self.assertGreaterEqual(receiver["transfer_seconds"], 0.99 * receiver["received_bytes"] / 1e4)

    def test_a_fault_that_cannot_be(self):
        for fault, *words in [
            ("burn:rank=0,step=0", '"burn" is not allowed', "lose_transfer:rank=R,step=S"),
            ("delay:rank=0,step=0", "seconds is missing"),
            ("lose_transfer:rank=x,step=0", "rank=x is not allowed"),
            ("lose_transfer:rank=4,step=0", "ranks 0 to 3"),
            ("throw_error:rank=0,step=4", "steps 0 to 3"),
            ("lose_transfer:rank=0,step=3", "sends nothing in step 3"),
            ("slow_link:rank=0", "bandwidth is missing"),
            ("slow_link:rank=0,bandwidth=0", "bandwidth=0 is not allowed"),
        ]:
            with self.subTest(fault):
                self.assert_error(self.run_with(fault), 2, "fault", *words)

    def test_a_disturbed_run_is_not_saved_among_others(self):
        file = str(self.folder / "runs.ringscope")
        self.assert_error(self.run_with("delay:rank=0,step=0,seconds=0", "--db", file), 2, "--fault", "leave out --db")
        self.assertFalse(os.path.exists(file))

    def test_help(self):
        text = " ".join(self.assert_ok(ringscope("run", "--help")).split())
        for words in ["--fault KIND:rank=R,..", "delay:rank=R,step=S,seconds=T", "slow_link:rank=R,bandwidth=B",
                      "lose_transfer:rank=R,step=S", "throw_error:rank=R,step=S"]:
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
