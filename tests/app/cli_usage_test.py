#!/usr/bin/env python3
"""What the command line refuses, and how it says so: commands, options, experiments, scripts.

  cli_usage_test.py BINARY [unittest arguments]
"""
import json
import os
import re
import time
import unittest

from program_case import TINY, Case, ringscope


class Usage(Case):
    def test_unknown_command_names_the_nearest(self):
        self.assert_error(ringscope("rnu"), 2, "rnu", "did you mean run?")

    def test_unknown_command_far_from_any_lists_them(self):
        self.assert_error(ringscope("frobnicate"), 2, "frobnicate", "run, sweep, plan, simulate")

    def test_unknown_option_names_the_nearest(self):
        self.assert_error(ringscope("run", "--vrify"), 2, "--vrify", "did you mean --verify?")

    def test_every_help_fits_a_terminal_and_names_its_command(self):
        def check(*command):
            text = self.assert_ok(ringscope(*command, "--help"))
            self.assertIn(" ".join(["Usage: ringscope", *command]), text)
            self.assertLessEqual(max(map(len, text.splitlines())), 120, command)
            names = re.search(r"\nCommands.*:\n((?:  .*\n)*)", text)
            for line in names.group(1).splitlines() if names else []:
                if not line.startswith(" " * 3):
                    check(*command, line.split()[0])

        check()

    def test_missing_value(self):
        self.assert_error(ringscope("run", "--set"), 2, "--set needs a value: --set KEY=VALUE")
        self.assert_error(ringscope("compare", 1), 2, "RUN RUN... is needed")

    def test_an_empty_value_is_a_variable_that_is_not_set(self):
        for command in (["run", "--db"], ["run", "--experiment"], ["run", "--preset"], ["run", "--output"],
                        ["run", "--name"], ["sweep", "--qkv"], ["export", "1", "--format", "json", "--output"],
                        ["runs", "list", "--sort"], ["compare", "1", "2", "--html"], ["gui", "--trace"]):
            with self.subTest(command):
                self.assert_error(ringscope(*command, ""), 2, command[-1], "empty")

    def test_missing_required_option(self):
        self.assert_error(ringscope("screenshot", "--view", "ring"), 2, "--out")

    def test_mistyped_option_explains_the_missing_one(self):
        self.assert_error(ringscope("screenshot", "--veiw", "ring", "--out", "x.png"), 2, "did you mean --view?")

    def test_help_and_version_are_suggested_too(self):
        self.assert_error(ringscope("hepl"), 2, "did you mean help?")
        self.assert_error(ringscope("verison"), 2, "did you mean version?")

    def test_value_out_of_its_list(self):
        self.assert_error(ringscope("export", "1", "--format", "pdf"), 2, "pdf", "perfetto, csv, json, sqlite, experiment")

    def test_group_without_command(self):
        self.assert_error(ringscope("runs"), 2, "list", "delete")

    def test_help_and_version(self):
        help = self.assert_ok(ringscope("run", "--help"))
        for words in ("Usage: ringscope run [options]", "--set KEY=VALUE", "contiguous, zigzag or striped", "(tokens)",
                      "nothing is saved when not given", '"segment_length"'):
            self.assertIn(words, help)
        self.assertIn("Usage: ringscope compare RUN RUN... [options]", self.assert_ok(ringscope("compare", "--help")))
        self.assertIn("Usage: ringscope runs tag RUN [TAG...] [options]",
                      self.assert_ok(ringscope("runs", "tag", "--help")))
        self.assertIn("Exit codes: 0 done; 1 ", self.assert_ok(ringscope("--help")))
        self.assertRegex(self.assert_ok(ringscope("--version")), r"^ringscope \d+\.\d+\.\d+\n$")

    def test_help_and_version_as_words_and_letters(self):
        version = self.assert_ok(ringscope("--version"))
        self.assertEqual(self.assert_ok(ringscope("version")), version)
        self.assertEqual(self.assert_ok(ringscope("-V")), version)
        for words in ([], ["run"], ["runs"], ["runs", "list"]):
            text = self.assert_ok(ringscope(*words, "--help"))
            self.assertEqual(self.assert_ok(ringscope("help", *words)), text)
            self.assertEqual(self.assert_ok(ringscope(*words, "-h")), text)
        self.assert_error(ringscope("help", "rnu"), 2, "rnu", "did you mean run?")
        self.assert_error(ringscope("help", "runs", "lits"), 2, "lits", "did you mean list?")

    def test_the_beginning_of_a_name_is_enough_to_suggest_it(self):
        self.assert_error(ringscope("comp"), 2, "did you mean compare?")
        self.assert_error(ringscope("run", "--exper", "x"), 2, "did you mean --experiment?")
        self.assert_error(ringscope("export", "1", "--format", "perf"), 2, "did you mean perfetto?")
        self.assert_error(ringscope("plan", *TINY, "--set", "ring.over=true"), 2, "did you mean ring.overlap?")

    def test_an_option_given_twice_is_named(self):
        self.assert_error(ringscope("plan", "--preset", "Tiny 16", "--preset", "Hybrid"), 2, "--preset is given twice")

    def test_a_value_may_follow_an_equals_sign(self):
        self.assertEqual(self.assert_ok(ringscope("plan", "--preset=Tiny 16")), self.assert_ok(ringscope("plan", *TINY)))

    def test_file_and_preset_exclude_each_other(self):
        self.assert_error(ringscope("plan", "--experiment", "a.json", *TINY), 2, "--experiment", "--preset")

    def test_unknown_preset_names_the_nearest(self):
        self.assert_error(ringscope("plan", "--preset", "Hybird"), 2, "did you mean 'Hybrid'?")

    def test_own_presets_are_known_by_name(self):
        presets = self.folder / "ringscope" / "presets"
        presets.mkdir(parents=True)
        (presets / "my own.json").write_text(json.dumps({"problem": {
            "seq_len": 64, "heads": 2, "head_dim": 4, "head_groups": [{"segment_length": 32}]}}))
        environment = {**os.environ, "XDG_CONFIG_HOME": str(self.folder)}
        planned = json.loads(self.assert_ok(ringscope("plan", "--preset", "my own", "--json", env=environment)))
        self.assertEqual(sum(rank["tokens"] for rank in planned["ranks"]), 64)
        self.assert_error(ringscope("plan", "--preset", "my onw", env=environment), 2, "did you mean 'my own'?")

    def test_name_without_run_file(self):
        self.assert_error(ringscope("run", *TINY, "--name", "x"), 2, "--name", "--db")


