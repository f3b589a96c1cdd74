#!/usr/bin/env python3
"""The real window on an X server of the test's own, with a real keyboard and pointer (XTest through xdotool).

  window_test.py BINARY [unittest arguments]

A script inside the program says where things are and waits for what the person's hands should bring about.
"""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
LONG_RUN = ["--set", "problem.seq_len=65536", "--set", 'problem.head_groups=[{"segment_length":65536}]']

# Each of two ranks computes in two steps, one after the other.
TWO_RANKS = """set ring.ranks 2
            view timeline
            wait run
            expect "timeline/rank 0/compute step 0" exists
            expect "timeline/rank 1/compute step 1" exists"""


class Display:
    """An X server without a window manager; nobody else's."""

    def __init__(self, size):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
                                       pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as number:
            self.name = ":" + number.readline().strip()

    def close(self):
        self.server.terminate()
        self.server.wait()


class Window(unittest.TestCase):
    size = "1280x800"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.display = Display(self.size)
        self.addCleanup(self.display.close)
        self.environment = {**os.environ, "DISPLAY": self.display.name, "XDG_CONFIG_HOME": str(self.folder),
                            "XDG_DATA_HOME": str(self.folder)}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def start(self, *arguments):
        program = subprocess.Popen([BINARY, "gui", *map(str, arguments)], env=self.environment, cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.stderr.close)
        self.addCleanup(lambda: program.poll() is None and program.kill())
        return program

    def start_script(self, text, *arguments):
        script = self.folder / "steps.script"
        script.write_text(text)
        return self.start("--script", script, *arguments)

    def place(self, program, name, left=False):
        """The centre of an item, or its left end, once the script prints it."""
        line = program.stdout.readline()
        if not line.startswith(name):
            program.wait(timeout=60)
            self.fail(f"{name} was not printed but '{line}': {program.stderr.read()}")
        begin, top, end, bottom = map(int, line.split("\t")[1].split())
        return (begin if left else (begin + end) // 2), (top + bottom) // 2

    def hands(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, check=True, timeout=60,
                       stdout=subprocess.DEVNULL)

    def focus(self):
        """Without a window manager nobody hands the keyboard to a window."""
        self.hands("search", "--sync", "--onlyvisible", "--name", "^RingScope$", "windowfocus", "--sync")

    def assert_done(self, program, timeout=240):
        self.assertEqual(program.wait(timeout=timeout), 0, program.stderr.read())


class Keys(Window):
    def test_ten_taps_of_five_milliseconds_are_ten(self):
        program = self.start_script("""
            set ring.ranks 16
            wait run
            mouse real
            print transport/scrubber
            await ring/words text ~ "step 10 of 16"
            wait seconds 0.5
            expect ring/words text ~ "step 10 of 16"
            """)
        self.place(program, "transport/scrubber")
        self.focus()
        for _ in range(10):
            self.hands("keydown", "period", "sleep", "0.005", "keyup", "period", "sleep", "0.005")
        self.assert_done(program)

    def test_a_held_key_and_a_chord(self):
        program = self.start_script("""
            wait run
            print timeline/lanes
            await palette/find exists
            await palette/find text = contrast
            await palette/find missing
            await ring/words text ~ "step 1 of 4"
            wait seconds 0.5
            expect ring/words text ~ "step 1 of 4"
            """)
        self.place(program, "timeline/lanes")
        self.focus()
        self.hands("key", "ctrl+shift+p")
        self.hands("type", "--delay", "60", "contrast")
        time.sleep(1)  # the script has to see the word before it goes
        self.hands("key", "Escape")
        self.hands("keydown", "period", "sleep", "0.1", "keyup", "period")
        self.assert_done(program)


class Pointer(Window):
    def test_wheel_zooms_and_drags_measure_and_pan(self):
        program = self.start_script(f"""
            {TWO_RANKS}
            mouse real
            print timeline/minimap
            await "timeline/rank 1/compute step 1" missing
            print timeline/lanes
            await timeline/range exists
            print timeline/lanes
            await "timeline/rank 1/compute step 1" exists
            """)
        edge = self.place(program, "timeline/minimap", left=True)
        self.hands("mousemove", edge[0] + 12, edge[1] + 120, "sleep", "0.2", "click", "--repeat", "16",
                   "--delay", "60", "4")
        x, y = self.place(program, "timeline/lanes")
        self.hands("mousemove", x - 150, y, "sleep", "0.1", "mousedown", "1", "mousemove", x, y, "sleep", "0.1", "mousemove",
                   x + 150, y, "sleep", "0.1", "mouseup", "1")
        self.place(program, "timeline/lanes")
        self.focus()
        self.hands("key", "0")
        self.assert_done(program)


class Sizes(Window):
    size = "7680x4320"

    def test_from_one_pixel_to_8k_at_every_scale(self):
        program = self.start_script("""
            preset Tiny 16
            wait run
            resize 1x1
            wait frames 3
            scale 3
            wait frames 3
            resize 200x120
            wait frames 3
            resize 7680x4320
            wait frames 3
            screenshot large.png
            scale 0.75
            screenshot small.png
            resize 1280x720
            wait frames 3
            expect run/start exists
            """)
        self.assert_done(program, timeout=400)
        for name in ("large.png", "small.png"):
            head = (self.folder / name).read_bytes()[:24]
            self.assertEqual(struct.unpack(">II", head[16:24]), (7680, 4320))


class Closing(Window):
    def closed(self, close):
        """Seconds from the wish to the end, in the middle of a run that would take minutes."""
        program = self.start(*LONG_RUN)
        self.focus()
        time.sleep(1.5)
        self.assertIsNone(program.poll())
        begin = time.monotonic()
        close(program)
        self.assert_done(program, timeout=60)
        print(f"closed in {time.monotonic() - begin:.2f} s", file=sys.stderr)
        state = (self.folder / "ringscope" / "window").read_text()
        self.assertIn("window_size=", state)
        self.assertEqual(program.stderr.read(), "")

    def test_by_key_in_mid_run(self):
        self.closed(lambda program: self.hands("key", "ctrl+q"))

    def test_by_signal_in_mid_run(self):
        self.closed(lambda program: program.send_signal(signal.SIGTERM))

    def test_a_lost_display_takes_no_run_along(self):
        program = self.start("--set", "problem.seq_len=8192", "--set", 'problem.head_groups=[{"segment_length":8192}]')
        self.focus()
        self.display.server.kill()
        self.assertEqual(program.wait(timeout=240), 3)
        self.assertIn("ringscope: error: the display is lost", program.stderr.read())
        kept = list((self.folder / "ringscope" / "unsaved").glob("session-*.ringscope"))
        self.assertEqual(len(kept), 1)
        listed = subprocess.run([BINARY, "runs", "list", "--json", "--db", kept[0]], env=self.environment, text=True,
                                check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual([run["seq_len"] for run in json.loads(listed)["runs"]], [8192])


if __name__ == "__main__":
    unittest.main()
