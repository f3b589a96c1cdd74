#!/usr/bin/env python3
"""Files that are standard input or output, pipes and devices, and readers that go away.

  cli_streams_test.py BINARY [unittest arguments]
"""
import json
import os
import pathlib
import pty
import signal
import subprocess
import threading
import unittest

from program_case import BINARY, ERROR, TINY, RunFileCase, default_signals, ringscope, wait_until_it_listens

EXPERIMENT = json.dumps({"problem": {"seq_len": 64, "heads": 2, "head_dim": 4, "head_groups": [{"segment_length": 32}]}})
HAS_WINDOW = "\n  gui " in ringscope("--help").stdout


def shell(command, **options):
    """Run by bash, with the program as $B."""
    return subprocess.run(["bash", "-c", command], env={**os.environ, "B": str(BINARY)}, capture_output=True, timeout=120,
                          **options)


class StandardOutput(RunFileCase):
    def test_a_trace_is_all_that_is_written_to_it(self):
        for name in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            for command in (f"$B run {self.tiny} --trace {name} | cat", f"$B run {self.tiny} --trace {name} > t; cat t"):
                with self.subTest(command):
                    ran = shell(command, cwd=self.folder)
                    self.assertEqual(ran.returncode, 0, ran.stderr)
                    self.assertTrue(json.loads(ran.stdout)["traceEvents"])
                    self.assertIn(b"4 ranks", ran.stderr)  # what else would be there
        self.assertEqual([path.name for path in self.folder.iterdir()], ["t"])

    tiny = "--preset 'Tiny 16'"

    def test_every_written_file(self):
        self.save()
        self.save()
        db = f"--db {self.db}"
        for command, begins in ((f"run {self.tiny} --output -", (0).to_bytes(0, "little")),
                                (f"compare 1 2 {db} --html -", b"<!doctype html>"),
                                (f"export 1 {db} --format json --output -", b"{"),
                                (f"export 1 {db} --format csv --output -", b"rank,"),
                                (f"screenshot {db} --run 1 --view ring --out -", b"\x89PNG")):
            if not HAS_WINDOW and command.startswith("screenshot"):
                continue
            with self.subTest(command):
                ran = shell(f"$B {command} | cat", cwd=self.folder)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertNotIn(ERROR.encode(), ran.stderr)
                self.assertTrue(ran.stdout.lower().startswith(begins.lower()), ran.stdout[:40])
                if "--output -" in command and command.startswith("run"):
                    header = int.from_bytes(ran.stdout[:8], "little")
                    self.assertEqual(set(json.loads(ran.stdout[8:8 + header])), {"o", "lse"})
        self.assertEqual([path.name for path in self.folder.iterdir()], [self.db.name])

    def test_one_use_at_a_time(self):
        for words, said in ((["run", "--trace", "-", "--json"], "--json"),
                            (["run", "--trace", "-", "--output", "/dev/stdout"], "both standard output"),
                            (["run", "--experiment", "-", "--qkv", "-"], "both standard input"),
                            (["run", "--db", "-"], "a run file cannot be"),
                            (["runs", "list", "--db", "-"], "a run file cannot be"),
                            (["export", "1", "--format", "run", "--output", "-", "--db", self.db], "a run file cannot be")):
            with self.subTest(words):
                self.assert_error(ringscope(*words, cwd=self.folder, stdin=subprocess.DEVNULL), 2, said)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_it_is_not_a_file_that_the_command_reads(self):
        used = self.file("used.json", EXPERIMENT)
        ran = shell("$B run --experiment used.json --trace - >> used.json", cwd=self.folder)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"one file", ran.stderr)
        self.assertEqual(used.read_text(), EXPERIMENT)

    def test_bytes_that_are_no_text_are_kept_from_a_terminal(self):
        leader, follower = pty.openpty()
        ran = ringscope("run", *TINY, "--output", "-", stdout=follower, stderr=subprocess.PIPE, capture_output=False)
        os.close(follower)
        os.close(leader)
        self.assert_error(ran, 2, "--output -", "terminal")

    def test_nothing_is_kept_of_what_goes_to_the_null_device(self):
        self.assert_ok(ringscope("run", *TINY, "--output", "/dev/null", "--trace", "/dev/null", "--json"))
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_a_file_of_that_name_has_a_folder(self):
        self.assert_ok(ringscope("run", *TINY, "--trace", "./-", cwd=self.folder))
        self.assertTrue(json.loads((self.folder / "-").read_text())["traceEvents"])


