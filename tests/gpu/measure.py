#!/usr/bin/env python3
"""Runs gpu_check's parts, times PyTorch beside it, and writes one results file. Called by run.sh.

What a GPU is wanted for most comes first: golden cases, then the kernels' times, then everything else. The file is
written again after every part, so that what ends this early leaves what was found until then; after --seconds nothing
new is started and what runs is ended. A part that goes wrong does not end the others. Each comparison alternates
between the two programs on the same shape, so that clocks and heat are shared; a figure is the median of its rounds.
What did not run says why.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from torch_attention import Torch

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5
CUDNN_ROUNDS = 3  # each is a process of its own that makes its plans, half a second to two
MEDIAN = statistics.median


class Shape(NamedTuple):
    dtype: str
    d: int
    n: int
    heads: int
    w: int
    r: int
    causal: bool


SHAPES = [  # 16k kept tokens per segment; the first two are timed before other checks
    Shape("bf16", 128, 16384, 16, 16384, 1, False),
    Shape("bf16", 128, 16384, 16, 16384, 1, True),
    Shape("bf16", 64, 16384, 16, 16384, 1, False),
    Shape("bf16", 128, 65536, 16, 65536, 4, False),
    Shape("bf16", 128, 65536, 16, 65536, 4, True),
]


class Clock:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        return self.end - time.monotonic()


def run(command, clock, most=240):
    """The program's JSON object, or why there is none."""
    if clock.left() < 5:
        return {"passed": None, "why": "out of time", "command": " ".join(command)}
    limit = min(most, clock.left())
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        answer = {"passed": False, "why": f"no answer in {limit:.0f} s"}
    except (ValueError, IndexError):
        answer = {"passed": False, "why": f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}"}
    answer["command"] = " ".join(command)
    return answer


