#!/usr/bin/env python3
"""The program against answers computed in float64 from the definition (tests/golden), under ring settings that must
not change them.

  golden_test.py BINARY

A case is a folder with experiment.json, qkv.safetensors and expected.safetensors: o (batch, seq, heads, head_dim) and
lse (batch, heads, seq); a query that sees no key has o = 0 and lse = -inf.
"""
import array
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

# Relative error of o, largest absolute error of lse.
TOLERANCE = {"f32": (1e-5, 1e-4), "f16": (1.5e-3, 1e-3), "bf16": (6e-3, 1e-3)}

VARIANTS = [
    {},
    {"ring.strategy": "single"},
    {"ring.strategy": "all_gather", "ring.ranks": "3"},
    {"ring.overlap": "false", "ring.dilate_before_send": "false", "ring.prune": "false"},
    {"ring.ranks": "7", "ring.layout": "zigzag", "ring.accumulator": "online_softmax"},
    {"ring.layout": "striped", "ring.stripe_block": "auto"},
    {"backend.kernel": "portable", "backend.threads": "3"},
]


def read(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            assert entry["dtype"] == "F32", f"{path}: {name} is {entry['dtype']}"
            begin, end = entry["data_offsets"]
            values = array.array("f")
            values.frombytes(data[8 + length + begin : 8 + length + end])
            tensors[name] = (entry["shape"], values)
    return tensors


def difference(expected, got, dtype):
    """Why the two differ, or an empty string."""
    relative_limit, lse_limit = TOLERANCE[dtype]
    for name in ("o", "lse"):
        (shape, want), (got_shape, have) = expected[name], got[name]
        if shape != got_shape:
            return f"{name} has shape {got_shape}, not {shape}"
        finite = [(a, b) for a, b in zip(want, have) if math.isfinite(a)]
        if any(a != b for a, b in zip(want, have) if not math.isfinite(a)):
            return f"{name}: a row without keys is not empty"
        if not all(math.isfinite(b) for _, b in finite):
            return f"{name} is not finite"
        if name == "lse" and max(abs(a - b) for a, b in finite) > lse_limit:
            return f"lse is off by {max(abs(a - b) for a, b in finite):.1e}, more than {lse_limit:.0e}"
        size = math.sqrt(sum(a * a for a, _ in finite)) or 1
        relative = math.sqrt(sum((a - b) ** 2 for a, b in finite)) / size
        if name == "o" and relative > relative_limit:
            return f"o has a relative error of {relative:.1e}, more than {relative_limit:.0e}"
    return ""


def main():
    binary = sys.argv[1]
    folder = pathlib.Path(__file__).parent.parent / "golden"
    cases = sorted(path.parent for path in folder.glob("*/experiment.json"))
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        output = pathlib.Path(scratch) / "output.safetensors"
        for case in cases:
            dtype = json.loads((case / "experiment.json").read_text())["problem"]["dtype"]
            for variant in VARIANTS:
                command = [binary, "run", "--experiment", case / "experiment.json", "--qkv", case / "qkv.safetensors"]
                command += ["--output", output]
                for key, value in variant.items():
                    command += ["--set", f"{key}={value}"]
                ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
                problem = ran.stderr.strip() if ran.returncode else ""
                problem = problem or difference(read(case / "expected.safetensors"), read(output), dtype)
                if problem:
                    failures += 1
                    print(f"{case.name} {variant}: {problem}")
    print(f"{len(cases) * len(VARIANTS) - failures} of {len(cases) * len(VARIANTS)} agree")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
