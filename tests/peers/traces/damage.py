#!/usr/bin/env python3
"""Damages real traces as disks, networks and programs that crash do, and asks RingScope what it still counts.

    python3 damage.py BINARY FOLDER [--seed 12] [--cuts 20] [--only NAME]

From each trace of the folder's manifest, always the same ones for a seed:
* cut after a random byte: counts what the whole events before the cut hold, written as a list that ends;
* one bit of a random byte flipped: read, and no slice of the events before that byte lost;
* times as text ("ts": "12.5"): counts what the trace holds;
* events in random order: the same counts, where only "X", instants and counters stand in it;
* a byte-order mark, a comma after the last event, nothing after the last event: the same counts.
Ends with 1 where a file is refused or a count is not the expected one; each such file stays in FOLDER/damaged.
"""

import argparse
import gzip
import json
import random
import re
import shutil
import sys
from pathlib import Path

import counts

KEYS = ("slices", "instants", "flows", "counter_values")
ORDER_FREE = set("XiIRCM")
MOST_BYTES = 400_000  # larger traces take longer than they teach


def text_of(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")


class Events:
    """A trace as the text before its list of events, the texts of its events, and where each one ends."""

    def __init__(self, text):
        match = re.search(r'"traceEvents"\s*:\s*\[', text)
        self.begin = match.end() if match else text.index("[") + 1
        self.text, self.ends, self.texts, self.values = text, [], [], []
        self.object = match is not None
        decoder = json.JSONDecoder(strict=False)
        at = self.begin
        while True:
            at = re.compile(r"[\s,]*").match(text, at).end()
            if at >= len(text) or text[at] == "]":
                return
            value, end = decoder.raw_decode(text, at)
            self.values.append(value)
            self.texts.append(text[at:end])
            self.ends.append(end)
            at = end

    def whole(self, texts):
        """A trace of some events that ends as it should."""
        return self.text[:self.begin] + ",\n".join(texts) + "]" + ("}" if self.object else "")

    def before(self, at):
        """The events that end at or before a place."""
        return self.whole([text for text, end in zip(self.texts, self.ends) if end <= at])


def times_as_text(event):
    if not isinstance(event, dict):
        return event
    return {key: str(value) if key in ("ts", "dur") and isinstance(value, (int, float)) else value for key, value in event.items()}


def damaged(events, chance, cuts):
    """(name, bytes, the whole trace that it is to count as, may it count more)."""
    text = events.text
    first, last = events.ends[0], events.ends[-1]
    for number in range(cuts):
        at = chance.randrange(first, last + 1)
        yield f"cut-{number}", text[:at].encode(), events.before(at), False
    data = text.encode()
    for number in range(cuts // 4):
        at = chance.randrange(len(text[:first].encode()), len(data))
        flipped = bytearray(data)
        flipped[at] ^= 1 << chance.randrange(8)
        yield f"flip-{number}", bytes(flipped), events.before(len(data[:at].decode(errors="ignore"))), True
    dump = lambda values: [json.dumps(value, ensure_ascii=False) for value in values]
    yield "times-as-text", events.whole(dump(map(times_as_text, events.values))).encode(), text, False
    if all(isinstance(value, dict) and value.get("ph", "M") in ORDER_FREE for value in events.values):
        mixed = chance.sample(events.texts, len(events.texts))
        yield "shuffled", events.whole(mixed).encode(), text, False
    yield "mark", b"\xef\xbb\xbf" + data, text, False
    yield "comma", (text[:last] + "," + text[last:].lstrip(" \n,")).encode(), text, False
    yield "no-end", text[:last].encode(), text, False


def wrong(got, expected, more):
    """What is not as expected, in words."""
    if "error" in got:
        return f"refused: {got['error']}"
    if more:  # a flipped bit may end the reading there, or change the event that it is in; ends of open slices are lost too
        return "" if got["slices"] + got["instants"] >= expected["slices"] + expected["instants"] - 1 else \
            f"{got['slices']} + {got['instants']}, not {expected['slices']} + {expected['instants']} at least"
    return "; ".join(f"{key} {got[key]}, not {expected[key]}" for key in KEYS if got[key] != expected[key])


def check(arguments, path, keep):
    """(tried, list of what is wrong) for one trace."""
    try:
        events = Events(text_of(path))
    except ValueError:
        return 0, []  # not JSON as it was made
    if not events.ends:
        return 0, []
    chance, tried, failures, known = random.Random(f"{arguments.seed} {path.name}"), 0, [], {}
    scratch = keep / "whole.json"
    cuts = arguments.cuts if len(events.text) < 100_000 else max(4, arguments.cuts // 5)
    for name, data, whole, more in damaged(events, chance, cuts):
        file = keep / f"{path.name.split('.')[0]}-{name}.json"
        file.write_bytes(data)
        if whole not in known:
            scratch.write_text(whole, encoding="utf-8", newline="")
            known[whole] = counts.ours(arguments.binary, str(scratch))
        expected = known[whole]
        problem = f"the whole one: {expected['error']}" if "error" in expected else \
            wrong(counts.ours(arguments.binary, str(file)), expected, more)
        tried += 1
        if problem:
            failures.append(f"{file.name}: {problem}")
        else:
            file.unlink()
    scratch.unlink(missing_ok=True)
    return tried, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", default="12")
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    keep = arguments.folder / "damaged"
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir()
    entries = json.loads((arguments.folder / "manifest.json").read_text(encoding="utf-8"))
    total, failures = 0, []
    for entry in entries:
        path = arguments.folder / entry["file"]
        if entry["kind"] == "chrome" and arguments.only in entry["file"] and path.stat().st_size < MOST_BYTES:
            tried, found = check(arguments, path, keep)
            total, failures = total + tried, failures + found
            print(f"{entry['file']}: {tried} tried, {len(found)} wrong", flush=True)
            for failure in found:
                print(f"  {failure}", flush=True)
    print(f"{total} damaged traces, {len(failures)} wrong")
    return 1 if failures or not total else 0


if __name__ == "__main__":
    sys.exit(main())
