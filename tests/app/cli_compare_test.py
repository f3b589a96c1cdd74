#!/usr/bin/env python3
"""ringscope compare: figures, noise, bounds and kept outputs.

  cli_compare_test.py BINARY [unittest arguments]
"""
import json
import unittest

from program_case import TINY, RunFileCase, ringscope


class Compare(RunFileCase):
    def test_compare_names_what_differs(self):
        self.save()
        self.save("--set", "ring.strategy=all_gather")
        compared = json.loads(self.assert_ok(ringscope("compare", 1, 2, "--db", self.db, "--json")))
        self.assertIn("ring.strategy", json.dumps(compared))
        self.assertIn("ring.strategy", self.assert_ok(ringscope("compare", 1, 2, "--db", self.db)))

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
        ran = ringscope(*same)
        self.assertEqual((ran.returncode, json.loads(ran.stdout)["broken_bounds"]), (0, []))
        self.assertIn("one set of runs", json.loads(ran.stdout)["undecided_bounds"][0])
        broken = ringscope(*same, "--fail-if", "peak_bytes>1")
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(len(json.loads(broken.stdout)["broken_bounds"]), 2)
        self.assert_error(ringscope(*same, "--fail-if", "speed>5%"), 2, "speed", "seconds")

    def test_bounds_of_compare(self):
        for strategy in ("ring", "all_gather"):
            self.save("--set", f"ring.strategy={strategy}")
        compare = ["compare", 1, 2, "--db", self.db]
        for bound, *words in [("seconds>+5", "'+5'", "%"), ("second>5%", "'second'", "peak_bytes_max"),
                              ("seconds", "'>'"), ("seconds>", "not a number"), ("bytes_on_wire>0x10", "0x10")]:
            self.assert_error(ringscope(*compare, "--fail-if", bound), 2, bound, *words)
        self.assert_ok(ringscope(*compare, "--fail-if", "peak_bytes<1", "--fail-if", "bytes_on_wire>1GiB"))
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


if __name__ == "__main__":
    unittest.main()