def sanitizer(tool, check, clock):
    """gpu_check on small random problems under compute-sanitizer, where it is installed."""
    program = shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path="/usr/local/cuda/bin")
    if not program:
        return {"passed": None, "why": "compute-sanitizer is not installed"}
    command = [program, "--tool", tool, "--error-exitcode", "9", check, "random", "6", "5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=max(1, min(90, clock.left())))
    except subprocess.TimeoutExpired:
        return {"passed": None, "why": "out of time", "command": " ".join(command)}
    good = done.returncode == 0
    return {"passed": good, "why": "" if good else done.stdout[-400:], "command": " ".join(command)}


def time_kernel(check, shape, clock, runs, kernel):
    words = [str(int(x) if isinstance(x, bool) else x) for x in shape]
    return run([check, "kernel", *words, str(runs), kernel], clock, 60)


def torch_times(torch, shape, result):
    """(attention alone, with gather and scatter) of PyTorch, or nothing and the reason in `result`."""
    try:
        result["torch_backend"], alone, gathered = torch.attend(shape)
        return [(alone, gathered)]
    except Exception as error:  # whatever it is, our own times stand
        result["torch_why"] = str(error)[:300]
        return []


def compare(check, torch, shape, matrix_tflops, clock):
    """Attention alone against PyTorch's and, through our own ring, cuDNN's, in turns."""
    ours, cudnn, theirs, result = [], [], [], {"shape": shape._asdict()}
    for _ in range(ROUNDS):
        if clock.left() < 20:
            break
        answer = time_kernel(check, shape, clock, 5, "auto")
        if not answer.get("seconds"):
            return {**result, "why": answer.get("why") or str(answer.get("failures"))}
        ours.append(MEDIAN(answer["seconds"]))
        result.update(kernel=answer["kernel"], rounds=ours, seconds=MEDIAN(ours),
                      tflops=answer["flops"] / MEDIAN(ours) * 1e-12)
        if "cudnn_why" not in result and len(cudnn) < CUDNN_ROUNDS:
            answer = time_kernel(check, shape, clock, 3, "cudnn")
            if answer.get("seconds"):
                cudnn.append(MEDIAN(answer["seconds"]))
            else:
                result["cudnn_why"] = answer.get("why") or str(answer.get("failures"))
        if torch and "torch_why" not in result:
            theirs += torch_times(torch, shape, result)
    if not ours:
        return {**result, "why": "out of time"}
    if cudnn:
        result.update(cudnn_seconds=MEDIAN(cudnn), cudnn_rounds=cudnn, speed_to_cudnn=MEDIAN(cudnn) / MEDIAN(ours))
    if theirs:
        alone, both = ([times[i] for times in theirs] for i in (0, 1))
        result.update(torch_seconds=MEDIAN(alone), torch_rounds=alone, speed_to_torch=MEDIAN(alone) / MEDIAN(ours),
                      speed_to_gather_attend_scatter=MEDIAN(both) / MEDIAN(ours))
    if matrix_tflops:
        result["share_of_matrix_rate"] = result["tflops"] / matrix_tflops
    return result


def goals(results):
    """What was wanted (README.md) beside what was measured; a goal without a measurement is left out."""
    found = []

    def goal(text, wanted, measured, at_least=True):
        found.append({"goal": text, "wanted": wanted, "measured": measured,
                      "met": measured >= wanted if at_least else measured <= wanted})

    for benchmark in results["benchmarks"]:
        if benchmark["shape"]["d"] != 128 or "speed_to_torch" not in benchmark:
            continue
        name = "r {r}, {}".format("causal" if benchmark["shape"]["causal"] else "not causal", **benchmark["shape"])
        goal(f"speed to PyTorch's attention, {name}", 1.0, benchmark["speed_to_torch"])
        goal(f"speed to gather + attention + scatter, {name}", 1.3, benchmark["speed_to_gather_attend_scatter"])
        if benchmark["shape"]["r"] == 1 and not benchmark["shape"]["causal"]:
            goal("share of the measured matrix rate", 0.80, benchmark["share_of_matrix_rate"])
    for ring in results["ring"]:
        if ring.get("seconds") and ring.get("one_rank_seconds"):
            goal(f"{ring['ranks']:.0f} ranks on one GPU over one rank", 1.10,
                 MEDIAN(ring["seconds"]) / MEDIAN(ring["one_rank_seconds"]), at_least=False)
    return found


def said_by(*command):
    """What the program prints; "" where it is not installed."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def unless_missing(answer):
    """A library that is not there is no failure, but says so."""
    why = next((text for text in answer.get("failures", []) if " cannot be used: " in text), None)
    return {**answer, "passed": None, "why": why} if why else answer


class Measuring:
    """The results so far, and where they are written."""

    def __init__(self, arguments):
        self.check, self.out, self.clock = arguments.check, arguments.out, Clock(arguments.seconds)
        self.torch, self.matrix_tflops = None, None
        self.results = {"commit": os.environ.get("RINGSCOPE_COMMIT") or said_by("git", "rev-parse", "HEAD") or "unknown",
                        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                        "gpu": said_by("nvidia-smi", "--query-gpu=name,driver_version",
                                       "--format=csv,noheader").splitlines(),
                        "command": "bash tests/gpu/run.sh", "complete": False, "checks": {}, "benchmarks": [],
                        "ring": [], "long": {"passed": None, "why": "not reached"}, "torch": "not reached"}

    def save(self):
        self.results["goals"] = goals(self.results)
        os.makedirs(os.path.dirname(os.path.abspath(self.out)), exist_ok=True)
        with open(self.out + ".part", "w") as file:
            json.dump(self.results, file, indent=1)
        os.replace(self.out + ".part", self.out)

    def part(self, *words, most=240):
        return run([self.check, *words], self.clock, most)

    def checked(self, name, answer):
        self.results["checks"][name] = unless_missing(answer)
        self.save()

    def open_torch(self):
        try:
            self.torch = Torch()
            self.results["torch"] = self.torch.version
            self.matrix_tflops = self.results["matrix_tflops"] = self.torch.matrix_rate() * 1e-12
        except Exception as error:  # not installed, no libraries, not for this GPU
            self.torch, self.results["torch"] = None, f"cannot be used: {error}"
        self.save()

    def compare(self, shapes):
        for shape in shapes:
            try:
                answer = compare(self.check, self.torch, shape, self.matrix_tflops, self.clock)
            except Exception as error:
                answer = {"shape": shape._asdict(), "why": str(error)[:300]}
            self.results["benchmarks"].append(answer)
            self.save()

    def everything(self, golden, flat):
        self.results["devices"] = self.part("devices")
        try:
            subprocess.run([sys.executable, os.path.join(HERE, "golden_to_flat.py"), golden, flat], check=True,
                           capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            self.checked("golden cases read", {"passed": False, "why": error.stderr[-300:]})
        self.checked("golden", self.part("golden", flat, most=90))
        self.open_torch()
        self.compare(SHAPES[:2])
        self.checked("random", self.part("random", "150", "1", most=120))
        self.checked("cudnn", self.part("cudnn", flat, "12", "1", "8192", most=120))
        self.compare(SHAPES[2:])
        for ranks in (4, 8):
            self.results["ring"].append(self.part("ring", str(ranks), "3", most=60))
            self.save()
        self.results["long"] = self.part("long", "4194304", most=90)
        self.checked("bits", self.part("bits", most=60))
        self.checked("nccl", self.part("nccl", flat, most=90))
        self.checked("faults", self.part("faults", most=60))
        self.checked("leaks", self.part("leaks", "1000", most=120))
        for tool in ("memcheck", "racecheck"):
            self.checked(tool, sanitizer(tool, self.check, self.clock))
        self.results["complete"] = True
        self.save()

    def summary(self):
        """What is printed, and whether nothing failed."""
        held = {**self.results["checks"], "long": self.results["long"]}
        failed = [name for name, answer in held.items() if answer["passed"] is False]
        left = [f"{name}: {answer.get('why', '')}" for name, answer in held.items() if answer["passed"] is None]
        unmet = [goal["goal"] for goal in self.results["goals"] if not goal["met"]]
        text = f"{self.out}: " + (f"FAILED {', '.join(failed)}" if failed else "every check that ran held")
        if left:
            text += f"; did not run: {'; '.join(left)}"
        return text + (f"; short of the goal: {'; '.join(unmet)}" if unmet else ""), not failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", required=True)
    parser.add_argument("--golden", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=360)
    a = parser.parse_args()
    measuring = Measuring(a)
    with tempfile.TemporaryDirectory() as flat:
        measuring.everything(a.golden, flat)
    text, good = measuring.summary()
    print(text)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
