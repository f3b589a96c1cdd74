#!/usr/bin/env python3
"""No output replaces a file that the command uses otherwise, nor any run file.

  cli_files_test.py BINARY [unittest arguments]
"""
import os
import re
import unittest

from program_case import PYTORCH, TINY, RunFileCase, ringscope

# Every option and positional that names a file: what is done with it. A new one has its row here, and where it is
# written it has to stand up to the tests below.
READ, WRITTEN, RUN_FILE = "read", "written", "run file"
FILES = {
    "gui": {"--experiment": READ, "--db": RUN_FILE, "--trace": READ, "--script": READ},
    "screenshot": {"--out": WRITTEN, "--experiment": READ, "--trace": READ, "--db": RUN_FILE},
    "run": {"--experiment": READ, "--against-experiment": READ, "--qkv": READ, "--output": WRITTEN, "--trace": WRITTEN,
            "--db": RUN_FILE},
    "sweep": {"--experiment": READ, "--qkv": READ, "--db": RUN_FILE},
    "plan": {"--experiment": READ},
    "simulate": {"--experiment": READ, "--machine": READ, "--trace": WRITTEN, "--db": RUN_FILE},
    "advise": {"--experiment": READ, "--machine": READ, "--out": WRITTEN},
    "calibrate": {"--out": WRITTEN},
    "compare": {"--db": RUN_FILE, "--html": WRITTEN},
    "export": {"--output": WRITTEN, "--db": RUN_FILE},
    "import": {"FILE": READ, "--db": RUN_FILE},
}
# What else a command needs before it would write.
NEEDS = {
    "screenshot": ["--view", "ring", "--out", "picture.png"],
    "run": TINY,
    "simulate": TINY,
    "advise": TINY,
    "calibrate": [],
    "compare": ["1", "1"],
    "export": ["1", "--format", "json"],
}


HAS_WINDOW = ringscope("gui", "--help").returncode == 0
if not HAS_WINDOW:
    del FILES["gui"], FILES["screenshot"]


def commands():
    """Every command that can be run, by its words."""
    found = []
    queue = [[]]
    while queue:
        words = queue.pop()
        text = ringscope(*words, "--help").stdout
        part = re.search(r"^Commands[^\n]*:\n(.*?)(\n\n|\Z)", text, re.S | re.M)
        below = re.findall(r"^  ([a-z]+) ", part[1], re.M) if part else []
        queue += [words + [name] for name in below]
        if words and not below:
            found.append((words, text))
    return found


