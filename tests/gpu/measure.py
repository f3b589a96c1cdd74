#!/usr/bin/env python3
"""Runs gpu_check's parts, times PyTorch beside it, and writes one results file. Called by run.sh.

Checks come first; benchmarks use what is left of --seconds, after which nothing new is started and what runs is ended.
Each comparison alternates between the two programs on the same shape, so that clocks and heat are shared; a figure is
the median of its rounds. What did not run says why.
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


SHAPES = [  # 16k kept tokens a segment
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


def compare(check, torch, shape, matrix_tflops, clock):
    """Attention alone against PyTorch's and, through our own ring, cuDNN's, in turns."""
    ours, cudnn, alone, both, result = [], [], [], [], {"shape": shape._asdict()}
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
        if torch:
            result["torch_backend"], seconds, gathered = torch.attend(shape)
            alone.append(seconds)
            both.append(gathered)
    if not ours:
        return {**result, "why": "out of time"}
    if cudnn:
        result.update(cudnn_seconds=MEDIAN(cudnn), cudnn_rounds=cudnn, speed_to_cudnn=MEDIAN(cudnn) / MEDIAN(ours))
    if torch:
        result.update(torch_seconds=MEDIAN(alone), torch_rounds=alone, speed_to_torch=MEDIAN(alone) / MEDIAN(ours),
                      speed_to_gather_attend_scatter=MEDIAN(both) / MEDIAN(ours),
                      share_of_matrix_rate=result["tflops"] / matrix_tflops)
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


def check_all(check, golden, clock):
    checks = {}
    with tempfile.TemporaryDirectory() as flat:
        subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_to_flat.py"),
                        golden, flat], check=True, stdout=subprocess.DEVNULL)
        checks["golden"] = run([check, "golden", flat], clock)
        checks["nccl"] = run([check, "nccl", flat], clock)
        if "this build has no NCCL" in str(checks["nccl"].get("failures")):
            checks["nccl"]["passed"] = None
        checks["cudnn"] = run([check, "cudnn", flat, "12", "1"], clock, 120)
        if "this build has no cuDNN" in str(checks["cudnn"].get("failures")):
            checks["cudnn"]["passed"] = None
    checks["random"] = run([check, "random", "150", "1"], clock, 120)
    checks["bits"] = run([check, "bits"], clock, 60)
    checks["faults"] = run([check, "faults"], clock, 60)
    checks["leaks"] = run([check, "leaks", "1000"], clock, 120)
    for tool in ("memcheck", "racecheck"):
        checks[tool] = sanitizer(tool, check, clock)
    return checks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", required=True)
    parser.add_argument("--golden", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=360)
    a = parser.parse_args()
    clock = Clock(a.seconds)

    def said_by(*command):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    results = {"commit": os.environ.get("RINGSCOPE_COMMIT") or said_by("git", "rev-parse", "HEAD") or "unknown",
               "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
               "gpu": said_by("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader").splitlines(),
               "command": "bash tests/gpu/run.sh", "devices": run([a.check, "devices"], clock),
               "checks": check_all(a.check, a.golden, clock), "benchmarks": [], "torch": "not installed"}
    torch, matrix_tflops = None, None
    try:
        torch = Torch()
        results["torch"] = torch.version
        matrix_tflops = results["matrix_tflops"] = torch.matrix_rate() * 1e-12
    except (ImportError, RuntimeError, AssertionError) as error:
        torch, results["torch"] = None, f"cannot be used: {error}"
    for shape in SHAPES:
        try:
            results["benchmarks"].append(compare(a.check, torch, shape, matrix_tflops, clock))
        except RuntimeError as error:
            results["benchmarks"].append({"shape": shape._asdict(), "why": str(error)[:300]})
    results["ring"] = [run([a.check, "ring", str(p), "3"], clock, 60) for p in (4, 8)]
    results["long"] = run([a.check, "long", "4194304"], clock, 90)
    results["goals"] = goals(results)
    os.makedirs(os.path.dirname(os.path.abspath(a.out)), exist_ok=True)
    with open(a.out, "w") as file:
        json.dump(results, file, indent=1)
    held = {**results["checks"], "long": results["long"]}
    failed = [name for name, answer in held.items() if answer["passed"] is False]
    unmet = [goal["goal"] for goal in results["goals"] if not goal["met"]]
    print(f"{a.out}: " + (f"FAILED {', '.join(failed)}" if failed else "every check that ran held") +
          (f"; short of the goal: {'; '.join(unmet)}" if unmet else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
