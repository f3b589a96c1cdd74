#!/usr/bin/env python3
"""RingScope's CPU kernels beside PyTorch's scaled_dot_product_attention, on the same numbers and threads.

  sdpa.py BINARY [--threads N] [--rounds N] [--case TEXT]... [--json FILE] [--markdown FILE]

A round runs RingScope, PyTorch's attention alone (inputs gathered before the clock starts) and PyTorch's gather +
attention + scatter, one after the other; ratios are taken within a round, so that a slow moment of the machine falls on
all three. So are the fractions of the machine's own multiply-add peak, which say how much there is to gain: a ratio R asks
RingScope to run at R times PyTorch's fraction, and nothing runs above 1. Exit codes: 0 measured and the answers agree, 1 they do not, 77 PyTorch is missing.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import struct
import subprocess
import sys
import tempfile
import time

try:
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.nn.functional import scaled_dot_product_attention
except ImportError as error:
    print(f"skipped: PyTorch is missing ({error})")
    sys.exit(77)

TORCH_DTYPE = {"f32": torch.float32, "bf16": torch.bfloat16}
# Relative error of o between the two: what the rounding of the inputs' type allows each of them, twice.
TOLERANCE = {"f32": 2e-5, "bf16": 1.2e-2}


def all_cases():
    longnet = [(2048, 1), (4096, 2), (8192, 4)]
    cases = []
    for dtype in ("f32", "bf16"):
        for causal in (False, True):
            cases.append({"name": "LongNet 8K", "seq_len": 8192, "heads": 12, "head_dim": 64, "groups": longnet})
            cases[-1].update(dtype=dtype, causal=causal)
            for head_dim in (64, 128):
                for rate in (1, 4, 16):
                    # 2048 kept tokens in each segment.
                    case = {"name": f"w {2048 * rate} r {rate}", "seq_len": max(8192, 2048 * rate), "heads": 4}
                    case.update(head_dim=head_dim, groups=[(2048 * rate, rate)], dtype=dtype, causal=causal)
                    cases.append(case)
    return cases


def title(case):
    return f"{case['name']} d {case['head_dim']} {case['dtype']}{' causal' if case['causal'] else ''}"


def experiment(case, threads):
    heads = case["heads"] // len(case["groups"])
    groups = [{"segment_length": w, "dilation_rate": r, "heads": heads, "offset": 0} for w, r in case["groups"]]
    problem = {key: case[key] for key in ("seq_len", "heads", "head_dim", "dtype", "causal")}
    return {
        "problem": {**problem, "head_groups": groups},
        "ring": {"ranks": 1, "strategy": "single"},
        "backend": {"device": "cpu", "threads": threads},
    }


def write_safetensors(path, tensors):
    header, blobs, at = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.contiguous().view(torch.uint8).numpy().tobytes()
        dtype = {torch.float32: "F32", torch.bfloat16: "BF16"}[tensor.dtype]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [at, at + len(data)]}
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_o(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    entry = json.loads(data[8 : 8 + length])["o"]
    begin, end = entry["data_offsets"]
    return torch.frombuffer(bytearray(data[8 + length + begin : 8 + length + end]), dtype=torch.float32).view(
        entry["shape"]
    )


class Peer:
    """PyTorch on one case. Tensors are (1, n, heads, d), as RingScope keeps them."""

    def __init__(self, case, q, k, v):
        self.causal = case["causal"]
        self.groups = []
        heads = case["heads"] // len(case["groups"])
        self.out = torch.zeros_like(q)
        for index, (segment, rate) in enumerate(case["groups"]):
            own = slice(index * heads, (index + 1) * heads)
            # (segments, heads, kept tokens, d), as strided views of where the tokens lie.
            kept = [
                t[0].view(-1, segment, case["heads"], case["head_dim"])[:, ::rate, own].transpose(1, 2)
                for t in (q, k, v, self.out)
            ]
            self.groups.append((kept[:3], kept[3]))
        self.gathered = [[t.contiguous() for t in views] for views, _ in self.groups]

    def attend(self, tensors):
        return scaled_dot_product_attention(*tensors, is_causal=self.causal)

    def attend_alone(self, widen):
        for tensors in self.gathered:
            if widen:
                self.attend([t.float() for t in tensors]).to(tensors[0].dtype)
            else:
                self.attend(tensors)

    def whole(self, widen, copy):
        for views, out in self.groups:
            tensors = [t.contiguous() for t in views] if copy else views
            tensors = [t.float() for t in tensors] if widen else tensors
            out.copy_(self.attend(tensors))

    def ways(self):
        """Name and functions (alone, whole) of every way PyTorch has to do this case."""
        widths = (False, True) if self.out.dtype == torch.bfloat16 else (False,)
        for name, backend in (("flash", SDPBackend.FLASH_ATTENTION), ("math", SDPBackend.MATH)):
            for widen in widths:
                label = name + (" in F32" if widen else "")
                yield label, backend, lambda w=widen: self.attend_alone(w), "alone"
                yield label, backend, lambda w=widen: self.whole(w, True), "whole"
                yield label + ", views", backend, lambda w=widen: self.whole(w, False), "whole"


def seconds_of(backend, function):
    with torch.inference_mode(), sdpa_kernel(backend):
        begin = time.perf_counter()
        function()
        return time.perf_counter() - begin


def best_ways(peer):
    """The fastest way of each kind: {kind: (label, backend, function)}. A way far behind is tried only once."""
    best = {}
    for label, backend, function, kind in peer.ways():
        try:
            taken = seconds_of(backend, function)
            if kind not in best or taken < 2 * best[kind][0]:
                taken = min(taken, seconds_of(backend, function), seconds_of(backend, function))
        except RuntimeError as error:
            if "kernel" not in str(error):
                raise
            continue  # a back end that does not take these tensors
        if kind not in best or taken < best[kind][0]:
            best[kind] = (taken, label, backend, function)
    return {kind: way[1:] for kind, way in best.items()}


def run_ringscope(binary, folder, extra=()):
    command = [binary, "run", "--experiment", folder / "experiment.json", "--qkv", folder / "qkv.safetensors", "--json"]
    ran = subprocess.run([*command, *extra], capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{binary}: {ran.stderr.strip()}")
    return json.loads(ran.stdout)["run"]


def flops(case):
    """Useful ones: 4 d for each pair that attends."""
    pairs = 0
    for segment, rate in case["groups"]:
        kept = segment // rate
        pairs += case["seq_len"] // segment * (kept * (kept + 1) // 2 if case["causal"] else kept * kept)
    return 4 * case["head_dim"] * pairs * (case["heads"] // len(case["groups"]))


def peak_flops(binary, threads):
    """Multiply-adds a second that this machine does now, as `ringscope bench peak` measures them, in F32."""
    ran = subprocess.run([binary, "bench", "peak", "--json"], capture_output=True, text=True, check=True)
    rows = [row for row in json.loads(ran.stdout)["results"] if row["dtype"] == "f32"]
    one = next(row["gflops_per_second"] for row in rows if row["threads"] == 1)
    return 1e9 * next((row["gflops_per_second"] for row in rows if row["threads"] == threads), one * threads)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def measure(binary, case, threads, rounds, folder):
    torch.manual_seed(1)
    shape = (1, case["seq_len"], case["heads"], case["head_dim"])
    q, k, v = (torch.randn(shape).to(TORCH_DTYPE[case["dtype"]]) for _ in range(3))
    write_safetensors(folder / "qkv.safetensors", {"q": q, "k": k, "v": v})
    (folder / "experiment.json").write_text(json.dumps(experiment(case, threads)))

    peer = Peer(case, q, k, v)
    ways = best_ways(peer)
    output = folder / "output.safetensors"
    kernel = run_ringscope(binary, folder, ["--output", output])["kernel"]
    seconds_of(*ways["whole"][1:])
    ours, theirs = read_o(output), peer.out.float()
    error = ((ours - theirs).norm() / theirs.norm()).item()

    times = {"ringscope": [], "alone": [], "whole": []}
    peaks = []
    for _ in range(rounds):
        peaks.append(peak_flops(binary, threads))
        times["ringscope"].append(run_ringscope(binary, folder)["seconds"])
        for kind in ("alone", "whole"):
            times[kind].append(seconds_of(*ways[kind][1:]))
    ratios = {
        kind: spread([theirs / ours for theirs, ours in zip(times[kind], times["ringscope"])])
        for kind in ("alone", "whole")
    }
    fractions = {
        kind: spread([flops(case) / seconds / peak for seconds, peak in zip(times[kind], peaks)]) for kind in times
    }
    return {
        "case": title(case),
        "kernel": kernel,
        "back_end_alone": ways["alone"][0],
        "back_end_whole": ways["whole"][0],
        "relative_difference": error,
        "agrees": error <= TOLERANCE[case["dtype"]],
        "seconds": {kind: spread(values) for kind, values in times.items()},
        "alone_over_ringscope": ratios["alone"],
        "whole_over_ringscope": ratios["whole"],
        "fraction_of_peak": fractions,
        "load": os.getloadavg()[0],
    }


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def markdown(report):
    lines = [
        "| case | RingScope of peak | PyTorch alone | of peak | / RingScope | PyTorch whole | of peak | / RingScope |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in report["results"]:
        fraction = {kind: row["fraction_of_peak"][kind]["median"] for kind in ("ringscope", "alone", "whole")}
        cells = [row["case"], f"{fraction['ringscope']:.2f}"]
        for kind in ("alone", "whole"):
            ratio = row[f"{kind}_over_ringscope"]
            cells += [row[f"back_end_{kind}"], f"{fraction[kind]:.2f}"]
            cells.append(f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--case", action="append", default=[], help="only cases whose title contains this")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    report = {
        "torch": torch.__version__,
        "torch_cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "results": [],
    }
    with tempfile.TemporaryDirectory() as scratch:
        for case in all_cases():
            if arguments.case and not any(text in title(case) for text in arguments.case):
                continue
            row = measure(arguments.binary, case, arguments.threads, arguments.rounds, pathlib.Path(scratch))
            report["results"].append(row)
            print(markdown({"results": [row]}).splitlines()[-1], flush=True)
            if not row["agrees"]:
                print(f"{row['case']}: the answers differ by {row['relative_difference']:.1e}")
    if not report["results"]:
        sys.exit("no case has that in its title")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(report, indent=2) + "\n")
    if arguments.markdown:
        pathlib.Path(arguments.markdown).write_text(markdown(report))
    return 0 if all(row["agrees"] for row in report["results"]) else 1


if __name__ == "__main__":
    sys.exit(main())
