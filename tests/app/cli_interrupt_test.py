#!/usr/bin/env python3
"""Ctrl-C at any moment: one line, code 130 or the work done, and nothing half written.

  cli_interrupt_test.py BINARY [unittest arguments]

RINGSCOPE_SIGNALS is the number of signals that are sent at random moments; 10 when it is not set.
"""
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

from program_case import (BINARY, ERROR, PYTORCH, TINY, Case, RunFileCase, Terminal, default_signals, ringscope,
                          wait_until_it_listens)


def with_an_interrupt_waiting():
    """The program gets Ctrl-C with its first line: no time is involved."""
    default_signals()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.kill(os.getpid(), signal.SIGINT)


class InterruptedRuns(Case):
    LONG = ["--set", "problem.seq_len=65536", "--set", "problem.head_groups=[{\"segment_length\":65536}]"]

    def interrupted(self, signal_number, *arguments):
        process = subprocess.Popen([BINARY, "run", *self.LONG, *map(str, arguments)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=default_signals)
        wait_until_it_listens(process, signal_number)
        time.sleep(0.7)
        self.assertIsNone(process.poll(), "the run was over before it could be interrupted")
        process.send_signal(signal_number)
        stdout, stderr = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, stdout, stderr)

    def test_interrupt_leaves_nothing_behind(self):
        targets = ["--output", self.folder / "out", "--trace", self.folder / "trace", "--json"]
        self.assert_error(self.interrupted(signal.SIGINT, *targets), 130)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_terminate(self):
        self.assert_error(self.interrupted(signal.SIGTERM), 143)

    def test_hangup(self):
        self.assert_error(self.interrupted(signal.SIGHUP), 129)

    def test_interrupt_saves_no_run(self):
        db = self.folder / "runs.ringscope"
        self.assert_error(self.interrupted(signal.SIGINT, "--db", db), 130)
        self.assertEqual(json.loads(self.assert_ok(ringscope("runs", "list", "--db", db, "--json")))["runs"], [])


class AnyMoment(RunFileCase):
    MOMENTS = (0.03, 0.06, 0.1, 0.2, 0.4)  # seconds: from before the first line of main on

    def interrupt(self, moment, *arguments):
        process = subprocess.Popen([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, preexec_fn=default_signals)
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
        if process.returncode == -signal.SIGINT:  # the program had not begun
            self.assertEqual(stderr, "")
            return process.returncode, stdout
        self.assertIn(process.returncode, (0, 130), stderr)
        if process.returncode == 130:
            self.assertTrue(stderr.startswith(ERROR), stderr)
            self.assertEqual(stderr.count("\n"), 1, stderr)
        return process.returncode, stdout

    def whole_runs(self):
        connection = sqlite3.connect(self.db)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        return connection.execute("SELECT count(*) FROM run").fetchone()[0]

    def left_over(self):
        return sorted(path.name for path in self.folder.iterdir() if ".part-" in path.name)

    def test_runs_that_were_told_are_there_and_no_others(self):
        self.save()
        for moment in self.MOMENTS:
            before = self.whole_runs()
            code, stdout = self.interrupt(moment, "sweep", *TINY, "--set", f"input.seed={int(moment * 1000)}",
                                          "--repeat", 1000, "--db", self.db, "--json")
            made = json.loads(stdout)["ran"] if stdout else 0
            self.assertEqual(self.whole_runs() - before, made, moment)
            self.interrupt(moment, "run", "--repeat", 3, "--db", self.db)
            self.whole_runs()
        self.assertEqual(self.left_over(), [])

    def test_what_is_written_is_whole_or_not_there(self):
        self.save(), self.save()
        report, trace, other = (self.folder / name for name in ("report.html", "trace.json", "other.ringscope"))
        for moment in self.MOMENTS:
            self.interrupt(moment, "compare", 1, 2, "--db", self.db, "--html", report)
            self.interrupt(moment, "export", 1, "--db", self.db, "--format", "perfetto", "--output", trace)
            self.interrupt(moment, "import", PYTORCH, "--db", other)
            self.interrupt(moment, "runs", "compact", "--db", self.db)
            if report.exists():
                self.assertTrue(report.read_text().rstrip().endswith("</html>"))
            if trace.exists():
                json.loads(trace.read_text())
            if other.exists():
                self.assertIn("undamaged", self.assert_ok(ringscope("runs", "check", "--db", other)))
        self.assertEqual(self.whole_runs(), 2)
        self.assertEqual(self.left_over(), [])

    def test_asked_to_stop_nothing_is_begun_or_left_half_done(self):
        self.save(), self.save()
        self.assert_ok(ringscope("import", PYTORCH, "--db", self.db))
        single = self.folder / "single.ringscope"
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "run", "--output", single))
        target, other = self.file("target", "as it was"), self.folder / "other.ringscope"
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        export = ["export", 1, "--db", self.db, "--format"]
        for arguments in (["import", PYTORCH, "--db", other], ["import", single, "--db", other, "--dry-run"],
                          ["import", PYTORCH, "--db", single], ["import", self.db, "--db", single],
                          [*export, "perfetto", "--output", target], [*export, "csv"], [*export, "json"],
                          [*export, "run", "--output", other],
                          ["export", 3, "--db", self.db, "--format", "trace", "--output", target],
                          ["compare", 1, 2, "--db", self.db, "--html", target], ["compare", 1, 2, "--db", self.db],
                          ["runs", "compact", "--db", self.db], ["runs", "check", "--db", self.db]):
            ran = ringscope(*arguments, preexec_fn=with_an_interrupt_waiting)
            self.assert_error(ran, 130, "interrupted")
            self.assertEqual({path.name: path.read_bytes() for path in self.folder.iterdir()}, before, arguments)

    def test_every_measurement_stops(self):
        environment = {**os.environ, "TMPDIR": str(self.folder)}
        for bench in ("store", "attention", "ring", "memory", "plan"):
            process = subprocess.Popen([BINARY, "bench", bench], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       text=True, preexec_fn=default_signals, env=environment)
            wait_until_it_listens(process, signal.SIGINT)
            time.sleep(0.3)
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 130), bench + stderr)
            if bench in ("store", "attention"):  # these last long enough
                self.assertEqual(process.returncode, 130, bench)
            self.assertEqual(list(self.folder.iterdir()), [], bench)


