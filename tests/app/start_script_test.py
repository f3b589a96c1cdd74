#!/usr/bin/env python3
"""What app/start.sh and app/packages.sh say and install, with stand-ins for the system's package tools.

  start_script_test.py [unittest arguments]
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SYSTEM_TOOLS = ("bash", "cat", "chmod", "dirname", "env", "grep", "mkdir")
STAND_INS = {
    # The last argument is the package; $INSTALLED lists those that are there.
    "dpkg-query": 'for package; do :; done; case " $INSTALLED " in *" $package "*) echo installed;; *) exit 1;; esac',
    "apt-get": 'echo "apt-get $*" >&2; exit ${APT_CODE:-0}',
    "id": "echo ${USER_ID:-0}",
    "sudo": 'echo "sudo" >&2; exec "$@"',
    "cmake": 'mkdir -p build/release; echo "cmake $*" >&2',
    "ninja": "printf '#!/bin/bash\\necho \"ringscope $*\"\\n' >build/release/ringscope; "
             "chmod +x build/release/ringscope",
}
ALL = subprocess.run(["bash", "-c", "source app/packages.sh; echo $build_packages"], cwd=ROOT, check=True,
                     capture_output=True, text=True).stdout.split()


class StartScript(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ringscope-start-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "app").mkdir()
        for name in ("start.sh", "packages.sh"):
            shutil.copy(ROOT / "app" / name, self.folder / "app" / name)
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        for name in SYSTEM_TOOLS:
            (self.tools / name).symlink_to(shutil.which(name))
        for name, body in STAND_INS.items():
            (self.tools / name).write_text(f"#!{shutil.which('bash')}\n{body}\n")
            (self.tools / name).chmod(0o755)

    def start(self, *arguments, without=(), **variables):
        environment = {"PATH": str(self.tools),
                       "INSTALLED": " ".join(package for package in ALL if package not in without), **variables}
        return subprocess.run([shutil.which("bash"), self.folder / "app/start.sh", *arguments], env=environment,
                              capture_output=True, text=True, timeout=60)

    def test_no_install_names_what_is_missing_and_stops(self):
        ran = self.start("--no-install", "plan", without=("g++", "zlib1g-dev"))
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stdout, "")
        self.assertEqual(ran.stderr.splitlines(), [
            "ringscope: error: missing packages: g++ zlib1g-dev",
            "Without --no-install this would run: apt-get install --no-install-recommends g++ zlib1g-dev"])

    def test_no_install_goes_on_when_nothing_is_missing(self):
        ran = self.start("--no-install", "plan", "--json")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout, "ringscope plan --json\n")
        self.assertNotIn("apt-get", ran.stderr)

    def test_says_what_it_installs_before_it_does(self):
        ran = self.start("plan", without=("cmake", "libpng-dev"))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = ran.stderr.splitlines()
        self.assertEqual(lines[0], "Installing with apt-get: cmake libpng-dev")
        self.assertEqual(lines[1:3], ["apt-get update -qq",
                                      "apt-get install -y -qq --no-install-recommends cmake libpng-dev"])
        self.assertEqual(ran.stdout, "ringscope plan\n")

    def test_installs_nothing_when_nothing_is_missing(self):
        ran = self.start("plan")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertNotIn("apt-get", ran.stderr)

    def test_takes_sudo_where_it_is_needed_and_there(self):
        ran = self.start("plan", without=("cmake",), USER_ID="1000")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stderr.splitlines()[:3], ["Installing with apt-get: cmake", "sudo", "apt-get update -qq"])
        (self.tools / "sudo").unlink()
        ran = self.start("plan", without=("cmake",), USER_ID="1000")
        self.assertEqual((ran.returncode, ran.stderr), (
            1, "ringscope: error: missing packages: cmake; run as root: apt-get install cmake\n"))

    def test_another_system_is_told_what_is_missing(self):
        (self.tools / "apt-get").unlink()
        ran = self.start("plan", without=("cmake",))
        self.assertEqual(ran.returncode, 1)
        self.assertIn("missing packages: cmake; install what they hold", ran.stderr)

    def test_a_failed_installation_ends_in_words(self):
        ran = self.start("plan", without=("cmake",), APT_CODE="100")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("ringscope: error: could not install cmake: is this machine online?", ran.stderr)
        self.assertEqual(ran.stdout, "")


if __name__ == "__main__":
    unittest.main()
