#!/usr/bin/env python3
"""ringscope compare --fail-if: which exit code a comparison of base and head ends with.

Times are set in the run file, never measured: base takes 1.00 to 1.04 s.

  cli_verdicts_test.py BINARY [unittest arguments]
"""
import json
import sqlite3
import unittest

from program_case import TINY, RunFileCase, ringscope

HOLDS, BROKEN, REFUSED, NOT_COMPARABLE = 0, 1, 2, 5
BOUND = ["--fail-if", "seconds>+5%"]


class Verdicts(RunFileCase):
    def save_runs(self, name, repeats=5, *settings, slowness=1.0, revision="0123456789ab"):
        """Runs of one start of the program, `slowness` times as slow as base; gives the number of the first."""
        ran = ringscope("run", *TINY, "--repeat", repeats, "--name", name, "--db", self.db, "--json", *settings)
        report = json.loads(self.assert_ok(ran))
        ids = report["repeats"]["run_ids"] if repeats > 1 else [report["run_id"]]
        for i, run in enumerate(ids):
            self.change("UPDATE run SET seconds = ?, revision = ? WHERE id = ?", slowness * (1 + i / 100), revision, run)
        return ids[0]

    def change(self, sql, *values):
        connection = sqlite3.connect(self.db)
        connection.execute(sql, values)
        connection.commit()
        connection.close()

    def compare(self, *arguments):
        # Times are changed in the file by hand, so they are what counts, not a replay of the spans.
        return ringscope("compare", *arguments, "--clock", "measured", "--db", self.db)

    def assert_verdict(self, code, *arguments, says=""):
        """With the exit code, `says` in what is told, and the same in the JSON object."""
        ran = self.compare(*arguments)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(says, ran.stdout + ran.stderr)
        if code == REFUSED:
            return None
        ran = self.compare(*arguments, "--json")
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(says, ran.stdout)
        report = json.loads(ran.stdout)
        told = report["broken_bounds"] + report["undecided_bounds"] + report["not_comparable_bounds"]
        self.assertEqual(len(told), ran.stderr.count("\n"), ran.stderr)
        return report

    # The table of eight: who compares what, and the exit code.

    def test_1_the_same_build(self):
        self.save_runs("base")
        self.save_runs("head", slowness=1.002)
        report = self.assert_verdict(HOLDS, "base", "head", *BOUND)
        self.assertEqual([bound["state"] for bound in report["bounds"]], ["holds"])
        self.assertEqual(self.compare("base", "head", *BOUND).stderr, "")
        self.assert_verdict(HOLDS, "base", "head", *BOUND, "--strict")

    def test_2_a_slowed_build(self):
        self.save_runs("base")
        self.save_runs("head", slowness=1.2, revision="fedcba987654")
        report = self.assert_verdict(BROKEN, "base", "head", *BOUND, says="seconds>+5% is broken: head")
        bound = report["bounds"][0]
        self.assertAlmostEqual(bound["estimate"], 1.2, places=2)
        self.assertLess(1.05, bound["low"])
        self.assertLess(bound["high"], 1.25)
        self.assertGreaterEqual(bound["level"], 0.9)
        self.assert_verdict(HOLDS, "head", "base", *BOUND)

    def test_3_two_names_of_one_build(self):
        self.save_runs("base")
        self.save_runs("head", slowness=20)
        report = self.assert_verdict(BROKEN, "base", "head", *BOUND)
        self.assertIn("base: runs 1-5, 5 repeats", self.compare("base", "head").stdout)
        self.assertEqual([side["run_ids"] for side in report["sides"]], [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])
        self.assertEqual([side["repeats"] for side in report["sides"]], [5, 5])
        self.assert_verdict(BROKEN, 1, 6, *BOUND)
        self.assert_verdict(BROKEN, "base", 8, *BOUND)

    def test_4_one_name(self):
        self.save_runs("same")
        self.save_runs("same", slowness=20)
        self.assert_verdict(BROKEN, 1, 6, *BOUND)
        self.assert_verdict(BROKEN, 2, 10, *BOUND)
        for words in (("same", "same"), (1, 2), (7, 6), (1, 1), ("same", 3)):
            self.assert_verdict(HOLDS, *words, *BOUND, says="not decided")
            self.assert_verdict(BROKEN, *words, *BOUND, "--strict", says="one set of runs")

    def test_4_one_name_of_two_builds(self):
        self.save_runs("same")
        self.save_runs("same", slowness=20, revision="fedcba987654")
        self.assert_verdict(BROKEN, 1, 6, *BOUND)
        self.assert_error(self.compare("same", 1, *BOUND), REFUSED, '"same"', "runs 1-5 and runs 6-10", "the build")
        self.save_runs("mixed", 2)
        self.save_runs("mixed", 2, "--set", "ring.overlap=false")
        self.assert_error(self.compare("mixed", 1, *BOUND), REFUSED, "the experiment")

    def test_5_two_builds_without_a_known_revision(self):
        for revision in ("", "0123456789ab+"):
            self.db.unlink(missing_ok=True)
            self.save_runs("same", revision=revision)
            self.save_runs("same", slowness=20, revision=revision)
            self.assert_verdict(BROKEN, 1, 6, *BOUND, says="What was built is not known")
            self.assert_verdict(REFUSED, "same", 1, *BOUND, says="the build")
            self.save_runs("base", revision=revision)
            self.save_runs("head", slowness=20, revision=revision)
            self.assert_verdict(BROKEN, "base", "head", *BOUND, says="What was built is not known")

    def test_6_too_few_repeats(self):
        self.save_runs("base", 1)
        self.save_runs("head", 1, slowness=20)
        self.save_runs("two", 2, slowness=20)
        self.save_runs("five")
        for words in ((1, 2), ("base", "head"), ("five", "two"), ("two", "five")):
            self.assert_verdict(HOLDS, *words, *BOUND, says="3 repeats of each are needed")
            self.assert_verdict(BROKEN, *words, *BOUND, "--strict", says="not decided")
        self.assert_verdict(HOLDS, "five", "two", "--fail-if", "overlap_efficiency<-5%", says="not decided")
        self.assert_verdict(HOLDS, 1, 2, "--fail-if", "peak_bytes>+5%", "--strict")
        self.assert_verdict(BROKEN, 1, 2, "--fail-if", "peak_bytes>1B")

    def test_7_another_machine(self):
        self.save_runs("base")
        self.save_runs("head")
        for column, value in (("host", "elsewhere"), ("cpu", "another"), ("cores", 977), ("threads", 977)):
            was = self.column("head", column)
            self.change(f"UPDATE run SET {column} = ? WHERE name = 'head'", value)
            self.assert_verdict(NOT_COMPARABLE, "base", "head", *BOUND, says=f"({was} and {value})")
            self.assert_verdict(HOLDS, "base", "head", *BOUND, "--allow-other-machine")
            self.assert_verdict(HOLDS, "base", "head", "--fail-if", "bytes_on_wire>+5%")
            self.assertEqual(self.compare("base", "head").returncode, 0, "no bound, nothing to judge")
            self.change(f"UPDATE run SET {column} = ? WHERE name = 'head'", was)
        self.change("UPDATE run SET seconds = seconds * 20, host = 'elsewhere' WHERE name = 'head'")
        self.assert_verdict(BROKEN, "base", "head", *BOUND, "--allow-other-machine")
        self.assert_verdict(BROKEN, "base", "head", *BOUND, "--fail-if", "seconds>10s", says="cannot be judged")
        self.change("UPDATE run SET host = 'third' WHERE id = 7")
        self.assert_error(self.compare("base", "head", *BOUND), REFUSED, "the host (elsewhere and third)")

    def column(self, name, column):
        connection = sqlite3.connect(self.db)
        value = connection.execute(f"SELECT {column} FROM run WHERE name = ?", [name]).fetchone()[0]
        connection.close()
        return value

    def test_8_failed_verification(self):
        self.save_runs("base", 5, "--verify")
        self.save_runs("head", 5, "--verify")
        self.assert_verdict(HOLDS, "base", "head", *BOUND)
        self.change("UPDATE verification SET passed = 0 WHERE run = 8")
        self.assert_verdict(BROKEN, "base", "head", *BOUND, says="gave a wrong answer")
        self.assert_verdict(BROKEN, "head", "base", *BOUND, says="gave a wrong answer")
        self.assert_verdict(BROKEN, 1, 6, "--fail-if", "peak_bytes>+5%", says="run 8 of its repeats gave a wrong answer")

    # What else a gate meets.

    def test_a_limit_inside_the_spread_is_not_decided(self):
        self.save_runs("base")
        self.save_runs("head", slowness=1.05)
        self.assert_verdict(HOLDS, "base", "head", *BOUND, says="lies within the spread")
        self.assert_verdict(BROKEN, "base", "head", *BOUND, "--strict")

    def test_values_take_units_and_short_names(self):
        self.save_runs("base")
        self.save_runs("head", slowness=2)
        for bound, code in (("time>1500ms", BROKEN), ("seconds>2500ms", HOLDS), ("time>+5%", BROKEN),
                            ("peak>1GiB", HOLDS), ("peak_bytes>0.5kB", BROKEN), ("wire<1B", HOLDS)):
            self.assert_verdict(code, "base", "head", "--fail-if", bound, "--strict")
        self.assert_error(self.compare("base", "head", "--fail-if", "seconds>1GiB"), REFUSED, "ms", "'1GiB'")
        self.assert_error(self.compare("base", "head", "--strict"), REFUSED, "--fail-if")

    def test_another_problem_and_unfinished_runs_are_not_comparable(self):
        self.save_runs("base")
        self.save_runs("head", 5, "--set", "problem.causal=false")
        self.assert_verdict(NOT_COMPARABLE, "base", "head", *BOUND, says="different problems")
        self.assert_verdict(HOLDS, "base", "head", *BOUND, "--allow-other-problem")
        self.save_runs("other", 5, "--set", "ring.overlap=false")
        self.assert_verdict(HOLDS, "base", "other", *BOUND)
        self.change("UPDATE run SET state = 'failed', error = 'lost' WHERE name = 'other' AND id > 11")
        self.assert_verdict(HOLDS, "base", "other", *BOUND, says="runs 12-15 did not finish")
        self.change("UPDATE run SET state = 'failed', error = 'lost' WHERE name = 'other'")
        self.assert_verdict(NOT_COMPARABLE, "base", "other", *BOUND, says="did not finish")

    def test_the_help_has_the_table_and_the_code(self):
        self.assertIn("not comparable  5", self.assert_ok(ringscope("compare", "--help")))
        self.assertIn("5 a bound", self.assert_ok(ringscope("--help")))
        self.assertIn("not comparable", self.assert_ok(ringscope("manual")).replace("\\", ""))


if __name__ == "__main__":
    unittest.main()
