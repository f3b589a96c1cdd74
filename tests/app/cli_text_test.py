#!/usr/bin/env python3
"""Nothing that a file, a name or an argument says acts on a terminal, and all output is valid text of its kind.

  cli_text_test.py BINARY [unittest arguments]
"""
import json
import re
import sqlite3
import subprocess
import unittest
import xml.etree.ElementTree

from program_case import BINARY, RunFileCase, ringscope

# A colour, a window title, a C1 control, DEL, a bell, turned-around text, what no XML may hold, and bytes that are no
# text.
HOSTILE = b"\x1b[31mX \x1b]0;pwn\x07 \xc2\x9b31m \x7f \xe2\x80\xaegnp\xe2\x80\xac \xe2\x81\xa6 \xef\xbf\xbe \xff\xc3(" \
          b" <&\">' \r \x08 end"
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class Text(RunFileCase):
    def setUp(self):
        super().setUp()
        self.save("--name", "plain", "--verify", "--keep-output")
        self.save("--name", "other")
        connection = sqlite3.connect(self.db)
        for table in ("run", "rank_metric", "verification"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"]
            for column in columns:
                if column in ("uuid", "experiment_hash"):
                    continue
                try:
                    connection.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT)", (HOSTILE,))
                except sqlite3.IntegrityError:
                    pass  # one of a few words
        connection.execute("INSERT INTO run_tag VALUES (1, CAST(? AS TEXT))", (HOSTILE,))
        connection.commit()
        connection.close()

    def assert_harmless(self, data, what):
        text = data.decode()  # valid UTF-8, or this fails
        found = ACTS.search(text)
        self.assertIsNone(found, f"{what}: {text[max(0, found.start() - 40):found.end()]!r}" if found else "")
        return text

    def run_raw(self, *arguments):
        """As bytes: arguments and answers may hold what is no text."""
        return subprocess.run([BINARY, *arguments], capture_output=True, timeout=120, cwd=self.folder)

    def test_every_output_of_a_hostile_run_file(self):
        db = ["--db", self.db]
        shown = 0
        for words in (["runs", "list"], ["runs", "list", "--json"], ["runs", "show", "1"],
                      ["runs", "show", "1", "--json"], ["runs", "check"], ["runs", "show", "no such run"],
                      ["runs", "show", "end"], ["compare", "1", "2"], ["compare", "1", "2", "--json"],
                      ["compare", "1", "2", "--fail-if", "seconds>-100%"], ["export", "1", "--format", "json"],
                      ["export", "1", "--format", "perfetto"], ["export", "1", "--format", "experiment"]):
            ran = self.run_raw(*words, *db)
            text = self.assert_harmless(ran.stdout, words)
            self.assert_harmless(ran.stderr, words)
            shown += "\\u001b[31mX" in text
            if "--json" in words or words[-1] in ("json", "perfetto"):
                json.loads(text)
        self.assertGreaterEqual(shown, 6, "control characters are to be seen, not gone")
        names = [run["name"] for run in json.loads(self.run_raw("runs", "list", "--json", *db).stdout)["runs"]]
        self.assertEqual(names, 2 * [HOSTILE.decode(errors="replace")], "JSON says it as it is")

    def test_pages_and_pictures_of_a_hostile_run_file(self):
        page, picture = self.folder / "page.html", self.folder / "picture.svg"
        self.run_raw("compare", "1", "2", "--db", self.db, "--html", page)
        text = self.assert_harmless(page.read_bytes(), "page")
        pictures = re.findall(r"<svg.*?</svg>", text, re.S)
        self.assertTrue(pictures)
        for svg in pictures:
            xml.etree.ElementTree.fromstring(svg)
        if ringscope("screenshot", "--help").returncode != 0:
            return
        for view in ("runs", "compare"):
            runs = [] if view == "runs" else ["--run", "1"] + (["--run", "2"] if view == "compare" else [])
            ran = self.run_raw("screenshot", "--view", view, *runs, "--db", self.db, "--size", "800x500",
                               "--out", picture)
            self.assertEqual((ran.returncode, ran.stderr), (0, b""), view)
            self.assert_harmless(picture.read_bytes(), view)
            xml.etree.ElementTree.parse(picture)

    def test_errors_that_quote_arguments_and_files(self):
        name = HOSTILE.replace(b"/", b"")
        experiment = self.folder / "experiment.json"
        experiment.write_bytes(b'{"' + b"key\x7f\xe2\x80\xae" + b'": 1, "problem": {"dtype": "\\u001b[31m\\u009b"}}')
        trace = self.folder / "trace.json"
        trace.write_bytes(b'{"traceEvents": [{"ph": "X", "ts": "\\u001b[31m\xe2\x80\xae"}]}')
        script = self.folder / "hostile.script"
        script.write_bytes(name.replace(b"\r", b"") + b"\n")
        for words in ([name], ["run", name], ["run", b"--" + name], ["run", b"--set", name],
                      ["run", b"--set", name + b"=1"], ["run", b"--set", b"ring.strategy=" + name],
                      ["run", b"--preset", name], ["run", b"--experiment", name], ["run", b"--qkv", name],
                      ["run", b"--db", b"none/" + name], ["run", b"--output", b"none/" + name],
                      ["run", b"--fault", name], ["run", b"--repeat", name], ["import", name],
                      ["compare", name + b"?", name, b"--db", self.db], ["runs", "list", b"--filter", b"seconds<" + name],
                      ["runs", "list", b"--sort", name], ["runs", "show", name, b"--db", self.db],
                      ["plan", "--experiment", experiment], ["gui", "--script", script]):
            ran = self.run_raw(*words)
            self.assertEqual(ran.returncode, 2, (words, ran.stderr))
            text = self.assert_harmless(ran.stderr, words)
            self.assertEqual(text.count("\n"), 1, words)
        ran = self.run_raw("import", trace, "--dry-run")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assert_harmless(ran.stdout, "what of a trace is not shown")

    def test_an_error_is_a_line_that_can_be_read(self):
        keys = self.file("keys.json", "{" + ",".join(f'"key{i}":1' for i in range(70_000)) + "}")
        ran = ringscope("plan", "--experiment", keys)
        self.assert_error(ran, 2, "key0: unknown key", "69,744 keys are too many", "and 245 more")
        self.assertLess(len(ran.stderr), 2000)
        groups = ",".join('{"segment_length": 0, "x": 1}' for _ in range(4096))
        many = self.file("groups.json", f'{{"problem": {{"head_groups": [{groups}]}}}}')
        ran = ringscope("plan", "--experiment", many)
        self.assert_error(ran, 2, "head_groups[0].x", " more")
        self.assertLess(len(ran.stderr), 4300)
        for words in (["run", "--" + "x" * 100_000], ["run", "--preset", "x" * 100_000],
                      ["plan", "--experiment", "x/" * 50_000]):
            ran = ringscope(*words)
            self.assert_error(ran, 2)
            self.assertLess(len(ran.stderr), 4300)

    def test_csv_holds_no_text_of_others(self):
        rows = self.run_raw("export", "1", "--db", self.db, "--format", "csv").stdout.decode().split("\r\n")
        self.assertGreater(len(rows), 4)
        for row in rows:
            for cell in row.split(","):
                self.assertRegex(cell, r"^([a-z_ ]*|-?[0-9]+)$", "a spreadsheet may take it for a formula")


if __name__ == "__main__":
    unittest.main()
