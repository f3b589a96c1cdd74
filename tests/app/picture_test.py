#!/usr/bin/env python3
"""Pictures of views: PNG and SVG say the same, and an SVG's words, bars and titles are where the view put them.

  picture_test.py BINARY [unittest arguments]
"""
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"(-?\d+(?:\.\d+)?)"
RECTANGLE = re.compile(f"M{NUMBER} {NUMBER}H{NUMBER}V{NUMBER}H{NUMBER}Z")


def png_size(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", path
    return struct.unpack(">II", head[16:24])


class Svg:
    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.words = " ".join(text.text for text in self.root.iter(SVG + "text"))
        self.items = {}
        for rect in self.root.iter(SVG + "rect"):
            if "data-item" in rect.attrib:
                x, y, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
                self.items[rect.get("data-item")] = (x, y, x + width, y + height)
        self.rectangles = []
        for path_element in self.root.iter(SVG + "path"):
            for left, top, right, bottom, _ in RECTANGLE.findall(path_element.get("d")):
                self.rectangles.append(((float(left), float(top), float(right), float(bottom)),
                                        path_element.get("fill")))

    def fills_at(self, place):
        """Colours of the rectangles that were drawn where an item is, to a pixel."""
        return [fill for box, fill in self.rectangles if all(abs(a - b) <= 1 for a, b in zip(box, place))]


class Pictures(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def picture(self, name, *arguments):
        path = self.folder / name
        ran = subprocess.run([BINARY, "screenshot", "--out", path, *map(str, arguments)], capture_output=True, text=True,
                             timeout=240)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return path

    def svg(self, *arguments):
        return Svg(self.picture("picture.svg", *arguments))

    def test_of_two_clocks_the_replayed_is_shown_unless_the_measured_is_asked_for(self):
        shared = ["--view", "timeline", "--preset", "Tiny 16", "--set", "ring.ranks=4", "--set", "backend.threads=2",
                  "--set", "backend.device=cpu"]
        replayed = Svg(self.picture("replayed.svg", *shared))
        self.assertIn("every rank its own device (replayed)", replayed.words)
        measured = Svg(self.picture("measured.svg", *shared, "--clock", "measured"))
        self.assertRegex(measured.words, r"this machine \(measured\); 4 ranks shared [12] core")
        alone = subprocess.run([BINARY, "screenshot", "--view", "timeline", "--out", self.folder / "x.svg", "--clock", "replayed",
                                "--preset", "Tiny 16", "--set", "ring.ranks=1", "--set", "backend.device=cpu"],
                               capture_output=True, text=True, timeout=240)
        self.assertEqual(alone.returncode, 2)
        self.assertIn("--clock is replayed: ", alone.stderr)
        self.assertFalse((self.folder / "x.svg").exists())

    def test_every_view_has_its_words_in_both_forms(self):
        words = {"pattern": ["Pattern", "Owner", "load"], "ring": ["Ring", "Follow chunk"],
                 "timeline": ["Timeline", "compute", "rank 3"], "memory": ["Memory", "own K/V", "all_gather"],
                 "all": ["Prediction", "on the wire", "Pattern", "Ring", "Timeline", "Memory"],
                 "runs": ["Runs"]}
        for view, expected in words.items():
            with self.subTest(view):
                svg = self.svg("--view", view, "--preset", "Tiny 16")
                for word in expected:
                    self.assertIn(word, svg.words)
                self.assertEqual(svg.root.get("viewBox"), "0 0 1280 720")

    def test_the_list_of_runs_runs_nothing(self):
        # An experiment that no machine has the memory for: were it run, there would be no picture.
        picture = self.svg("--view", "runs", "--db", self.folder / "none.ringscope", "--set",
                           "problem.seq_len=1073741824")
        self.assertIn("Runs", picture.words)

    def test_bars_are_drawn_where_the_view_registered_them(self):
        svg = self.svg("--view", "timeline", "--only")
        bars = [name for name in svg.items if re.fullmatch(r"timeline/rank \d/compute step \d", name)]
        self.assertGreaterEqual(len(bars), 4)
        fills = [svg.fills_at(svg.items[name]) for name in bars]
        for name, found in zip(bars, fills):
            self.assertEqual(len(found), 1, f"{name} at {svg.items[name]}")
        self.assertEqual(len({found[0] for found in fills}), 1, "computing has one colour")

    def test_load_bars_of_the_ranks(self):
        svg = self.svg("--view", "all", "--set", "ring.ranks=5")
        names = [name for name in svg.items if name.startswith("pattern/load of rank")]
        self.assertEqual(len(names), 5)
        colours = set()
        for name in names:
            left, top, _, bottom = svg.items[name]
            inside = [fill for box, fill in svg.rectangles
                      if abs(box[1] - top) <= 3 and abs(box[3] - bottom) <= 3 and box[0] >= left - 1]
            self.assertTrue(inside, name)
            colours.update(inside)
        self.assertGreaterEqual(len(colours), 5)

    def test_head_groups_and_single_tokens_beside_the_pattern(self):
        svg = self.svg("--view", "pattern", "--only", "--set", "problem.seq_len=2048", "--set",
                       'problem.head_groups=[{"segment_length": 512, "dilation_rate": 1},'
                       '{"segment_length": 2048, "dilation_rate": 4}]')
        for words in ("2 head groups", "w 512 r 1", "w 2,048 r 4", "6 heads", "queries ", "keys "):
            self.assertIn(words, svg.words)

        def fills_in(name):
            left, top, right, bottom = svg.items[name]
            return [fill for box, fill in svg.rectangles
                    if box[0] >= left and box[1] >= top and box[2] <= right and box[3] <= bottom]
        for name in ("pattern/group 0", "pattern/group 1", "pattern/lens"):
            self.assertGreater(len(fills_in(name)), 20, name)
        self.assertGreaterEqual(len(set(fills_in("pattern/lens"))), 3, "two owners, and what is dropped")

    def test_a_view_alone_is_smaller_and_holds_nothing_else(self):
        svg = self.svg("--view", "memory", "--only")
        self.assertNotIn("Prediction", svg.words)
        self.assertNotIn("File", svg.words)
        width, height = int(svg.root.get("width")), int(svg.root.get("height"))
        self.assertLess(width, 1280)
        self.assertEqual(png_size(self.picture("alone.png", "--view", "memory", "--only")), (width, height))
        _, _, right, bottom = svg.items["memory/title"]
        left, top, wide, high = map(int, svg.root.get("viewBox").split())
        self.assertLessEqual(right, left + wide)
        self.assertLessEqual(bottom, top + high)

    def test_the_experiment_rides_along(self):
        svg = self.svg("--view", "ring", "--set", "ring.ranks=3")
        self.assertEqual(json.loads(svg.root.find(SVG + "desc").text)["ring"]["ranks"], 3)

    def test_no_shape_lies_outside_the_picture(self):
        svg = self.svg("--view", "all", "--preset", "Tiny 16")
        self.assertGreater(len(svg.rectangles), 100)
        for box, _ in svg.rectangles:
            self.assertTrue(box[2] >= 0 and box[0] <= 1280 and box[3] >= 0 and box[1] <= 720, box)

    def test_sizes_themes_and_scales(self):
        grounds = set()
        for theme in ("dark", "light", "contrast"):
            svg = self.svg("--view", "ring", "--preset", "Tiny 16", "--theme", theme, "--size", "900x500")
            self.assertEqual((svg.root.get("width"), svg.root.get("height")), ("900", "500"))
            grounds.add(svg.root.find(SVG + "rect").get("fill"))
        self.assertEqual(len(grounds), 3)
        large = self.svg("--view", "ring", "--preset", "Tiny 16", "--scale", "2", "--size", "2560x1440")
        small = self.svg("--view", "ring", "--preset", "Tiny 16")
        sizes = [max(float(text.get("font-size")) for text in svg.root.iter(SVG + "text")) for svg in (large, small)]
        self.assertAlmostEqual(sizes[0] / sizes[1], 2, delta=0.1)

    def test_the_documents_pictures_are_made_by_their_script(self):
        script = pathlib.Path(__file__).resolve().parent.parent.parent / "assets" / "make_pictures.sh"
        subprocess.run(["bash", script, BINARY, self.folder], check=True, timeout=240)
        made = {path.name: png_size(path) for path in self.folder.iterdir()}
        self.assertEqual(made, {"workbench.png": (1600, 900)})

    def test_bad_options(self):
        for arguments, word in ((["--scale", "9"], "--scale"), (["--scale", "x"], "--scale"), (["--theme", "pink"], "pink")):
            ran = subprocess.run([BINARY, "screenshot", "--view", "ring", "--out", self.folder / "x.svg", *arguments],
                                 capture_output=True, text=True, timeout=60)
            self.assertEqual(ran.returncode, 2)
            self.assertIn(word, ran.stderr)
            self.assertFalse((self.folder / "x.svg").exists())


if __name__ == "__main__":
    unittest.main()
