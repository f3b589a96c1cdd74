#!/usr/bin/env python3
"""Runs gpu_check's parts, times PyTorch beside it, and writes one results file. Called by run.sh.

Checks come first; benchmarks use what is left of --seconds. Each comparison alternates between the two programs on the
same shape, so that clocks and heat are shared; a figure is the median of its rounds. What did not run says why.
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

SHAPES = [  # dtype, d, n, heads, w, r, causal: 16k kept tokens a segment unless dilated
    ("bf16", 128, 16384, 16, 16384, 1, 0),
    ("bf16", 128, 16384, 16, 16384, 1, 1),
    ("bf16", 64, 16384, 16, 16384, 1, 0),
    ("bf16", 128, 65536, 16, 65536, 4, 0),
    ("bf16", 128, 65536, 16, 65536, 4, 1),
]
ROUNDS = 5


def run(command, seconds=240, env=None):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=env)
    except subprocess.TimeoutExpired:
        return {"passed": False, "why": f"no answer in {seconds} s", "command": command}
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        answer = {"passed": False, "why": f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}"}
    answer["command"] = " ".join(command)
    return answer


def sanitizer(tool, check):
    """gpu_check on small random problems under compute-sanitizer, where it is installed."""
    program = shutil.which("compute-sanitizer")
    if not program:
        return {"passed": None, "why": "compute-sanitizer is not installed"}
    done = subprocess.run([program, "--tool", tool, "--error-exitcode", "9", check, "random", "6", "5"],
                          capture_output=True, text=True, timeout=120)
    return {"passed": done.returncode == 0, "why": "" if done.returncode == 0 else done.stdout[-400:]}


class Torch:
    """PyTorch on the same dilated work: segments folded into the batch, kept rows only."""

    def __init__(self):
        import torch
        self.torch = torch
        self.version = torch.__version__

    def seconds(self, function, repeats=5):
        torch = self.torch
        function()
        times = []
        for _ in range(repeats):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            function()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end) * 1e-3)
        return statistics.median(times)

    def tensors(self, dtype, d, n, heads, w, r):
        torch = self.torch
        kind = {"bf16": torch.bfloat16, "f16": torch.float16}[dtype]
        whole = [torch.randn(n // w, w, heads, d, device="cuda", dtype=kind) for _ in range(3)]
        return whole, [x[:, ::r].transpose(1, 2).contiguous() for x in whole]

    def attend(self, shape):
        """Best backend's seconds for attention alone, and for gather + attention + scatter."""
        torch = self.torch
        from torch.nn.attention import SDPBackend, sdpa_kernel
        from torch.nn.functional import scaled_dot_product_attention as sdpa
        dtype, d, n, heads, w, r, causal = shape
        whole, kept = self.tensors(dtype, d, n, heads, w, r)
        best = None
        for name in ("FLASH_ATTENTION", "CUDNN_ATTENTION", "EFFICIENT_ATTENTION"):
            try:
                with sdpa_kernel([getattr(SDPBackend, name)]):
                    alone = self.seconds(lambda: sdpa(*kept, is_causal=bool(causal)))

                    def gathered():
                        rows = [x[:, ::r].transpose(1, 2).contiguous() for x in whole]
                        out = torch.zeros_like(whole[0])
                        out[:, ::r] = sdpa(*rows, is_causal=bool(causal)).transpose(1, 2)
                    both = self.seconds(gathered)
            except RuntimeError:
                continue
            if best is None or alone < best[1]:
                best = (name, alone, both)
        if best is None:
            raise RuntimeError("no PyTorch backend takes this shape")
        return best

    def matrix_rate(self):
        torch = self.torch
        a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        b = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        return 2 * 8192 ** 3 / self.seconds(lambda: a @ b, 20)


def compare(check, torch, shape):
    dtype, d, n, heads, w, r, causal = shape
    ours, alone, both, backend, flops, kernel = [], [], [], "", 0, ""
    for _ in range(ROUNDS):
        answer = run([check, "kernel", dtype, str(d), str(n), str(heads), str(w), str(r), str(causal), "5"])
        if not answer.get("seconds"):
            return {"shape": shape, "why": answer.get("why") or str(answer.get("failures"))}
        ours.append(statistics.median(answer["seconds"]))
        flops, kernel = answer["flops"], answer["kernel"]
        if torch:
            backend, seconds, gathered = torch.attend(shape)
            alone.append(seconds)
            both.append(gathered)
    result = {"shape": shape, "kernel": kernel, "seconds": statistics.median(ours),
              "tflops": flops / statistics.median(ours) * 1e-12, "rounds": ours}
    if torch:
        result.update(torch_backend=backend, torch_seconds=statistics.median(alone),
                      speed_to_torch=statistics.median(alone) / statistics.median(ours),
                      speed_to_gather_attend_scatter=statistics.median(both) / statistics.median(ours))
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", required=True)
    parser.add_argument("--golden", default="")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=360)
    a = parser.parse_args()
    begin = time.monotonic()
    left = lambda: a.seconds - (time.monotonic() - begin)
    text = lambda command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
    results = {"commit": text(["git", "rev-parse", "HEAD"]), "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
               "gpu": text(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]).splitlines(),
               "command": "bash tests/gpu/run.sh", "devices": run([a.check, "devices"]), "checks": {}, "benchmarks": []}
    checks = results["checks"]
    if a.golden:
        with tempfile.TemporaryDirectory() as flat:
            subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "golden_to_flat.py"), a.golden, flat],
                           check=True, stdout=subprocess.DEVNULL)
            checks["golden"] = run([a.check, "golden", flat])
    else:
        checks["golden"] = {"passed": None, "why": "no golden cases found"}
    checks["random"] = run([a.check, "random", "150", "1"])
    checks["bits"] = run([a.check, "bits"])
    checks["faults"] = run([a.check, "faults"])
    checks["leaks"] = run([a.check, "leaks", "1000"])
    for tool in ("memcheck", "racecheck"):
        checks[tool] = sanitizer(tool, a.check)
    try:
        torch = Torch()
        results["torch"] = torch.version
        results["matrix_tflops"] = torch.matrix_rate() * 1e-12
    except ImportError:
        torch = None
        results["torch"] = "not installed"
    for shape in SHAPES:
        if left() < 60:
            results["benchmarks"].append({"shape": shape, "why": "out of time"})
            continue
        try:
            results["benchmarks"].append(compare(a.check, torch, shape))
        except RuntimeError as error:
            results["benchmarks"].append({"shape": shape, "why": str(error)[:300]})
    results["ring"] = [run([a.check, "ring", str(p), "3"]) if left() > 40 else {"why": "out of time"} for p in (4, 8)]
    results["long"] = run([a.check, "long", "4194304"]) if left() > 30 else {"why": "out of time"}
    os.makedirs(os.path.dirname(os.path.abspath(a.out)), exist_ok=True)
    with open(a.out, "w") as file:
        json.dump(results, file, indent=1)
    failed = [name for name, check in checks.items() if check["passed"] is False]
    print(f"{a.out}: " + (f"FAILED {', '.join(failed)}" if failed else "every check held"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