class BadExperiments(Case):
    def plan(self, *settings):
        return ringscope("plan", *TINY, *[word for setting in settings for word in ("--set", setting)])

    def test_settings(self):
        for setting, *words in [
            ("ring.rank=3", "ring.rank", "ring.ranks"),
            ("ring.ranks=x", "ring.ranks", "x"),
            ("ring.ranks=0", "ring.ranks", "0"),
            ("ring.ranks=5000", "ring.ranks", "4096"),
            ("ring.ranks", "ring.ranks", "="),
            ("problem.seq_len=99999999999999999999", "problem.seq_len"),
            ("problem.seq_len=-1", "problem.seq_len", "-1"),
            ("problem.kv_heads=3", "kv_heads", "3"),
            ("problem.dtype=f8", "problem.dtype", "f8", "f32", "bf16"),
            ("problem.softmax_scale=nan", "softmax_scale"),
            ('problem.head_groups=[{"segment_length":4,"dilation_rate":8}]', "dilation_rate", "8"),
            ('problem.head_groups=[{"segment_length":8,"dilation_rate":2,"offset":2}]', "offset", "2"),
            ('problem.head_groups=[{"segment_length":8,"dilation":2}]', "dilation"),
            ("problem.head_groups=[", "problem.head_groups"),
            ("problem.head_groups=[]", "head_groups"),
        ]:
            with self.subTest(setting):
                self.assert_error(self.plan(setting), 2, *words)

    def test_no_value_of_any_field_is_more_than_a_line(self):
        help = self.assert_ok(ringscope("plan", "--help"))
        fields = re.findall(r"^  ((?:problem|ring|backend|input)\.\w+)=", help, re.MULTILINE)
        self.assertGreaterEqual(len(fields), 25)
        wrong = ["", "-1", "9223372036854775808", "1e999", "nan", "[]", '[{"segment_length":-1}]', "[" * 200, '"', "\x01",
                 "\u00e9\u6f22", "1 ", "a" * 5000]
        right = {("problem.softmax_scale", "-1"), ("problem.softmax_scale", "9223372036854775808"),
                 ("input.seed", "9223372036854775808")}
        for field in fields:
            for value in wrong:
                ran = self.plan(f"{field}={value}")
                if (field, value) in right or (field == "backend.kernel" and value):
                    continue  # a kernel that another machine may have: a plan needs none
                with self.subTest(field=field, value=value[:20]):
                    self.assert_error(ran, 2, field)
                    self.assertLess(len(ran.stderr), 600)
                    self.assertNotIn("\x01", ran.stderr)

    def test_every_problem_at_once(self):
        self.assert_error(self.plan("ring.ranks=0", "problem.head_dim=0"), 2, "ring.ranks", "problem.head_dim")

    def test_files(self):
        for text, *words in [
            ("", "bad.json"),
            ("{", "bad.json"),
            ("[]", "bad.json"),
            ("{}", "problem.seq_len", "problem.head_groups"),
            ('{"problem": {"seq_len": "8"}}', "problem.seq_len"),
            ('{"problem": {}, "rings": {}}', "rings", "ring"),
            ("[" * 100000, "bad.json"),
        ]:
            with self.subTest(text[:40]):
                path = self.file("bad.json", text)
                self.assert_error(ringscope("run", "--experiment", path), 2, *words)

    def test_no_such_file(self):
        self.assert_error(ringscope("run", "--experiment", self.folder / "none.json"), 2, "none.json", "No such file")

    def test_too_many_ranks_to_run_can_be_planned(self):
        self.assert_ok(self.plan("ring.ranks=1000"))
        self.assert_error(ringscope("run", *TINY, "--set", "ring.ranks=1000"), 2, "1000", "64")

    def test_too_large_for_memory_is_refused_before_allocating(self):
        begin = time.monotonic()
        ran = ringscope("run", "--set", "problem.seq_len=1000000000")
        self.assertIn(ran.returncode, (2, 3))
        self.assert_error(ran, ran.returncode, "iB")
        self.assertLess(time.monotonic() - begin, 60)

    def test_unknown_kernel_and_device(self):
        self.assert_error(ringscope("run", *TINY, "--set", "backend.kernel=fast"), 2, "fast", "portable")
        ran = ringscope("run", *TINY, "--set", "backend.transport=mpi")
        self.assert_error(ran, 2, 'backend.transport: "mpi" is not allowed: one of auto', "shared", "nccl", "peer")
        for command in ("run", "plan"):
            ran = ringscope(command, *TINY, "--set", "backend.device=abacus")
            self.assert_error(ran, 2, 'backend.device: "abacus" is not allowed: one of auto, cpu, cuda')
        listed = json.loads(self.assert_ok(ringscope("devices", "--json")))
        self.assertNotIn("mpi", [transport["name"] for transport in listed["transports"]])
        if not any(device["name"] == "cuda" and device["usable"] for device in listed["devices"]):
            ran = ringscope("run", *TINY, "--set", "backend.device=cuda")
            self.assertIn(ran.returncode, (2, 3))
            self.assert_error(ran, ran.returncode, "backend.device is cuda", "this build has no CUDA" if ran.returncode == 2
                              else "no GPU to run on")
        self.assert_ok(ringscope("plan", *TINY, "--set", "backend.device=cuda"))  # needs none
        self.assertIn(ran.returncode, (2, 3))


