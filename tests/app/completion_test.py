#!/usr/bin/env python3
"""What bash completes after `ringscope`: through bash, with the function that `ringscope completion bash` prints.

  completion_test.py BINARY [unittest arguments]
"""
import json
import shlex
import subprocess
import unittest

from program_case import BINARY, Case, ringscope

COMPLETE = """
source <(%(binary)s completion bash)
compopt() { :; }
COMP_WORDS=(%(words)s) COMP_CWORD=%(last)d
_ringscope %(binary)s "${COMP_WORDS[COMP_CWORD]}"
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%%s\\n' "${COMPREPLY[@]}"
"""


class Completion(Case):
    def complete(self, *words):
        """As bash splits them: COMP_WORDBREAKS makes a word of '='."""
        script = COMPLETE % {"binary": shlex.quote(str(BINARY)), "last": len(words),
                             "words": " ".join(map(shlex.quote, ("ringscope", *words)))}
        ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, cwd=self.folder)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return ran.stdout.splitlines()

    def test_commands(self):
        self.assertIn("sweep", self.complete(""))
        self.assertEqual(self.complete("sw"), ["sweep"])
        self.assertEqual(self.complete("runs", "un"), ["unarchive"])
        self.assertEqual(self.complete("run", "sw"), [], "a command in the place of another's argument")

    def test_options(self):
        self.assertEqual(self.complete("run", "--ver"), ["--verify"])
        self.assertIn("--help", self.complete("plan", "-"))
        self.assertEqual(self.complete("screenshot", "--vi"), ["--view"])

    def test_every_command_and_option_of_the_help_is_completed(self):
        def check(*command):
            text = self.assert_ok(ringscope(*command, "--help"))
            options = text[text.index("\nOptions:\n"):].split("\n\n")[0] if "\nOptions:\n" in text else ""
            completed = self.complete(*command, "--")
            for line in options.splitlines():
                if line.startswith("  -"):
                    self.assertIn("--" + line.split("--")[1].split()[0], completed, command)
            commands = text.partition("\nCommands")[2].partition("\n\n")[0].splitlines()[1:]
            for name in [line.split()[0] for line in commands if line[2:3] != " "]:
                self.assertIn(name, self.complete(*command, name))
                check(*command, name)

        check()

    def test_values(self):
        self.assertEqual(self.complete("screenshot", "--view", "ti"), ["timeline"])
        self.assertEqual(self.complete("screenshot", "--view", "=", "ti"), ["timeline"])
        self.assertEqual(self.complete("export", "1", "--format", "perf"), ["perfetto"])
        self.assertEqual(self.complete("bench", "fr"), ["frame"])

    def test_fields(self):
        self.assertEqual(self.complete("run", "--set", "ring.ov"), ["ring.overlap="])
        self.assertEqual(self.complete("run", "--set", "ring.layout", "="), ["contiguous", "zigzag", "striped"])
        self.assertEqual(self.complete("run", "--set", "ring.layout", "=", "zi"), ["zigzag"])
        self.assertEqual(self.complete("sweep", "--set", "problem.causal", "=", "t"), ["true"])
        help = self.assert_ok(ringscope("plan", "--help"))
        for field in self.complete("plan", "--set", ""):
            self.assertIn(f"  {field}", help)

    def test_presets_are_quoted_as_bash_needs_it(self):
        self.assertEqual(self.complete("run", "--preset", "Ring"), ["Ring\\ \\(V3\\)"])
        self.assertEqual(self.complete("run", "--preset", "Ring\\ \\("), ["Ring\\ \\(V3\\)"])
        self.assertEqual(self.complete("run", "--preset", '"All'), ["All-gather (V2 Collective)"])
        self.assertIn("longnet-1m", self.complete("run", "--preset", "lo"))

    def test_files(self):
        self.file("one.json", json.dumps({}))
        self.assertEqual(self.complete("run", "--experiment", "o"), ["one.json"])
        self.assertEqual(self.complete("import", "one"), ["one.json"])

    def test_other_shells_are_refused(self):
        self.assert_error(ringscope("completion", "zsh"), 2, "completion")


if __name__ == "__main__":
    unittest.main()
