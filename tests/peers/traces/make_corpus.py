#!/usr/bin/env python3
"""Makes traces of real programs: each producer runs here on a small piece of work and writes what it writes.

    python3 make_corpus.py FOLDER                 everything that can be had, into FOLDER, with manifest.json
    python3 make_corpus.py FOLDER --only clang,go some producers
    python3 make_corpus.py FOLDER --install       first asks apt and pip for all (root, python3-venv, 12 GB)

Works in /tmp/t, so that the paths in the traces are no one's. Producers that are not installed are named and left out.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import native_recipes
import python_recipes

WORK = Path("/tmp/t")
# A host name of its own for each producer: PyTorch writes the machine's into its traces.
NAMELESS = ["unshare", "--uts", "sh", "-c", "hostname box && exec \"$@\"", "sh"]
PROGRAMS = Path(__file__).resolve().parent / "programs"
RECIPES = python_recipes.RECIPES + native_recipes.RECIPES


class Box:
    """A producer's own folder, and the list of what it made."""

    def __init__(self, recipe, output):
        self.recipe, self.output, self.made = recipe, output, []
        self.folder = WORK / recipe.producer
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.commands = []

    def run(self, *command, folder=None, check=True, timeout=300, **variables):
        """Runs a command in the folder, with a small environment; returns what it printed."""
        words = [str(word) for word in command]
        self.commands.append(" ".join(words))
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(WORK / "home"), "LANG": "C.UTF-8", "TMPDIR": str(WORK),
                       "USER": "user", **variables}
        (WORK / "home").mkdir(exist_ok=True)
        done = subprocess.run(NAMELESS + words, cwd=folder or self.folder, env=environment, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done.stdout

    def interpreter(self):
        return venv(self.recipe.venv) / "bin" / "python"

    def python(self, program, *arguments, **options):
        """Runs one of the programs beside this file with the interpreter of the recipe's environment."""
        shutil.copy(PROGRAMS / program, self.folder)
        return self.run(self.interpreter(), program, *arguments, **options)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def keep(self, path, name, form, kind="chrome"):
        """Takes a file into the corpus. kind: "chrome", or what it is instead: those are to be refused by name."""
        path = self.folder / path
        if not path.is_file() or not path.stat().st_size:
            raise RuntimeError(f"no {path}")
        target = self.output / f"{self.recipe.producer}-{name}"
        shutil.copyfile(path, target)
        commands, self.commands = self.commands, []
        self.made.append({"file": target.name, "producer": self.recipe.producer, "form": form, "kind": kind,
                          "bytes": target.stat().st_size,
                          "command": [command.replace(f"{venv(self.recipe.venv)}/bin/", "") for command in commands]})


def venv(name):
    return WORK / "venv" / name


def missing(recipe):
    """The first thing of a recipe that is not installed."""
    if recipe.venv and not (venv(recipe.venv) / "bin" / "python").exists():
        return f"{venv(recipe.venv)} (pip install {' '.join(recipe.pip)})"
    return next((f"{program} (apt-get install {' '.join(recipe.apt)})" for program in recipe.programs if not shutil.which(program)), "")


def install(recipe):
    if recipe.apt:
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *recipe.apt], check=False)
    if recipe.venv:
        folder = venv(recipe.venv)
        subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True)  # its library lies in /usr
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", *recipe.pip], check=False)


def make(recipe, output):
    """Runs one recipe: a list of (file, form...) and a line for each step that failed."""
    box, failures = Box(recipe, output), []
    version = recipe.version(box)
    box.commands = []
    for step in recipe.steps:
        try:
            step(box)
        except (OSError, RuntimeError, subprocess.SubprocessError, StopIteration) as error:
            failures.append(f"{recipe.producer}, {step.__name__}: {str(error) or repr(error)}")
        box.commands = []
    return [{**entry, "version": version} for entry in box.made], failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="producers, with commas")
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    WORK.mkdir(exist_ok=True)
    manifest = arguments.folder / "manifest.json"
    entries = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else []
    failures = []
    for recipe in RECIPES:
        if arguments.only and recipe.producer not in arguments.only.split(","):
            continue
        if arguments.install:
            install(recipe)
        if missing(recipe):
            failures.append(f"{recipe.producer}: needs {missing(recipe)}")
            continue
        made, failed = make(recipe, arguments.folder)
        failures += failed
        entries = [entry for entry in entries if entry["producer"] != recipe.producer] + made
        print(f"{recipe.producer}: {len(made)} files", flush=True)
        manifest.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for failure in failures:
        print(f"left out: {failure}", file=sys.stderr)
    chrome = [entry for entry in entries if entry["kind"] == "chrome"]
    print(f"{len(chrome)} traces by {len({entry['producer'] for entry in chrome})} producers, {len(entries) - len(chrome)} other files")
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
