#!/usr/bin/env python3
"""What `cmake --install` puts where, and whether the program finds its assets: installed, in the build tree, by override.

  installation_test.py BINARY CMAKE BUILD [unittest arguments]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

CMAKE, BUILD = sys.argv[2:4]
del sys.argv[2:4]

from program_case import Case, ringscope  # takes the first argument


def lines_of(text, pattern):
    return re.findall(pattern, text, re.MULTILINE)


class Installation(Case):
    def install(self):
        prefix = self.folder / "prefix"
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
        return prefix

    def planned_tokens(self, program, **options):
        ran = subprocess.run([program, "plan", "--preset", "longnet-1m", "--json"], capture_output=True, text=True,
                             timeout=120, cwd="/", **options)
        return sum(rank["tokens"] for rank in json.loads(self.assert_ok(ran))["ranks"])

    def test_installed_program_finds_its_assets_wherever_it_is_moved(self):
        prefix = self.install()
        for name in ("share/man/man1/ringscope.1", "share/bash-completion/completions/ringscope",
                     "share/ringscope/experiments/README.md", "share/ringscope/machines/8xh100-sxm.json", "share/doc/ringscope/copyright"):
            self.assertTrue((prefix / name).is_file(), name)
        self.assertEqual(self.planned_tokens(prefix / "bin/ringscope"), 1 << 20)
        moved = prefix.rename(self.folder / "elsewhere")
        self.assertEqual(self.planned_tokens(moved / "bin/ringscope"), 1 << 20)
        (self.folder / "link").symlink_to(moved / "bin/ringscope")
        self.assertEqual(self.planned_tokens(self.folder / "link"), 1 << 20)
        shutil.rmtree(moved / "share/ringscope")
        ran = subprocess.run([moved / "bin/ringscope", "plan", "--preset", "longnet-1m"], capture_output=True, text=True)
        self.assert_error(ran, 2, "there is no preset 'longnet-1m'")

    def test_build_tree_finds_its_assets(self):
        planned = json.loads(self.assert_ok(ringscope("plan", "--preset", "longnet-1m", "--json", cwd="/")))
        self.assertEqual(sum(rank["tokens"] for rank in planned["ranks"]), 1 << 20)

    def test_override(self):
        (self.folder / "experiments").mkdir()
        (self.folder / "experiments" / "small.json").write_text(json.dumps({"problem": {
            "seq_len": 64, "heads": 2, "head_dim": 4, "head_groups": [{"segment_length": 32}]}}))
        environment = {**os.environ, "RINGSCOPE_ASSETS": str(self.folder)}
        planned = json.loads(self.assert_ok(ringscope("plan", "--preset", "small", "--json", env=environment)))
        self.assertEqual(sum(rank["tokens"] for rank in planned["ranks"]), 64)
        self.assertIn("\n  small\n", self.assert_ok(ringscope("plan", "--help", env=environment)))
        environment["RINGSCOPE_ASSETS"] = str(self.folder / "none")
        self.assert_error(ringscope("plan", "--preset", "small", env=environment), 2, "RINGSCOPE_ASSETS", "none")
        self.assert_ok(ringscope("plan", "--preset", "Tiny 16", env=environment))


class Manual(Case):
    def page(self):
        return self.file("ringscope.1", self.assert_ok(ringscope("manual", "2026-01-31")))

    def test_names_every_command_and_option_of_the_help(self):
        page = re.sub(r"\\f[BIR]", "", self.page().read_text()).replace("\\-", "-")

        def check(*command):
            help = self.assert_ok(ringscope(*command, "--help"))
            usage = lines_of(help, r"^Usage: (.*)$")[0]
            below = help.partition("\nCommands")[2].partition("\n\n")[0].splitlines()[1:]
            if not below:
                part = page.partition(f".SS {usage}\n")[2].partition("\n.S")[0]
                self.assertTrue(part, usage)
                for option in lines_of(help, r"^  (--[a-z-]+)"):
                    self.assertIn(f"\n{option}", part, usage)
            for name in [line.split()[0] for line in below if line[2:3] != " "]:
                check(*command, name)

        check()
        for field in lines_of(self.assert_ok(ringscope("plan", "--help")), r"^  ((?:problem|ring|backend|input)\.\w+)="):
            self.assertIn(field + "=", page)

    @unittest.skipUnless(shutil.which("man"), "man is not here")
    def test_man_renders_it_without_a_warning(self):
        ran = subprocess.run(["man", "--warnings=w", "-l", self.page()], capture_output=True, text=True, timeout=60,
                             env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        for words in ("RINGSCOPE(1)", "ringscope compare RUN RUN... [options]", "EXIT STATUS", "~/.config"):
            self.assertIn(words, ran.stdout.replace("\u2010", "-"))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not here")
    def test_mandoc_finds_nothing_wrong(self):
        ran = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", self.page()], capture_output=True, text=True,
                             timeout=60)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
