#!/usr/bin/env python3
"""measure.py with a stand-in for gpu_check: what the results file holds, and what a failure or too little time does.

  gpu_measure_test.py GOLDEN
"""
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

GOLDEN = sys.argv[1]
MEASURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gpu", "measure.py")
STAND_IN = """#!{python}
import json, sys
part = sys.argv[1]
answer = {{"passed": part != {broken!r}, "failures": []}}
if part == "kernel":
    if sys.argv[-1] == "cudnn":
        answer.update(kernel="cudnn", flops=4e12, seconds=[0.05, 0.04, 0.03])
    else:
        answer.update(kernel="mma", flops=4e12, seconds=[0.02, 0.01, 0.03])
if part == "ring":
    answer.update(ranks=float(sys.argv[2]), one_rank_seconds=[1.0], seconds=[1.05 if sys.argv[2] == "4" else 1.2])
print("a line before")
print(json.dumps(answer))
"""


class Measure(unittest.TestCase):
    def measure(self, broken="", seconds="60"):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "stand_in")
            with open(program, "w") as file:
                file.write(STAND_IN.format(python=sys.executable, broken=broken))
            os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
            # nvidia-smi, compute-sanitizer and torch as if they were not there
            path = os.path.join(folder, "bin")
            os.mkdir(path)
            with open(os.path.join(path, "nvidia-smi"), "w") as file:
                file.write("#!/bin/sh\necho 'Stand-in GPU, 1.0'\n")
            os.chmod(file.name, 0o755)
            with open(os.path.join(path, "torch.py"), "w") as file:
                file.write("raise ImportError('no torch here')\n")
            out = os.path.join(folder, "sub", "results.json")
            done = subprocess.run([sys.executable, MEASURE, "--check", program, "--golden", GOLDEN, "--out", out,
                                   "--seconds", seconds], capture_output=True, text=True, timeout=120,
                                  env={**os.environ, "PATH": path + ":" + os.environ["PATH"], "PYTHONPATH": path,
                                       "RINGSCOPE_COMMIT": "abc"})
            with open(out) as file:
                return done, json.load(file)

    def test_results_hold_every_part(self):
        done, results = self.measure()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((results["commit"], results["gpu"]), ("abc", ["Stand-in GPU, 1.0"]))
        self.assertIn("cannot be used", results["torch"])
        for part in ("golden", "nccl", "cudnn", "random", "bits", "faults", "leaks"):
            self.assertTrue(results["checks"][part]["passed"], part)
        self.assertEqual(len(results["benchmarks"]), 5)
        self.assertEqual(results["benchmarks"][0]["seconds"], 0.02)  # the median
        self.assertAlmostEqual(results["benchmarks"][0]["tflops"], 200)
        self.assertNotIn("speed_to_torch", results["benchmarks"][0])
        self.assertAlmostEqual(results["benchmarks"][0]["speed_to_cudnn"], 2)
        met = {goal["goal"]: goal["met"] for goal in results["goals"]}
        self.assertEqual(met, {"4 ranks on one GPU over one rank": True, "8 ranks on one GPU over one rank": False})
        self.assertIn("short of the goal: 8 ranks", done.stdout)

    def test_a_failed_part_fails_the_whole(self):
        done, results = self.measure(broken="bits")
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED bits", done.stdout)
        self.assertFalse(results["checks"]["bits"]["passed"])

    def test_nothing_new_is_started_without_time(self):
        done, results = self.measure(seconds="1")
        self.assertEqual(results["checks"]["random"]["why"], "out of time")
        self.assertIsNone(results["checks"]["random"]["passed"])
        self.assertEqual(results["benchmarks"][0]["why"], "out of time")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
