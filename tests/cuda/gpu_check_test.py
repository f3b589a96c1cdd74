#!/usr/bin/env python3
"""gpu_check's own work on the tests' runtime without a GPU: golden cases read, run and compared, JSON written.

  gpu_check_test.py PROGRAM GOLDEN
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM, GOLDEN = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))


def check(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=300)
    return done.returncode, json.loads(done.stdout)


class GpuCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flat = tempfile.TemporaryDirectory()
        subprocess.run([sys.executable, os.path.join(HERE, "..", "gpu", "golden_to_flat.py"), GOLDEN, cls.flat.name],
                       check=True, stdout=subprocess.DEVNULL)
        cls.cases = len(os.listdir(cls.flat.name))

    @classmethod
    def tearDownClass(cls):
        cls.flat.cleanup()

    def test_golden_cases_pass_under_every_ring_setting(self):
        code, answer = check("golden", self.flat.name)
        self.assertEqual((code, answer["passed"], answer["failures"]), (0, True, []))
        self.assertGreaterEqual(self.cases, 4)
        self.assertEqual(answer["runs"], 9 * self.cases)

    def test_a_wrong_answer_is_found(self):
        path = os.path.join(self.flat.name, sorted(os.listdir(self.flat.name))[0], "o")
        with open(path, "rb") as file:
            right = file.read()
        try:
            with open(path, "wb") as file:
                file.write(b"\0\0\x80\x3f" + right[4:])  # 1.0
            code, answer = check("golden", self.flat.name)
            self.assertEqual((code, answer["passed"]), (1, False))
            self.assertTrue(all("o: relative error" in text for text in answer["failures"]), answer["failures"])
        finally:
            with open(path, "wb") as file:
                file.write(right)

    def test_nccl_with_one_rank_and_the_refusal_of_two(self):
        code, answer = check("nccl", self.flat.name)
        if not answer["passed"] and "this build has no NCCL" in answer["failures"][0]:
            self.skipTest("built without NCCL")
        self.assertEqual((code, answer["failures"], answer["gpus"]), (0, [], 1))
        self.assertEqual(answer["runs"], 4 * self.cases)
        self.assertIn("2 ranks would share 1 GPU", answer["refusal"])

    def test_cudnn_takes_its_golden_cases_and_random_problems(self):
        code, answer = check("cudnn", self.flat.name, "4", "1", "64")
        if not answer["passed"] and "this build has no cuDNN" in answer["failures"][0]:
            self.skipTest("built without cuDNN")
        self.assertEqual((code, answer["failures"], answer["rounds"]), (0, [], 4))
        self.assertEqual(answer["runs"], 3)  # one of the golden cases here is BF16
        self.assertGreater(answer["compiled_kernels"], 0)  # of the run that fifty more repeat

    def test_a_kernel_can_be_named(self):
        shape = ("bf16", "8", "96", "2", "48", "2", "1", "1")
        self.assertEqual(check("kernel", *shape)[1]["kernel"], "mma")
        self.assertEqual(check("kernel", *shape, "fma")[1]["kernel"], "fma")
        self.assertEqual(check("kernel", *shape, "abacus")[0], 1)

    def test_other_words_are_refused(self):
        self.assertEqual(check("abacus")[0], 1)
        self.assertIn("devices, golden, random", check("abacus")[1]["failures"][0])
        self.assertIn("golden takes", check("golden")[1]["failures"][0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
