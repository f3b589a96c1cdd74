#!/usr/bin/env python3
"""Scripts with numbers that nothing can be drawn with, and other wrong lines: one line says which and why.

  script_limits_test.py BINARY [unittest arguments]
"""
import unittest

from program_case import Case, ringscope

HUGE = ["1e308", "-1e308", "99999999999999999999", "-99999999999999999999", "9223372036854775808", "nan", "inf", "0x", "",
        "1e999", "2147483648", "x"]
LINES = {
    "scale {}": "is not a number from 0.75 to 3",
    "drag item {} 1": "is not a number from -16384 to 16384",
    "drag item 1 {} left": "is not a number from -16384 to 16384",
    "wheel item {}": "is not a number from -1000 to 1000",
    "wait frames {}": "is not a whole number from 0 to 100000",
    "wait seconds {}": "is not a number from 0 to 120",
    "resize {}x600": "is not a size, 1 to 16384 pixels each",
    "resize 800x{}": "is not a size, 1 to 16384 pixels each",
}


class ScriptLimits(Case):
    def refuse(self, line, *words):
        script = self.file("wrong.script", "# the first line\n" + line + "\n")
        self.assert_error(ringscope("gui", "--offscreen", "--script", script), 2, f"{script}:2: ", *words)

    def test_every_number_has_its_range(self):
        for line, why in LINES.items():
            for number in HUGE:
                if number == "":
                    continue
                with self.subTest(line=line, number=number):
                    word = line.format(number).split(maxsplit=1)[1] if line.startswith("resize") else number
                    self.refuse(line.format(number), f"'{word}' {why}")
        for line in ("wait frames 1.5", "wait frames -1", "wait seconds -0.1", "wait seconds 121", "scale 0.7", "scale 3.1",
                     "drag item 16385 0", "wheel item -1001", "resize 0x1", "resize -1x1", "resize 16385x1", "resize 1x1x",
                     "resize 1 x 1", "resize 0x"):
            with self.subTest(line=line):
                self.refuse(line)

    def test_wrong_words(self):
        for line, words in [("drag item 1", "drag needs ITEM DX DY"), ("resize", "resize needs WIDTHxHEIGHT"),
                            ("wait", "wait needs"), ("key f99999999999999", "key needs"), ("key f\u00e9", "key needs"),
                            ("key fx", "key needs"), ("x" * 100_000, "unknown command")]:
            with self.subTest(line=line[:40]):
                self.refuse(line, words if len(line) < 1000 else "")

    def test_what_is_allowed_runs(self):
        script = self.file("right.script", "resize 16x16\nscale 3\nscale 0.75\nresize 800x600\nwait frames 0\n"
                                           "wait seconds 0.01\nquit\n")
        self.assert_ok(ringscope("gui", "--offscreen", "--script", script))

    def test_a_size_that_cannot_be(self):
        for size in ("99999999999999999999x1", "-1x-1", "0x0", "1e9x1", "x"):
            ran = ringscope("screenshot", "--view", "ring", "--out", self.folder / "a.png", "--size", size)
            self.assert_error(ran, 2, "--size: '" + size + "' is not a size")


if __name__ == "__main__":
    unittest.main()
