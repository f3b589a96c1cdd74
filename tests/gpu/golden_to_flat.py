#!/usr/bin/env python3
"""Turn golden cases into what gpu_check reads without a JSON library.

  golden_to_flat.py CASES OUT

Each case folder (experiment.json, qkv.safetensors, expected.safetensors) becomes OUT/<case>/ with experiment.txt
(lines "set <field> <value>" and "group <w> <r> <heads or auto> <offset rule> <offset value>") and q, k, v, o, lse as
raw little-endian arrays. Needs nothing but Python 3.
"""
import json
import os
import struct
import sys


def flat_experiment(experiment):
    lines = []
    for section, fields in experiment.items():
        for name, value in fields.items():
            if name == "head_groups":
                for group in value:
                    offset = group.get("offset", "auto")
                    rule, number = ("fixed", offset) if isinstance(offset, int) else (offset, 0)
                    heads = group.get("heads") or "auto"
                    lines.append(f"group {group['segment_length']} {group.get('dilation_rate', 1)} {heads} {rule} {number}")
            elif value is not None:
                text = str(value).lower() if isinstance(value, bool) else str(value)
                lines.append(f"set {section}.{name} {text}")
    return "\n".join(lines) + "\n"


def write_tensors(path, folder):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        head = json.loads(file.read(size))
        body = file.read()
    for name, tensor in head.items():
        if name != "__metadata__":
            begin, end = tensor["data_offsets"]
            with open(os.path.join(folder, name), "wb") as out:
                out.write(body[begin:end])


def main():
    cases, out = sys.argv[1:]
    count = 0
    for case in sorted(os.listdir(cases)):
        source = os.path.join(cases, case)
        if not os.path.isfile(os.path.join(source, "experiment.json")):
            continue
        target = os.path.join(out, case)
        os.makedirs(target, exist_ok=True)
        with open(os.path.join(source, "experiment.json")) as file:
            experiment = flat_experiment(json.load(file))
        with open(os.path.join(target, "experiment.txt"), "w") as file:
            file.write(experiment)
        for tensors in ("qkv.safetensors", "expected.safetensors"):
            write_tensors(os.path.join(source, tensors), target)
        count += 1
    print(f"{count} cases")


if __name__ == "__main__":
    main()