class Readers(RunFileCase):
    def test_one_that_goes_away_is_no_error(self):
        for _ in range(3):
            self.save()
        for command in (f"$B runs list --db {self.db}", "$B --help", f"$B run --preset 'Tiny 16' --db {self.db} --trace -",
                        f"$B export 1 --format perfetto --db {self.db}", f"$B export 1 --format csv --db {self.db} --output -"):
            with self.subTest(command):
                ran = shell(f"set -o pipefail; {command} 2>said | true; echo ${{PIPESTATUS[0]}} >&2; cat said",
                            cwd=self.folder)
                self.assertEqual(ran.stderr, b"0\n")
                self.assertNotIn(ERROR.encode(), ran.stdout)
        self.assertEqual(len(self.listed()), 4)  # the run was saved although nobody read its trace

    def test_its_verdict_stands(self):
        self.save()
        self.save()
        ran = shell(f"$B compare 1 2 --db {self.db} --fail-if 'peak_bytes>1' | true; exit ${{PIPESTATUS[0]}}")
        self.assertEqual(ran.returncode, 1)


class Pipes(RunFileCase):
    def planned(self, ran):
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(sum(rank["tokens"] for rank in json.loads(ran.stdout)["ranks"]), 64)

    def test_an_experiment_from_standard_input_and_pipes(self):
        self.file("e.json", EXPERIMENT)
        for command in ("cat e.json | $B plan --json --experiment -", "$B plan --json --experiment - < e.json",
                        "$B plan --json --experiment /dev/stdin < e.json", "$B plan --json --experiment <(cat e.json)",
                        "(sleep 0.2; cat e.json) | $B plan --json --experiment /dev/stdin",
                        "mkfifo p; cat e.json > p & $B plan --json --experiment p"):
            with self.subTest(command):
                self.planned(shell(command, cwd=self.folder))

    def test_standard_input_is_read_from_where_it_stands(self):
        self.file("e.json", "a heading\n" + EXPERIMENT)
        self.planned(shell("(read line; $B plan --json --experiment -) < e.json", cwd=self.folder))

    def test_tensors_and_scripts_come_through_pipes(self):
        source = self.folder / "o.safetensors"
        head = json.dumps({name: {"dtype": "F32", "shape": [1, 64, 2, 4], "data_offsets": [i * 2048, i * 2048 + 2048]}
                           for i, name in enumerate("qkv")}).encode()
        source.write_bytes(len(head).to_bytes(8, "little") + head + bytes(3 * 2048))
        self.file("e.json", EXPERIMENT)
        for given in ("--qkv - < o.safetensors", "--qkv <(cat o.safetensors)"):
            ran = shell(f"$B run --json --verify --experiment e.json {given}", cwd=self.folder)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertTrue(json.loads(ran.stdout)["verify"]["passed"])
        if HAS_WINDOW:
            ran = shell("echo 'wait run' | $B gui --offscreen --script -")
            self.assertEqual((ran.returncode, ran.stderr), (0, b""))

    def test_what_has_no_end_is_refused(self):
        for command, words in (("yes | $B plan --experiment -", b"too many"), ("$B plan --experiment - < .", b"folder"),
                               ("$B plan --experiment - < /dev/zero", b"device"), ("$B plan --experiment - < /dev/null", b"not JSON"),
                               ("$B plan --experiment - <&-", b"standard input")):
            with self.subTest(command):
                ran = shell(command)
                self.assertEqual(ran.returncode, 2, ran.stderr)
                self.assertIn(words, ran.stderr)
                self.assertEqual(ran.stderr.count(b"\n"), 1)

    def test_waiting_for_the_other_end_stops_with_ctrl_c(self):
        """Of every file that is read or written, by a pipe that nobody else opens."""
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        self.save()
        self.save()
        for words in (["plan", "--experiment", pipe], ["run", *TINY, "--trace", pipe],
                      ["run", *TINY, "--qkv", pipe], ["sweep", *TINY, "--qkv", pipe],
                      ["run", *TINY, "--output", pipe], ["compare", "1", "2", "--db", self.db, "--html", pipe],
                      ["export", "1", "--db", self.db, "--format", "csv", "--output", pipe]):
            with self.subTest(words):
                process = subprocess.Popen([BINARY, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           text=True, preexec_fn=default_signals)
                wait_until_it_listens(process, signal.SIGINT)
                with self.assertRaises(subprocess.TimeoutExpired):
                    process.wait(timeout=1)
                process.send_signal(signal.SIGINT)
                stdout, stderr = process.communicate(timeout=60)
                self.assertEqual((process.returncode, stdout, stderr), (130, "", ERROR + "interrupted\n"))

    def test_a_named_pipe_is_written(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        read = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
        reader.start()
        self.assert_ok(ringscope("run", *TINY, "--trace", pipe, "--json"))
        reader.join()
        self.assertTrue(json.loads(read[0])["traceEvents"])
        self.assertTrue(pipe.is_fifo())


if __name__ == "__main__":
    unittest.main()
