#!/usr/bin/env python3
"""ringscope advise: the shape of its answers, that they can be used, and what is refused.

  cli_advise_test.py BINARY [unittest arguments]
"""
import json
import pathlib
import unittest

from program_case import Case, ringscope

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "assets/machines"
GPUS = ["--machine", "8xh100-sxm"]
LONG = ["--set", "problem.seq_len=65536", "--set", "problem.dtype=bf16", "--set", "ring.ranks=8", "--set",
        'problem.head_groups=[{"segment_length":65536}]']


class Advise(Case):
    def advise(self, *arguments):
        return ringscope("advise", *arguments, cwd=self.folder)

    def advice(self, *arguments):
        return json.loads(self.assert_ok(self.advise(*GPUS, *LONG, *arguments, "--json")))

    def simulated_seconds(self, settings):
        words = [word for path, value in settings.items() for word in ("--set", f"{path}={value}")]
        return json.loads(self.assert_ok(ringscope("simulate", *GPUS, *LONG, *words, "--json")))["run"]["seconds"]

    def test_shape(self):
        advice = self.advice()
        self.assertEqual(list(advice), ["machine", "best", "candidates", "border", "longest_sequence", "sensitivity",
                                        "strong", "weak", "search", "experiment"])
        self.assertEqual(advice["machine"]["name"], "8xh100-sxm")
        row = ["name", "settings", "rank_placement", "asked", "seconds", "peak_bytes", "bytes_on_wire", "fits", "reason"]
        for candidate in advice["candidates"]:
            self.assertEqual(list(candidate), row)
            self.assertGreater(len(candidate["reason"]), 10)
        self.assertEqual({key: advice["best"][key] for key in row}, advice["candidates"][0])
        times = [candidate["seconds"] for candidate in advice["candidates"] if candidate["seconds"] is not None]
        self.assertEqual(times, sorted(times))
        self.assertEqual({candidate["settings"]["ring.strategy"] for candidate in advice["candidates"]},
                         {"single", "all_gather", "ring"})
        self.assertEqual([candidate["asked"] for candidate in advice["candidates"]].count(True), 1)
        self.assertGreater(advice["border"]["tokens"], 0)
        longest = advice["longest_sequence"]
        self.assertEqual(longest["tokens"], max(case["tokens"] for case in longest["cases"]))
        self.assertEqual([one["quantity"] for one in advice["sensitivity"]], ["rate", "bandwidth", "latency"])
        for points in (advice["strong"], advice["weak"]):
            self.assertEqual([point["ranks"] for point in points], [1, 2, 4, 8])
            self.assertEqual(points[0]["efficiency"], 1)
        self.assertGreater(advice["search"]["considered"], advice["search"]["laid_out"])

    def test_simulate_takes_the_settings_and_says_the_same(self):
        advice = self.advice()
        for candidate in advice["candidates"]:
            self.assertEqual(self.simulated_seconds(candidate["settings"]), candidate["seconds"], candidate["name"])

    def test_a_causal_problem_is_balanced(self):
        best = self.advice("--set", "problem.causal=true")["best"]
        self.assertIn(best["settings"]["ring.layout"], ("zigzag", "striped"))

    def test_text(self):
        text = self.assert_ok(self.advise(*GPUS, *LONG))
        lines = text.splitlines()
        self.assertRegex(lines[0], r"^ring of 8, .* ms, .* GiB per device, .* sent")
        words = lines[2].split()
        self.assertEqual(words[0::2], ["--set"] * (len(words) // 2))
        self.assertEqual(dict(word.split("=") for word in words[1::2]), self.advice()["best"]["settings"])
        for part in ("border: one device is best up to", "longest sequence", "twice the bandwidth: ", "strong scaling"):
            self.assertIn(part, text)

    def test_the_experiment_as_advised(self):
        file = self.folder / "advised.json"
        best = self.advice("--out", file)["best"]
        experiment = json.loads(file.read_text())
        self.assertEqual(experiment["problem"]["seq_len"], 65536)
        self.assertEqual(experiment["ring"]["ranks"], int(best["settings"]["ring.ranks"]))
        ran = ringscope("simulate", *GPUS, "--experiment", file, "--json")
        self.assertEqual(json.loads(self.assert_ok(ran))["run"]["seconds"], best["seconds"])

    def test_rings_no_larger_than_asked(self):
        advice = self.advice("--set", "ring.ranks=2", "--ranks", 2)
        self.assertEqual([point["ranks"] for point in advice["strong"]], [1, 2])
        self.assertLessEqual(int(advice["best"]["settings"].get("ring.ranks", 1)), 2)

    def test_nothing_fits(self):
        machine = json.loads((SHIPPED / "8xh100-sxm.json").read_text())
        machine["device"]["memory_bytes"] = 1 << 20
        file = self.folder / "small.json"
        file.write_text(json.dumps(machine))
        ran = self.advise("--machine", file, *LONG, "--out", "out.json", "--json")
        self.assertEqual(ran.returncode, 3)
        self.assertRegex(ran.stderr, r"^ringscope: error: out of memory: nothing fits on 8xh100-sxm; the longest "
                                     r"sequence that does has \d+ tokens\n$")
        advice = json.loads(ran.stdout)
        self.assertIsNone(advice["best"])
        for candidate in advice["candidates"]:
            self.assertIsNone(candidate["seconds"])
            self.assertIn("does not fit: ", candidate["reason"])
        self.assertFalse((self.folder / "out.json").exists())

    def test_what_is_refused(self):
        for arguments, parts in (
            (["--machine", "4xa100-sxm", *LONG], ["ring.ranks is 8", "4xa100-sxm", "1 to 4"]),
            (["--machine", "cray", *LONG], ["'cray'", "8xh100-sxm"]),
            ([*GPUS, "--set", "ring.ranks=4097"], ["ring.ranks", "4097", "4096"]),
            ([*GPUS, *LONG, "--ranks", "4097"], ["--ranks", "'4097'", "1 to 4096"]),
            ([*GPUS, *LONG, "--ranks", "0"], ["--ranks", "'0'", "1 to 4096"]),
            ([*GPUS, *LONG, "--ranks", "9"], ["at most 9 ranks", "room for 1 to 8"]),
            ([*GPUS, *LONG, "--ranks", "many"], ["--ranks", "'many'"]),
            ([*LONG], ["--machine", "ringscope calibrate"]),
        ):
            with self.subTest(arguments=arguments):
                self.assert_error(self.advise(*arguments, "--out", "out.json"), 2, *parts)
                self.assertFalse((self.folder / "out.json").exists())


if __name__ == "__main__":
    unittest.main()
