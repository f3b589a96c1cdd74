#!/usr/bin/env python3
"""Machine models on the command line: lists, one of them, names and files, what is refused.

  cli_machines_test.py BINARY [unittest arguments]
"""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from program_case import BINARY, TINY, Case, ringscope

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "assets/machines"
NAMES = sorted(path.stem for path in SHIPPED.glob("*.json"))


class Machines(Case):
    def setUp(self):
        super().setUp()
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(self.folder)}
        self.own = pathlib.Path(self.folder) / "ringscope/machines"
        self.own.mkdir(parents=True)

    def run_program(self, *arguments):
        return ringscope(*arguments, env=self.environment, cwd=self.folder)

    def machine(self, name="8xh100-sxm"):
        return json.loads((SHIPPED / f"{name}.json").read_text())

    def listed(self):
        return json.loads(self.assert_ok(self.run_program("machines", "--json")))["machines"]

    def test_list(self):
        machines = self.listed()
        self.assertEqual(sorted(machine["name"] for machine in machines), NAMES)
        for machine in machines:
            self.assertGreaterEqual(machine["devices"], 1)
            self.assertGreater(len(machine["source"]), 20, machine["name"])
            self.assertGreater(len(machine["title"]), 10)
            self.assertEqual(json.loads(pathlib.Path(machine["file"]).read_text())["name"], machine["name"])
        devices = {machine["name"]: machine["devices"] for machine in machines}
        self.assertEqual((devices["laptop"], devices["8xh100-sxm"], devices["512x8xh100-8nic"]), (1, 8, 4096))
        text = self.assert_ok(self.run_program("machines"))
        self.assertEqual(len(text.splitlines()), len(NAMES) + 1)

    def test_one(self):
        text = self.assert_ok(self.run_program("machines", "8xh800-sxm"))
        for part in ("989 TFLOP/s", "nvlink", "cut by the causal edge", "SM90_NVLINK_BW", "[estimate]",
                     "device.curves[0], device.curves[1]: "):
            self.assertIn(part, text)
        printed = json.loads(self.assert_ok(self.run_program("machines", "8xh800-sxm", "--json")))
        self.assertEqual(printed, self.machine("8xh800-sxm"))

    def test_own_machines_come_first(self):
        mine = {**self.machine(), "title": "mine"}
        (self.own / "8xh100-sxm.json").write_text(json.dumps(mine))
        self.assertEqual(len(self.listed()), len(NAMES))
        self.assertIn("8xh100-sxm: mine", self.assert_ok(self.run_program("machines", "8xh100-sxm")))
        self.assertTrue(self.listed()[0]["own"])

    def test_a_bad_file_is_told_and_hides_no_other(self):
        (self.own / "broken.json").write_text('{"hosts": 1')
        ran = self.run_program("machines", "--json")
        self.assertEqual(ran.returncode, 0)
        self.assertIn("broken.json: not JSON", ran.stderr)
        self.assertEqual(len(json.loads(ran.stdout)["machines"]), len(NAMES))

    def simulate(self, *arguments):
        return self.run_program("simulate", *TINY, *arguments)

    def test_simulate_takes_a_name_a_file_and_what_was_calibrated(self):
        def seconds(*arguments):
            return json.loads(self.assert_ok(self.simulate("--json", *arguments)))["run"]["seconds"]

        by_name = seconds("--machine", "8xh100-sxm")
        path = self.folder / "copy.json"
        path.write_text(json.dumps(self.machine()))
        self.assertEqual(seconds("--machine", "copy.json"), by_name)
        self.assert_error(self.simulate(), 2, "--machine", "ringscope machines lists", "ringscope calibrate")
        (self.own / "this-machine.json").write_text(json.dumps(self.machine()))
        self.assertEqual(seconds(), by_name)

    def test_what_is_refused(self):
        def changed(**changes):
            path = self.folder / "wrong.json"
            path.write_text(json.dumps({**self.machine(), **changes}))
            return self.simulate("--machine", path)

        links = self.machine()["links"]
        self.assert_error(changed(hosts=0), 2, "wrong.json", "hosts: is 0: 1 to")
        self.assert_error(changed(hots=1), 2, "hots: unknown key; did you mean hosts?")
        self.assert_error(changed(links=[{**links[0], "bytes_per_second": 0}]), 2, "links[0].bytes_per_second: is 0")
        self.assert_error(changed(links=[{**links[0], "shares": "nvlink"}]), 2, "links[0].shares", "circle")
        self.assert_error(changed(hosts=2), 2, "between_hosts", "leaves hosts (hosts is 2) unconnected")
        self.assert_error(self.simulate("--machine", "4xa100-sxm", "--set", "ring.ranks=8"), 2, "ring.ranks is 8",
                          "4xa100-sxm has room for 1 to 4")
        self.assert_error(self.simulate("--machine", "8xh100-smx"), 2, "did you mean '8xh100-sxm'?")
        self.assert_error(self.simulate("--machine", "cray"), 2, "'cray'", "laptop", "8xh100-sxm")
        self.assert_error(self.simulate("--machine", "nowhere.json"), 2, "nowhere.json")

    def test_another_kind_of_file_is_named(self):
        experiment = SHIPPED.parent / "experiments/longnet-1m.json"
        self.assert_error(self.run_program("machines", experiment), 2, "an experiment, not a machine model")
        self.assert_error(self.run_program("plan", "--experiment", SHIPPED / "laptop.json"), 2,
                          "a machine model, not an experiment: give it to --machine")
        self.assert_error(self.run_program("import", SHIPPED / "laptop.json"), 2, "a machine model of this program")

    def test_completion(self):
        for words in (["simulate", "--machine", "8xh2"], ["machines", "8xh2"]):
            ran = self.run_program("completion", "words", *words)
            self.assertEqual(self.assert_ok(ran).splitlines(), ["8xh200-sxm", ":files"])

    def test_shipped_files_are_what_their_script_makes(self):
        for script, arguments in (("make_machines.py", ["--check"]), ("fit_curves.py", [])):
            ran = subprocess.run([sys.executable, "-B", SHIPPED / script, *arguments], capture_output=True, text=True,
                                 timeout=60)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)

    def test_fits_are_as_close_as_the_files_say(self):
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(SHIPPED))
        import fit_curves
        for name, series in fit_curves.SERIES.items():
            fitted = fit_curves.fit(name)
            self.assertTrue(0 < fitted.share <= 1 and fitted.half_keys >= 0 and fitted.half_rows >= 0, name)
            self.assertLess(fitted.worst, 0.11, name)
            for rows, keys, rate in series.points:
                pairs = fit_curves.pairs_of(rows, keys, series.causal)
                share = fitted.share / (1 + fitted.half_keys * rows / pairs + fitted.half_rows * keys / pairs)
                self.assertAlmostEqual(share * series.peak / (rate * series.unit), 1, delta=fitted.worst + 1e-9, msg=name)


if __name__ == "__main__":
    unittest.main()