class Failures(Case):
    def test_no_display(self):
        environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.assert_error(ringscope("gui", env=environment), 3, "cannot open a window")

    def test_bad_scripts(self):
        for text, *words in [
            ("frobnicate", ":1", "unknown command"),
            ("wait run\n\n# a comment\nclcik x", ":4", "did you mean click?"),
            ("wait forever", "wait needs"),
            ("expect x smells", "expect needs"),
            ("key ctrl+nothing", "key needs"),
            ("preset Nobody", "preset needs"),
            ("resize 0x0", "resize 0x0", "not a size, 1 to 16384"),
        ]:
            with self.subTest(text):
                script = self.file("script", text)
                self.assert_error(ringscope("gui", "--offscreen", "--script", script), 2, str(script), *words)

    def test_a_script_that_fails_during_a_run_ends_with_its_message(self):
        script = self.file("script", "set ring.rank 64")
        ran = ringscope("gui", "--offscreen", "--set", "problem.seq_len=16384", "--script", script)
        self.assert_error(ran, 2, str(script), ":1", "ring.rank")

    def test_bad_pictures(self):
        target = self.folder / "x.png"
        self.assert_error(ringscope("screenshot", "--view", "nowhere", "--out", target), 2, "nowhere", "timeline")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", target, "--size", "0x5"), 2, "0x5")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", self.folder / "no" / "x.png"), 2, "x.png",
                          "folder")
        self.assert_error(ringscope("screenshot", "--view", "ring", "--out", target, "--set", "ring.ranks=0"), 2)
        self.assertFalse(target.exists())


if __name__ == "__main__":
    unittest.main()
