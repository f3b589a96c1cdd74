#!/usr/bin/env python3
"""The HTML report of a comparison, read back as a browser would: well formed, alone in the world, and with the figures
of `compare --json`.

  html_report_test.py BINARY [unittest arguments]
"""
import html.parser
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from program_case import PYTORCH, ringscope

VOID = {"meta", "br", "link", "img", "input"}
NAME = '<script>alert("1")</script> & \'it\''


class Page(html.parser.HTMLParser):
    """Checks that tags nest, and collects figures, sections and attributes."""

    def __init__(self, text):
        super().__init__()
        self.faults, self.open, self.tags, self.links = [], [], [], []
        self.figures, self.sections, self.texts = {}, {}, {}
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.links += [value for key, value in attributes.items()
                       if key in ("src", "href", "action", "data") or key.startswith("on")]
        if tag not in VOID:
            self.open.append((tag, attributes))
        self.count_shape(tag)
        if tag == "section":
            self.sections[attributes["id"]] = 0
        # Where the time went has tables of its own, which are no rows of figures.
        if tag == "data" and not any(t == "section" and a["id"] == "waterfall" for t, a in self.open):
            rows = [a["data-key"] for t, a in self.open if t == "tr" and "data-key" in a]
            self.figures.setdefault(rows[-1] if rows else "", []).append(float(attributes["value"]))

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.count_shape(tag)

    def count_shape(self, tag):
        if tag in ("rect", "path", "line"):
            for name, attributes in self.open:
                if name == "section":
                    self.sections[attributes["id"]] += 1

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        for _, attributes in self.open:
            if "id" in attributes:
                self.texts[attributes["id"]] = self.texts.get(attributes["id"], "") + data


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.db, cls.report = cls.folder / "db", cls.folder / "report.html"
        for arguments in (["--name", NAME, "--repeat", 2, "--verify"], ["--set", "ring.strategy=all_gather"]):
            ran = ringscope("run", "--preset", "Tiny 16", "--db", cls.db, *arguments)
            assert ran.returncode == 0, ran.stderr
        cls.ran = ringscope("compare", 1, 3, "--db", cls.db, "--html", cls.report, "--json")
        cls.text = cls.report.read_text(encoding="utf-8")
        cls.page = Page(cls.text)

    def test_command_still_prints_its_json(self):
        self.assertEqual(self.ran.returncode, 0, self.ran.stderr)
        json.loads(self.ran.stdout)

    def test_tags_nest(self):
        self.assertEqual(self.page.faults, [])
        self.assertTrue(self.text.startswith("<!DOCTYPE html>"))

    def test_nothing_is_fetched_or_run(self):
        self.assertEqual(self.page.links, [])
        self.assertFalse({"script", "link", "img", "iframe", "object"} & set(self.page.tags))
        self.assertNotRegex(self.text, r"https?://|url\(|@import")

    def test_figures_are_those_of_the_json(self):
        compared = json.loads(self.ran.stdout)
        self.assertGreater(len(compared["metrics"]), 8)
        for row in compared["metrics"]:
            values = [value for value in row["values"] if value is not None]
            self.assertEqual(self.page.figures.get(row["key"], []), values, row["key"])
        ranks = [rank[key] for key in compared["ranks"][0]["runs"][0]
                 for row in compared["ranks"] for rank in row["runs"] if rank]
        self.assertEqual(self.page.figures[""], ranks)
        self.assertEqual(self.page.texts["verdict"], compared["verdict"])
        for setting in compared["settings"]:
            self.assertIn(setting["path"], self.page.texts["settings"])
            for value in setting["values"]:
                self.assertIn(value, self.page.texts["settings"])
        for warning in compared["warnings"]:
            self.assertIn(html.escape(warning).replace("&#x27;", "&#39;"), self.text)

    def test_pictures_are_there(self):
        for section, shapes in (("timelines", 8), ("memory", 2), ("ranks", 16)):
            self.assertGreaterEqual(self.page.sections[section], shapes, section)
        self.assertIn("step 1", self.page.texts["timelines"])
        self.assertIn("minus", self.page.texts["timelines"])
        self.assertNotRegex(self.text, r'(x|y|width|height)="[^"]*(nan|inf|,)')

    def test_names_are_text(self):
        self.assertIn("&lt;script&gt;", self.text)
        self.assertIn(NAME, self.page.texts["provenance"])

    def test_both_colour_schemes(self):
        self.assertIn("prefers-color-scheme:dark", self.text)
        for variable in set(re.findall(r"var\((--\w+)\)", self.text)):
            self.assertIn(variable + ":", self.text)

    def test_kept_traces_are_shown_and_never_compared(self):
        db, report = self.folder / "with-trace", self.folder / "traced.html"
        shutil.copy(self.db, db)
        self.addCleanup(db.unlink)
        self.addCleanup(lambda: report.unlink(missing_ok=True))
        kept = ringscope("import", PYTORCH, "--db", db, "--name", "training <step>")
        self.assertEqual(kept.returncode, 0, kept.stderr)
        ran = ringscope("compare", 4, 1, 3, "--db", db, "--html", report, "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        compared = json.loads(ran.stdout)
        self.assertEqual([(trace["run_id"], trace["slices"]) for trace in compared.pop("traces")], [(4, 195)])
        self.assertEqual(compared, json.loads(self.ran.stdout), "the first run is compared with, not the trace")
        page = Page(report.read_text(encoding="utf-8"))
        self.assertEqual(page.faults, [])
        self.assertEqual(page.links, [])
        for words in ("Imported trace: training <step>", "195 slices in 4 lanes", "takes no part in the comparison",
                      "aten::_scaled_dot_product_flash_attention_for_cpu", "1 counter, 6 flows", "schemaVersion"):
            self.assertIn(words, page.texts["trace-1"])
        self.assertGreater(page.sections["trace-1"], 60)
        for section in ("figures", "settings", "provenance", "verdict"):
            self.assertNotIn("training", page.texts[section], section)
        text = ringscope("compare", 1, 3, 4, "--db", db)
        self.assertRegex(text.stdout, r"not compared.*\n  4  training <step>: .*195 slices")
        self.assertNotIn("training", text.stdout[:text.stdout.index("kept traces")])

    def test_a_failed_write_leaves_the_old_report(self):
        ran = ringscope("compare", 1, 9, "--db", self.db, "--html", self.report)
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(self.report.read_text(encoding="utf-8"), self.text)
        ran = ringscope("compare", 1, 3, "--db", self.db, "--html", self.folder / "no/such.html")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("no/such.html", ran.stderr)
        self.assertEqual(sorted(file.name for file in self.folder.iterdir()), ["db", "report.html"])


if __name__ == "__main__":
    unittest.main()
