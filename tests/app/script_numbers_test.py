#!/usr/bin/env python3
"""The window against the command line: a script changes every kind of setting in the real program, waits for the run,
and finds the numbers that `ringscope run --json` gives for the same experiment; saved and reopened they are the same.

  script_numbers_test.py BINARY [unittest arguments]
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()

# What does not depend on the clock.
RUN_KEYS = ["flops", "bytes_on_wire"]
RANK_KEYS = ["rank", "sent_bytes", "received_bytes", "peak_bytes", "predicted_peak_bytes"]
VERIFY_KEYS = ["checked_rows", "passed"]

GROUPS = ('[{"segment_length": 512, "dilation_rate": 1, "heads": 3}, '
          '{"segment_length": 2048, "dilation_rate": 4, "heads": 1}]')
CHANGES = [
    {"problem.seq_len": "2048", "problem.heads": "4", "problem.head_dim": "32", "problem.head_groups": GROUPS},
    {"problem.head_groups": '[{"segment_length": 1024, "dilation_rate": 2}, {"segment_length": 2048}]'},
    {"ring.ranks": "3"},
    {"ring.layout": "zigzag"},
    {"ring.strategy": "all_gather"},
    {"ring.strategy": "ring", "ring.dilate_before_send": "false", "ring.prune": "false"},
]
UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def bytes_of(text):
    """ "1.50 MiB" as a number, and the step of its last digit."""
    number, unit = re.search(r"([\d.,]+) (B|KiB|MiB|GiB)", text).groups()
    digits = len(number.partition(".")[2])
    return float(number.replace(",", "")) * UNITS[unit], UNITS[unit] / 10**digits


class Numbers(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}

    def ringscope(self, *arguments):
        ran = subprocess.run([BINARY, *map(str, arguments)], env=self.environment, cwd=self.folder, capture_output=True,
                             text=True, timeout=300)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def measured(self, settings):
        words = [word for path, value in settings.items() for word in ("--set", f"{path}={value}")]
        return json.loads(self.ringscope("run", *words, "--verify", "--json"))

    def expectations(self, run):
        """Script lines that compare the shown run with another."""
        lines = [f"expect run.{key} == {run['run'][key]!r}" for key in RUN_KEYS]
        for index, rank in enumerate(run["ranks"]):
            lines += [f"expect ranks[{index}].{key} == {rank[key]!r}" for key in RANK_KEYS]
        lines += [f"expect verify.{key} == {json.dumps(run['verify'][key])}" for key in VERIFY_KEYS]
        return lines

    def test_every_change_gives_the_numbers_of_the_command_line(self):
        settings, lines, runs = {}, ["auto_run on"], []
        for number, change in enumerate(CHANGES):
            settings.update(change)
            run = self.measured(settings)
            runs.append(run)
            lines += [f"set {path} {value}" for path, value in change.items()]
            lines += ["wait run", *self.expectations(run), "print metrics/sent", "print metrics/peak",
                      "print prediction/bytes_on_wire", f"save step {number}"]
        # Reopened, newest first, each is as it was.
        lines += ["preset Hybrid", "wait run", "view runs"]
        for number in reversed(range(len(CHANGES))):
            lines += ["view runs", "wait frames 2", f'click "runs/row {number + 1}"', "click runs/open",
                      f'await notice ~ "Opened run {number + 1}:"', "view all", "wait frames 2",
                      *self.expectations(runs[number])]
        lines += ["quit"]
        script = self.folder / "numbers.script"
        script.write_text("\n".join(lines) + "\n")
        printed = self.ringscope("gui", "--offscreen", "--script", script).splitlines()
        self.assertEqual(len(printed), 3 * len(CHANGES))
        for number, run in enumerate(runs):
            sent, peak, planned = (line.split("\t")[2] for line in printed[3 * number:3 * number + 3])
            wanted = {"sent": run["run"]["bytes_on_wire"], "planned": run["run"]["bytes_on_wire"],
                      "peak": max(rank["peak_bytes"] for rank in run["ranks"])}
            for name, text in (("sent", sent), ("planned", planned), ("peak", peak)):
                value, step = bytes_of(text)
                self.assertLessEqual(abs(value - wanted[name]), step, f"{name} after change {number}: {text}")
        self.assertGreater(len({run["run"]["bytes_on_wire"] for run in runs}), 3, "the changes changed something")


if __name__ == "__main__":
    unittest.main()
