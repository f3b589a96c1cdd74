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
import json, os, signal, sys
part = sys.argv[1]
with open({log!r}, "a") as file:
    print(part, file=file)
if part == {killed!r}:
    os.kill(os.getppid(), signal.SIGKILL)
answer = {{"passed": part not in {broken!r}, "failures": {failures!r} if part in {broken!r} else []}}
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
NO_TORCH = "raise ImportError('no torch here')\n"
# As far as Torch() and its matrix rate; what it attends with is missing.
HALF_A_TORCH = """
__version__ = "half"
bfloat16 = 0
def randn(*shape, **kind):
    return __import__("builtins").type("Matrix", (), {"__matmul__": lambda a, b: a})()
class Event:
    def __init__(self, **kind): pass
    def record(self): pass
    def elapsed_time(self, other): return 1.0
class cuda:
    Event = Event
    synchronize = staticmethod(lambda: None)
"""


class Measure(unittest.TestCase):
    def measure(self, broken="", seconds="900", killed="", torch=NO_TORCH, failures=(), tools=True):
        """(the finished process, its results, the parts in the order in which they were run)"""
        with tempfile.TemporaryDirectory() as folder:
            program, log = os.path.join(folder, "stand_in"), os.path.join(folder, "log")
            with open(program, "w") as file:
                file.write(STAND_IN.format(python=sys.executable, broken=broken.split(), killed=killed, log=log,
                                           failures=list(failures)))
            os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
            # nvidia-smi, compute-sanitizer and torch as if they were not there
            path = os.path.join(folder, "bin")
            os.mkdir(path)
            with open(os.path.join(path, "nvidia-smi"), "w") as file:
                file.write("#!/bin/sh\necho 'Stand-in GPU, 1.0'\n")
            os.chmod(file.name, 0o755)
            with open(os.path.join(path, "torch.py"), "w") as file:
                file.write(torch)
            out = os.path.join(folder, "sub", "results.json")
            environment = {**os.environ, "PATH": path + ":" + os.environ["PATH"], "PYTHONPATH": path,
                           "RINGSCOPE_COMMIT": "abc"}
            if not tools:  # neither git nor nvidia-smi
                environment.update(PATH=os.path.join(folder, "nothing"), RINGSCOPE_COMMIT="")
            done = subprocess.run([sys.executable, MEASURE, "--check", program, "--golden", GOLDEN, "--out", out,
                                   "--seconds", seconds], capture_output=True, text=True, timeout=280,
                                  env=environment)
            with open(log, "a+") as file:
                file.seek(0)
                parts = file.read().split()
            with open(out) as file:
                return done, json.load(file), parts

    def test_results_hold_every_part(self):
        done, results, parts = self.measure()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((results["commit"], results["gpu"]), ("abc", ["Stand-in GPU, 1.0"]))
        self.assertIn("cannot be used", results["torch"])
        self.assertTrue(results["complete"])
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
        # What a GPU is wanted for most comes first.
        in_order = list(dict.fromkeys(parts))
        self.assertEqual(in_order[:3], ["devices", "golden", "kernel"])
        self.assertLess(in_order.index("ring"), in_order.index("leaks"))

    def test_what_was_found_stays_when_the_rest_is_killed(self):
        done, results, _ = self.measure(killed="cudnn")
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(results["complete"])
        self.assertTrue(results["checks"]["random"]["passed"])
        self.assertNotIn("cudnn", results["checks"])
        self.assertEqual([benchmark["seconds"] for benchmark in results["benchmarks"]], [0.02, 0.02])
        self.assertEqual(results["long"]["why"], "not reached")

    def test_a_library_that_is_missing_is_named_and_no_failure(self):
        done, results, _ = self.measure(broken="nccl cudnn", failures=["x cannot be used: this build has no x"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIsNone(results["checks"]["cudnn"]["passed"])
        self.assertIn("cudnn: x cannot be used: this build has no x", done.stdout)

    def test_a_torch_that_breaks_leaves_our_own_times(self):
        done, results, _ = self.measure(torch=HALF_A_TORCH)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(results["torch"], "half")
        for benchmark in results["benchmarks"]:
            self.assertEqual(benchmark["seconds"], 0.02)
            self.assertIn("torch_why", benchmark)
            self.assertGreater(benchmark["share_of_matrix_rate"], 0)

    def test_neither_git_nor_nvidia_smi_is_needed_any_more(self):
        done, results, _ = self.measure(tools=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((results["commit"], results["gpu"]), ("unknown", []))

    def test_a_failed_part_fails_the_whole(self):
        done, results, _ = self.measure(broken="bits")
        self.assertEqual(done.returncode, 1)
        self.assertIn("FAILED bits", done.stdout)
        self.assertFalse(results["checks"]["bits"]["passed"])

    def test_nothing_new_is_started_without_time(self):
        _, results, parts = self.measure(seconds="1")
        self.assertEqual(results["checks"]["random"]["why"], "out of time")
        self.assertIsNone(results["checks"]["random"]["passed"])
        self.assertEqual(results["benchmarks"][0]["why"], "out of time")
        self.assertEqual(parts, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
