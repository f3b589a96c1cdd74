#!/usr/bin/env python3
"""Saved runs on the command line: listed, changed, found, and the run file in every state.

  cli_runs_test.py BINARY [unittest arguments]
"""
import json
import os
import sqlite3
import unittest

from program_case import PYTORCH, TINY, RunFileCase, ringscope


class SavedRuns(RunFileCase):
    def test_life_of_a_run(self):
        self.assertEqual((self.save("--name", "first"), self.save("--verify")), (1, 2))
        self.assert_ok(self.runs("rename", 2, "second"))
        self.assert_ok(self.runs("tag", 2, "good", "tiny"))
        self.assert_ok(self.runs("note", 2, "a note"))
        second, first = self.listed()
        self.assertEqual((second["name"], second["tags"], second["note"]), ("second", ["good", "tiny"], "a note"))
        self.assertEqual(first["name"], "first")
        self.assertIn("second", self.assert_ok(self.runs("list")))
        shown = self.assert_ok(self.runs("show", "second"))
        for word in ("a note", "#good", "passed", "predicted", "where the time went", "mostly in step"):
            self.assertIn(word, shown)
        self.assertEqual(json.loads(self.assert_ok(self.runs("show", 2, "--json")))["run_id"], 2)
        self.assertIn("undamaged", self.assert_ok(self.runs("check")))
        self.assertEqual(json.loads(self.assert_ok(self.runs("check", "--json"))),
                         {"file": str(self.db), "undamaged": True, "problems": []})
        self.assert_ok(self.runs("tag", 2))
        self.assertEqual(self.listed()[0]["tags"], [])
        self.assert_ok(self.runs("delete", "first"))
        self.assertEqual([run["id"] for run in self.listed()], [2])

    def test_a_name_cannot_break_a_line_or_speak_to_the_terminal(self):
        self.save("--name", "two\nlines\x1b[31m")
        self.assert_ok(self.runs("tag", 1, "a\ttag"))
        self.assertIn("two lines\\u001b[31m #a tag", self.assert_ok(self.runs("list")))
        self.assertIn("run 1: two lines\\u001b[31m ", self.assert_ok(self.runs("show", 1)))
        self.assert_error(self.runs("show", "no\none"), 2, "no one", "two lines\\u001b[31m")
        self.assert_error(self.runs("tag", 1, ""), 2, "not a tag")
        self.assertEqual(self.listed()[0]["tags"], ["a\ttag"], "as it was given")

    def test_names_may_be_those_of_commands(self):
        self.save("--name", "plan")
        self.assert_ok(self.runs("rename", "plan", "list"))
        self.assert_ok(self.runs("tag", "list", "run", "delete"))
        self.assertEqual((self.listed()[0]["name"], self.listed()[0]["tags"]), ("list", ["delete", "run"]))

    def test_runs_are_filtered_and_sorted(self):
        for name, ranks in (("one", 2), ("two", 3)):
            self.assert_ok(ringscope("run", *TINY, "--set", f"ring.ranks={ranks}", "--db", self.db, "--name", name))
        names = lambda *arguments: [run["name"] for run in json.loads(
            self.assert_ok(self.runs("list", "--json", *arguments)))["runs"]]
        self.assertEqual(names("--filter", "p=3 overlap=true"), ["two"])
        self.assertEqual(names("--sort", "p"), ["one", "two"])
        self.assertEqual(names("--sort", "-p", "--filter", "seconds>0"), ["two", "one"])
        self.assertIn("none of 2 runs", self.assert_ok(self.runs("list", "--filter", "p>64")))
        self.assert_error(self.runs("list", "--filter", "p=3 overlp=true"), 2, "overlp=true", "overlap")
        self.assert_error(self.runs("list", "--sort", "secnds"), 2, "secnds", "seconds")

    def test_archive_baseline_and_compaction(self):
        self.save("--name", "hidden", "--keep-output")
        self.save("--name", "shown")
        self.assert_ok(self.runs("archive", "hidden"))
        self.assertEqual([run["name"] for run in self.listed()], ["shown"])
        self.assertIn("hidden (archived)", self.assert_ok(self.runs("list", "--archived")))
        self.assertIn("hidden", self.assert_ok(self.runs("list", "--filter", "archived=true")))
        self.assert_ok(self.runs("unarchive", "hidden"))
        self.assertEqual(len(self.listed()), 2)
        self.assert_ok(self.runs("baseline", "shown"))
        self.assertIn("shown (baseline)", self.assert_ok(self.runs("list")))
        self.assert_ok(self.runs("baseline"))
        self.assertNotIn("(baseline)", self.assert_ok(self.runs("list")))
        shown = self.assert_ok(self.runs("show", "hidden"))
        for words in ("version ", " cores", " threads", "output kept: ", "one of 2 runs of this experiment"):
            self.assertIn(words, shown)
        self.assert_ok(self.runs("delete", "hidden"))
        self.assertRegex(self.assert_ok(self.runs("compact")), r"before, .* after")
        self.assert_error(self.runs("archive", "nobody"), 2, "nobody")

    def test_wrong_runs(self):
        self.save()
        self.assert_error(self.runs("show", 7), 2, "7")
        self.assert_error(self.runs("delete", "nobody"), 2, "nobody")
        self.assert_error(ringscope("compare", 1, "--db", self.db), 2, "RUN")
        self.assert_error(ringscope("compare", 1, 9, "--db", self.db), 2, "9")