class Files(RunFileCase):
    def test_every_file_of_every_command_is_in_the_table(self):
        found = commands()
        self.assertGreater(len(found), 15)
        for words, text in found:
            named = set(re.findall(r"^  (--[a-z-]+) FILE\b", text, re.M))
            named |= set(re.findall(r"^  (FILE) ", text, re.M))
            known = {"--db": RUN_FILE} if words[0] == "runs" else FILES.get(words[0], {})
            self.assertEqual(named, set(known), " ".join(words))

    def pairs(self):
        """Every output of every command with every other file of it."""
        for command, files in FILES.items():
            for output, use in files.items():
                for other, other_use in files.items():
                    if use == WRITTEN and other != output and (other_use != WRITTEN or other < output):
                        yield command, output, other

    def refuse(self, command, output, path, other, other_path):
        needs = list(NEEDS.get(command, []))
        if "--out" in needs and "--out" in (output, other):
            at = needs.index("--out")
            del needs[at:at + 2]
        if other == "--experiment" and command == "run":
            needs = []
        if "--db" not in (output, other) and command in ("compare", "export"):
            needs += ["--db", self.db]
        ran = ringscope(command, *needs, output, path, other, other_path, cwd=self.folder)
        self.assert_error(ran, 2, f"ringscope {command}: ", f"{output} {path}", f"{other} {other_path}", "one file")

    def test_an_output_over_another_file_of_the_command_is_refused(self):
        self.save()
        count = 0
        for command, output, other in self.pairs():
            used = self.db
            if FILES[command][other] != RUN_FILE:
                used = self.file("used", "as it was")
            before = used.read_bytes()
            link, hard = self.folder / "link", self.folder / "hard"
            link.symlink_to(used.name)
            os.link(used, hard)
            folder_link = self.folder / "folder"
            folder_link.symlink_to(".")
            for path in (used, link, hard, used.name, f"./folder/{used.name}"):
                with self.subTest(command=command, output=output, other=other, path=path):
                    self.refuse(command, output, path, other, used)
                    self.assertEqual(used.read_bytes(), before)
                    count += 1
            for path in (link, hard, folder_link):
                path.unlink()
        self.assertGreaterEqual(count, 45)

    def test_where_sqlite_keeps_the_changes_of_a_run_file_is_no_place_for_an_output(self):
        self.save()
        for end in ("-journal", "-wal", "-shm"):
            path = f"{self.db}{end}"
            for words in (["--db", self.db], []):
                with self.subTest(end=end, words=words):
                    ran = ringscope("run", "--preset", "Tiny 16", "--output", path, *words)
                    self.assert_error(ran, 2, path, "changes of")
                    self.assertFalse(os.path.exists(path))

    def test_two_names_of_a_file_that_is_not_there_yet(self):
        (self.folder / "folder").symlink_to(".")
        (self.folder / "link").symlink_to("new")
        for command, output, other in self.pairs():
            if command in ("compare", "export"):  # they need the run file
                continue
            for path in ("new", "folder/new", "link", self.folder / "new"):
                with self.subTest(command=command, output=output, other=other, path=path):
                    self.refuse(command, output, path, other, "./new")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["folder", "link"])

    def test_a_run_file_that_is_not_in_use_is_no_output_either(self):
        self.save()
        other = self.folder / "other.ringscope"
        other.write_bytes(self.db.read_bytes())
        link = self.folder / "link"
        link.symlink_to(other.name)
        for command, files in FILES.items():
            for output in (name for name, use in files.items() if use == WRITTEN):
                needs = [word for word in NEEDS[command]]
                if output == "--out":
                    needs = needs[:-2]
                if command in ("compare", "export"):
                    needs += ["--db", self.db]
                for path in (other, link):
                    with self.subTest(command=command, output=output, path=path):
                        ran = ringscope(command, *needs, output, path)
                        self.assert_error(ran, 2, f"{output} {path} is a run file, and its runs would be lost")
        self.assertEqual(other.read_bytes(), self.db.read_bytes())

    def test_what_is_no_regular_file_is_refused_at_once(self):
        """Pipes that are read or written: cli_streams_test.py."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        (self.folder / "folder").mkdir()
        count = 0
        for command, files in FILES.items():
            for option in files:
                if command in ("gui", "screenshot") and option in ("--db", "--trace"):
                    continue  # what is drawn says it
                needs = [] if option == "--experiment" else list(NEEDS.get(command, []))
                if command in ("simulate", "advise") and option != "--machine":
                    needs += ["--machine", "laptop"]
                if command == "screenshot":
                    needs = ["--view", "runs"] + ([] if option == "--out" else ["--out", "picture.png"])
                if command == "import" and option == "--db":
                    needs = [PYTORCH]
                use = files[option]
                for path, what in ((pipe, "pipe|regular"), ("folder", "folder"), ("/dev/null", "device|regular")):
                    if (path == pipe and use != RUN_FILE) or (path == "/dev/null" and use == WRITTEN):
                        continue
                    with self.subTest(command=command, option=option, path=path):
                        named = [path] if option == "FILE" else [option, path]
                        if command in ("compare", "export") and option != "--db":
                            named += ["--db", self.db]
                        ran = ringscope(command, *needs, *named, cwd=self.folder)
                        self.assertIn(ran.returncode, (2, 3), ran.stderr)
                        self.assertEqual(ran.stderr.count("\n"), 1, ran.stderr)
                        self.assertRegex(ran.stderr, what)
                        count += 1
        self.assertGreater(count, 30)

    def test_the_default_run_file_is_in_use_too(self):
        default = self.folder / "ringscope/runs.ringscope"
        environment = dict(os.environ, XDG_DATA_HOME=str(self.folder))
        ran = ringscope("run", *TINY, "--db", "default", "--output", default, env=environment)
        self.assert_error(ran, 2, "--output", "--db", "one file")
        self.assert_ok(ringscope("run", *TINY, "--db", "default", "--json", env=environment))
        before = default.read_bytes()
        self.assert_error(ringscope("export", 1, "--format", "json", "--output", default, env=environment), 2, "one file")
        self.assertEqual(default.read_bytes(), before)

    def test_what_is_no_clash_still_works(self):
        self.save()
        self.assert_ok(ringscope("run", *TINY, "--output", self.folder / "a", "--trace", self.folder / "b", "--db",
                                 self.db, "--json"))
        self.assert_ok(ringscope("export", 1, "--db", self.db, "--format", "json", "--output", self.folder / "a"))
        self.assert_ok(ringscope("import", PYTORCH, "--db", self.db))


if __name__ == "__main__":
    unittest.main()