class RandomMoments(RunFileCase):
    """SIGINT and SIGTERM at random moments of everything that takes long."""

    SIGNALS = int(os.environ.get("RINGSCOPE_SIGNALS", "10"))
    WIDE = ["--set", "problem.seq_len=32768", "--set", "problem.head_groups=[{\"segment_length\":32768}]"]
    PLAN = ["--set", "problem.seq_len=16777216", "--set", "problem.heads=1", "--set", "ring.layout=striped",
            "--set", "ring.ranks=384", "--set", "problem.head_groups=[{\"segment_length\":5003}]"]

    def commands(self):
        """Planning, filling and running, verifying, saving, importing, sweeping."""
        out = self.folder / "out.safetensors"
        return (["plan", *self.PLAN, "--json"],
                ["run", *self.WIDE, "--output", out, "--trace", self.folder / "trace.json", "--json"],
                ["run", *TINY, "--set", "problem.seq_len=2048", "--verify", "--json", "--db", self.db],
                ["run", *TINY, "--repeat", 500, "--db", self.db],
                ["import", PYTORCH, "--db", self.folder / "other.ringscope"],
                ["sweep", *TINY, "--repeat", 1000, "--db", self.db])

    def test_every_command_ends_with_the_signals_code_and_leaves_nothing_half_written(self):
        random.seed(11)
        self.save()
        slowest = 0
        for turn in range(self.SIGNALS):
            command = self.commands()[turn % len(self.commands())]
            number = (signal.SIGINT, signal.SIGTERM)[turn // len(self.commands()) % 2]
            terminal = Terminal()
            process = subprocess.Popen([BINARY, *map(str, command)], stdout=subprocess.DEVNULL,
                                       stderr=terminal.follower, preexec_fn=default_signals)
            wait_until_it_listens(process, number)
            time.sleep(random.uniform(0, 0.6))
            asked = time.monotonic()
            if process.poll() is None:
                process.send_signal(number)
            process.wait(timeout=60)
            slowest = max(slowest, time.monotonic() - asked)
            self.assertIn(process.returncode, (0, 128 + number), command)
            shown = terminal.shown()
            self.assertNotIn("\x1b[?25l", shown.rsplit("\x1b[?25h", 1)[-1], "the cursor stays hidden")
            if process.returncode:
                last = re.split(r"[\r\n]|\x1b\[[0-9;?]*[A-Za-z]", shown.rstrip("\r\n"))[-1]
                self.assertTrue(last.startswith(ERROR), shown)
            self.assert_whole()
        print(f"slowest end after a signal: {slowest * 1000:.0f} ms", file=sys.stderr)
        self.assertLess(slowest, 30)  # generous, for a loaded machine

    def assert_whole(self):
        self.assertEqual([path.name for path in self.folder.iterdir() if ".part-" in path.name], [])
        for db in self.folder.glob("*.ringscope"):
            connection = sqlite3.connect(db)
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            connection.close()
        for path in self.folder.glob("*.json"):
            json.loads(path.read_text())


if __name__ == "__main__":
    unittest.main()