class RunFiles(RunFileCase):
    def test_a_run_file_needs_its_folder(self):
        nowhere = self.folder / "nowhere" / "runs.ringscope"
        for command in (["run", *TINY], ["sweep", *TINY], ["import", PYTORCH], ["runs", "list"], ["runs", "check"],
                        ["compare", 1, 2], ["export", 1, "--format", "json"]):
            with self.subTest(command):
                self.assert_error(ringscope(*command, "--db", nowhere), 2, str(nowhere),
                                  f"its folder {nowhere.parent} does not exist")
        self.assertFalse(nowhere.parent.exists())
        empty = self.file("empty.ringscope", "")
        self.assert_error(ringscope("runs", "list", "--db", empty), 3, "not a run file")
        self.assert_ok(ringscope("run", *TINY, "--db", empty))

    def test_opening_never_creates(self):
        self.assert_error(self.runs("list"), 2, str(self.db), "no such run file")
        self.assertFalse(self.db.exists())

    def test_other_files_are_left_alone(self):
        for content in (b"not a database", os.urandom(5000)):
            self.db.write_bytes(content)
            for ran in (self.runs("list"), ringscope("run", *TINY, "--db", self.db)):
                self.assert_error(ran, 3, str(self.db))
            self.assertEqual(self.db.read_bytes(), content)

    def test_a_trigger_from_elsewhere_is_named_and_never_runs(self):
        self.save()
        connection = sqlite3.connect(self.db)
        connection.execute("CREATE TRIGGER tr AFTER INSERT ON run BEGIN DELETE FROM run; END")
        connection.close()
        listed = self.runs("list", "--json")
        self.assertEqual(len(json.loads(listed.stdout)["runs"]), 1)
        self.assertIn("trigger tr on run", listed.stderr)
        self.assert_error(self.runs("check"), 3, str(self.db), "trigger tr on run")
        self.assert_error(ringscope("run", *TINY, "--db", self.db), 3, "trigger tr on run")

    def test_damage_is_found_and_left_alone(self):
        self.save()
        data = bytearray(self.db.read_bytes())
        for page in range(2, len(data) // 4096, 2):
            data[page * 4096 : page * 4096 + 512] = os.urandom(512)
        self.db.write_bytes(data)
        ran = self.runs("check")
        self.assert_error(ran, 3, str(self.db))
        self.assertEqual(self.db.read_bytes(), data)

    def test_default_file_is_in_the_data_folder(self):
        environment = {**os.environ, "XDG_DATA_HOME": str(self.folder)}
        text = self.assert_ok(ringscope("run", *TINY, "--db", "default", env=environment))
        path = self.folder / "ringscope" / "runs.ringscope"
        self.assertIn(str(path), text)
        self.assertIn("Tiny 16", self.assert_ok(ringscope("runs", "list", env=environment)))

    def test_locked_file(self):
        self.save()
        import sqlite3

        other = sqlite3.connect(self.db, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        ran = ringscope("run", *TINY, "--db", self.db)
        other.execute("ROLLBACK")
        other.close()
        self.assert_error(ran, 3, str(self.db))
        self.assertEqual(self.save(), 2)


if __name__ == "__main__":
    unittest.main()
