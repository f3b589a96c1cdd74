#!/usr/bin/env python3
"""Which sources tests/tidy.sh checks, and that it fails when clang-tidy does or is not there. With a stand-in for it.

  tidy_script_test.py [unittest arguments]
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "tidy.sh"
TOOLS = ("bash", "basename", "date", "dirname", "find", "git", "grep", "mktemp", "nproc", "realpath", "rm", "sort",
         "tr", "xargs")


class TidyScript(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-tidy-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder)
        self.tree, self.tools = self.folder / "tree", self.folder / "tools"
        for folder in ("engine", "sessions", "ui", "app", "tests", "build"):
            (self.tree / folder).mkdir(parents=True)
        shutil.copy(SCRIPT, self.tree / "tests/tidy.sh")
        self.tools.mkdir()
        for name in TOOLS:
            (self.tools / name).symlink_to(shutil.which(name))
        self.stand_in('echo "$4" >>"$(dirname "$2")/checked"; ! grep -q BUG "$4" || { echo "found BUG"; exit 1; }')
        for name in ("engine/a.cpp", "engine/b.cpp", "ui/c.cpp"):
            self.write(name, "// c\n")
        self.write("engine/a.h", "")
        self.write("engine/only.h", "")
        self.write("ui/c.cpp", '#include "engine/only.h"\n')
        self.write("build/compile_commands.json", json.dumps(
            [{"file": str(self.tree / name)} for name in ("engine/a.cpp", "engine/b.cpp", "ui/c.cpp")], indent=1))
        self.write(".gitignore", "/build/\n/checked\n")
        self.git("init", "-q", "-b", "main")
        self.commit()

    def stand_in(self, body):
        (self.tools / "clang-tidy").write_text(f"#!{shutil.which('bash')}\n{body}\n")
        (self.tools / "clang-tidy").chmod(0o755)

    def write(self, name, text):
        (self.tree / name).write_text(text)

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@localhost", *arguments], cwd=self.tree,
                       check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def tidy(self, code=0, **variables):
        environment = {"PATH": str(self.tools), "HOME": str(self.folder), **variables}
        ran = subprocess.run([shutil.which("bash"), self.tree / "tests/tidy.sh", self.tree / "build"],
                             env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        checked = self.tree / "checked"
        names = sorted(checked.read_text().split()) if checked.exists() else []
        checked.unlink(missing_ok=True)
        return ran.stdout + ran.stderr, names

    def test_checks_what_changed_since_the_branch_left_main(self):
        self.git("checkout", "-qb", "branch")
        self.write("engine/b.cpp", "// changed\n")
        self.commit()
        self.write("engine/a.h", "// changed, not committed\n")
        self.write("engine/only.h", "// changed\n")
        self.assertEqual(self.tidy()[1], ["engine/a.cpp", "engine/b.cpp", "ui/c.cpp"])
        self.assertEqual(self.tidy(RINGSCOPE_TIDY_BASE="HEAD")[1], ["engine/a.cpp", "ui/c.cpp"])

    def test_checks_the_newest_commit_on_main(self):
        self.write("ui/c.cpp", "// changed\n")
        self.commit()
        self.assertEqual(self.tidy()[1], ["ui/c.cpp"])
        self.assertEqual(len(self.tidy(RINGSCOPE_TIDY="all")[1]), 3)

    def test_checks_all_where_there_is_nothing_to_compare_with(self):
        self.assertEqual(len(self.tidy()[1]), 3)

    def test_fails_when_clang_tidy_does(self):
        self.write("engine/b.cpp", "// BUG\n")
        report, _ = self.tidy(code=1)
        self.assertIn("found BUG", report)
        self.assertIn("engine/b.cpp fails", report)

    def test_fails_without_clang_tidy(self):
        (self.tools / "clang-tidy").unlink()
        self.assertIn("not found", self.tidy(code=1)[0])

    def test_names_what_it_has_not_checked(self):
        report, checked = self.tidy(RINGSCOPE_TIDY_MINUTES="0")
        self.assertEqual(checked, [])
        self.assertIn("the 0 minutes are over: engine/a.cpp engine/b.cpp ui/c.cpp", report)
        self.write("app/new.cpp", "")
        self.commit()
        self.assertIn("not part of this build, so not checked: app/new.cpp", self.tidy()[0])


if __name__ == "__main__":
    unittest.main()
