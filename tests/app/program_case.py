"""What the tests of the command line share: the program, and what its answers look like.

The first argument of a test's own command line is the program.
"""
import atexit
import fcntl
import json
import os
import pathlib
import pty
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

# No test may meet, or make, the run file and presets of whoever runs it.
HOME = tempfile.mkdtemp(prefix="ringscope-home-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.update(XDG_DATA_HOME=HOME, XDG_CONFIG_HOME=HOME, TERM="xterm")

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
TINY = ["--preset", "Tiny 16"]
ERROR = "ringscope: error: "
PYTORCH = pathlib.Path(__file__).resolve().parent.parent / "data/pytorch_profiler.json"


def ringscope(*arguments, **options):
    options.setdefault("capture_output", True)
    return subprocess.run([BINARY, *map(str, arguments)], text=True, timeout=120, **options)


def default_signals():
    """A shell's background job ignores SIGINT; the program would then rightly ignore it too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until_it_listens(process, signal_number):
    """A signal that comes sooner ends the program as the system does, however loaded the machine is."""
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        # The program blocks the signals that a thread of its own waits for.
        blocked = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk"))
        if blocked >> (signal_number - 1) & 1:
            return
        time.sleep(0.01)


class Terminal:
    """A terminal, 200 columns wide, to be a program's standard error; read while the program writes."""

    def __init__(self):
        self._leader, self.follower = pty.openpty()
        fcntl.ioctl(self.follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
        self._parts = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        try:
            while part := os.read(self._leader, 4096):
                self._parts.append(part)
        except OSError:  # nobody can write any more
            pass

    def shown(self):
        """All that was written, once the program has ended."""
        os.close(self.follower)
        self._reader.join()
        os.close(self._leader)
        return b"".join(self._parts).decode()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def assert_error(self, ran, code, *words):
        """One line on standard error, nothing on standard output, every word in the line."""
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertEqual(ran.stdout or "", "")
        self.assertTrue(ran.stderr.startswith(ERROR), ran.stderr)
        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
        for word in words:
            self.assertIn(word, ran.stderr)

    def assert_ok(self, ran):
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stderr, "")
        return ran.stdout

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return path


class RunFileCase(Case):
    """With a run file of its own."""

    def setUp(self):
        super().setUp()
        self.db = self.folder / "runs.ringscope"

    def save(self, *arguments):
        return json.loads(self.assert_ok(ringscope("run", *TINY, "--db", self.db, "--json", *arguments)))["run_id"]

    def runs(self, *arguments):
        return ringscope("runs", *arguments, "--db", self.db)

    def listed(self):
        return json.loads(self.assert_ok(self.runs("list", "--json")))["runs"]
