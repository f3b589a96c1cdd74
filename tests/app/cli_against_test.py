#!/usr/bin/env python3
"""ringscope run --against: two experiments run in turns.

  cli_against_test.py BINARY [unittest arguments]
"""
import json
import signal
import subprocess
import time
import unittest

from program_case import BINARY, TINY, RunFileCase, Terminal, default_signals, ringscope

AGAINST = ["--against", "ring.overlap=false"]


class Against(RunFileCase):
    def json(self, *arguments):
        return json.loads(self.assert_ok(ringscope("run", *TINY, *AGAINST, "--json", *arguments)))

    def test_pairs_alternate_and_both_sets_are_kept(self):
        report = self.json("--repeat", 6, "--db", self.db, "--name", "mine")
        self.assertEqual(report["repeats"]["run_ids"], [1, 4, 5, 8, 9, 12], "first, against, against, first, ...")
        self.assertEqual(report["against"]["repeats"]["run_ids"], [2, 3, 6, 7, 10, 11])
        self.assertTrue(report["experiment"]["ring"]["overlap"])
        self.assertFalse(report["against"]["experiment"]["ring"]["overlap"])
        self.assertEqual({run["name"] for run in self.listed()}, {"mine", "mine against"})
        trial = report["trial"]
        self.assertEqual((trial["pairs"], trial["looks"]), (6, [6]))
        self.assertGreaterEqual(trial["level"], 0.95)
        self.assertLessEqual(trial["low"], trial["ratio"])
        self.assertLessEqual(trial["ratio"], trial["high"])
        compared = json.loads(self.assert_ok(ringscope("compare", "mine", "mine against", "--db", self.db, "--json")))
        self.assertEqual([side["repeats"] for side in compared["sides"]], [6, 6])
        self.assertFalse(any("What was built" in warning for warning in compared["warnings"]), "one start of the program")

    def test_the_text_names_interval_level_and_runs(self):
        text = self.assert_ok(ringscope("run", *TINY, *AGAINST, "--repeat", 7, "--db", self.db, "--name", "mine"))
        self.assertRegex(text, r"mine against against mine: .*9[5-9]\.\d% interval \S+ to \S+, 7 pairs run in turns")
        self.assertIn('saved as runs 1, 4-5, 8-9 and 12-13 "mine" in', text)
        few = self.assert_ok(ringscope("run", *TINY, *AGAINST, "--repeat", 2))
        self.assertIn("not decided, 6 pairs or more are needed", few)

    def test_ten_pairs_when_nothing_is_said(self):
        self.assertEqual(self.json()["trial"]["pairs"], 10)

    def test_an_experiment_file_may_stand_against(self):
        text = self.assert_ok(ringscope("run", *TINY, "--json"))
        other = self.file("other.json", json.dumps(json.loads(text)["experiment"]))
        report = json.loads(self.assert_ok(ringscope("run", *TINY, "--set", "ring.ranks=2", "--against-experiment", other,
                                                     "--against", "ring.prune=false", "--repeat", 1, "--json")))
        self.assertEqual(report["experiment"]["ring"]["ranks"], 2)
        self.assertEqual(report["against"]["experiment"]["ring"]["ranks"], 4)
        self.assertFalse(report["against"]["experiment"]["ring"]["prune"])

    def test_until_decided_ends_at_a_look(self):
        # A problem a hundred times as large cannot take as long.
        much = ["--against", "problem.seq_len=4096", "--until-decided", "--at-most", "40"]
        report = json.loads(self.assert_ok(ringscope("run", *TINY, *much, "--json")))
        self.assertIn(report["trial"]["pairs"], (10, 20, 40))
        self.assertEqual(report["trial"]["looks"], [10, 20, 40])
        self.assertGreaterEqual(report["trial"]["level"], 1 - 0.05 / 3 - 1e-9)
        few = self.json("--until-decided", "--at-most", 6)["trial"]
        self.assertEqual((few["pairs"], few["looks"]), (6, [6]))

    def test_what_does_not_go_together_is_refused(self):
        run = ["run", *TINY]
        for arguments, *words in [
                (["--against", "ring.overlap=true"], "changes nothing"),
                (["--against", "ring.overlop=true"], "ring.overlop"),
                (["--against", "ring.ranks=0"], "ring.ranks"),
                (["--until-decided"], "--against"),
                ([*AGAINST, "--at-most", "20"], "--until-decided"),
                ([*AGAINST, "--until-decided", "--repeat", "3"], "--at-most"),
                ([*AGAINST, "--until-decided", "--at-most", "5"], "'5'", "6 to 1000"),
                ([*AGAINST, "--until-decided", "--precision", "1"], "'1'", "share"),
                ([*AGAINST, "--until-decided", "--precision", "0%"], "'0%'"),
                ([*AGAINST, "--output", self.folder / "o"], "--output"),
                ([*AGAINST, "--fault", "throw_error:rank=0,step=0"], "--fault"),
                ([*AGAINST, "--name", "x"], "--db")]:
            self.assert_error(ringscope(*run, *arguments), 2, *words)

    def test_an_interrupt_keeps_the_runs_that_were_made(self):
        terminal = Terminal()
        process = subprocess.Popen([BINARY, "run", *TINY, *AGAINST, "--repeat", "1000", "--db", self.db],
                                   stdout=subprocess.PIPE, stderr=terminal.follower, text=True, preexec_fn=default_signals)
        while not self.db.exists() or len(self.listed()) < 4:
            self.assertIsNone(process.poll())
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=60)
        shown = terminal.shown()
        self.assertEqual((process.returncode, stdout), (130, ""), shown)
        self.assertRegex(shown, r"\d+ pairs? were made before, and are in ")
        self.assertGreaterEqual(len(self.listed()), 4)
        self.assert_ok(self.runs("check"))


if __name__ == "__main__":
    unittest.main()
