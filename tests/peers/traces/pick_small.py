#!/usr/bin/env python3
"""Copies the small traces of a corpus that the tests read, and writes what is to be counted in them.

    python3 pick_small.py BINARY ENVIRONMENT CORPUS TARGET

The counts come from Perfetto's trace processor (see compare_with_perfetto.py). Where it differs for a reason that is known,
or gives no answer, RingScope's own counts stand there, and "source" says so. Refuses a file that names this machine.
"""

import gzip
import json
import re
import shutil
import socket
import sys
from pathlib import Path

import compare_with_perfetto as comparison
import counts

SMALL = """clang-small.json clang-19-small.json opt-passes.json lld-lto.json ldc-tiny.json cmake-script.json gn-gen.json
node-default.json node-async-hooks.json node-files.json typescript-small.json uftrace-arguments.json sigrok-uart.json
viztracer-events.json viztracer-nan.json py-spy-plain.json py-spy-threads.json onnxruntime-sequential.json keke-plain.json
pytracing-plain.json trace-events-plain.json trace-event-handler-plain.json trace-event-pylog-plain.json chrometrace-plain.json
torch-gzip.json.gz torch-memory.json torch-metadata.json torch-rank0.json torch-rank1.json torch-stack.json jax-plain.json.gz jax-python-perfetto.json.gz
tensorflow-step.json tensorflow-memory.json paddle-profile.json ray-timeline.json bazel-profile.json.gz""".split()
MOST_BYTES = 80_000
# What is of one machine alone: homes, checkouts, its name.
MACHINE = re.compile(rb"(?<!\w)/root|/home/(?!user)|https?://(?!ui\.perfetto|www\.w3)[\w.-]+\.(?:internal|local)")


def names_the_machine(data):
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    host = re.compile(rb'"' + re.escape(socket.gethostname().encode()) + rb'["_.]')
    return MACHINE.search(text) or host.search(text)


def expected(binary, folder, entry, file):
    """The manifest's entry with the counts that the test asks for."""
    row = comparison.one(binary, entry, str(file), counts.perfetto(folder, str(file)))
    mine, theirs = row["ringscope"], row["perfetto"]
    if "error" in mine:
        raise SystemExit(f"{file}: {mine['error']}")
    if row["open"] and "error" not in theirs:
        raise SystemExit(f"{file}: {comparison.words_of(row)}")
    words = comparison.words_of(row)
    return {**entry, **{key: mine[key] for key in ("slices", "instants", "flows", "counter_values")},
            "source": "equal to Perfetto's" if words == "equal" else words}


def main():
    binary, environment, corpus, target = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    entries = {entry["file"]: entry for entry in json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))}
    folder = counts.web_dist(environment)
    target.mkdir(parents=True, exist_ok=True)
    kept = []
    for name in SMALL:
        data = (corpus / name).read_bytes()
        if len(data) > MOST_BYTES or names_the_machine(data):
            raise SystemExit(f"{name}: {len(data)} bytes, or a name of this machine: {names_the_machine(data)}")
        kept.append(expected(binary, folder, entries[name], corpus / name))
        shutil.copyfile(corpus / name, target / name)
        print(f"{name}: {kept[-1]['source']}", flush=True)
    (target / "manifest.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(kept)} traces by {len({entry['producer'] for entry in kept})} producers, {sum(entry['bytes'] for entry in kept)} bytes")


if __name__ == "__main__":
    main()
