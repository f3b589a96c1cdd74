#!/usr/bin/env python3
"""A system that refuses threads: an answer all the same, or one line and code 3; never a crash and never a hang.

  few_threads_test.py BINARY LIBRARY [unittest arguments]

LIBRARY is few_threads.cpp's.
"""
import os
import subprocess
import sys
import unittest

LIBRARY = sys.argv.pop(2)

from program_case import TINY, RunFileCase, Terminal, ringscope  # noqa: E402


class FewThreads(RunFileCase):
    def with_threads(self, threads, *arguments, **options):
        environment = {**os.environ, "LD_PRELOAD": LIBRARY, "RINGSCOPE_THREADS": str(threads)}
        return ringscope(*arguments, env=environment, **options)

    def test_every_command_says_so(self):
        self.save()
        for threads in range(8):
            for command in (["plan", *TINY], ["run", *TINY, "--verify", "--db", self.db],
                            ["sweep", *TINY, "--set", "input.seed=7", "--db", self.db, "--any-build"],
                            ["runs", "list", "--db", self.db],
                            ["screenshot", "--view", "ring", *TINY, "--out", self.folder / "ring.png"]):
                ran = self.with_threads(threads, *command)
                self.assertIn(ran.returncode, (0, 2, 3), (threads, command, ran.stderr))
                if ran.returncode and command[0] != "sweep":  # its table says which points failed, and why
                    self.assert_error(ran, ran.returncode)
                    if command[0] in ("plan", "run"):
                        self.assertEqual(ran.returncode, 3)
                        self.assertIn("the system could not start", ran.stderr)
        self.assertEqual(self.with_threads(0, "plan", *TINY).returncode, 3)
        self.assertEqual(self.with_threads(1, "plan", *TINY).returncode, 0)

    def test_progress_is_no_reason_to_fail(self):
        """Interrupt, one worker and four ranks take six threads; the progress line would be a seventh."""
        for threads in range(2, 8):
            terminal = Terminal()
            ran = self.with_threads(threads, "run", *TINY, "--json", "--set", "backend.threads=1",
                                    capture_output=False, stdout=subprocess.DEVNULL,
                                    stderr=terminal.follower)
            terminal.shown()
            self.assertIn(ran.returncode, (0, 3))


if __name__ == "__main__":
    unittest.main()
