"""Paths that the documents name exist.

    python3 paths_test.py [ROOT]     what is named and not there, one line each

A path is what stands between backquotes, or after "](" in a link, with a slash and without blanks or signs of a pattern. It
counts from the top of the tree or from the document's own folder.
"""

import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

import source_tree

QUOTED = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/(?:[\w.-]+)?)`|\]\(([^)#:\s]+)\)")
FOLDERS = ("",) + source_tree.LAYERS + ("tests", "assets")

# Made by a build or elsewhere, not in the tree: the first folder of a path.
ELSEWHERE = ("build", "usr", "etc", "nvtx3")


def documents(root):
    return sorted(set(source_tree.files(root, FOLDERS, (".md",))))


def problems(root):
    found, named = [], 0
    for path in documents(root):
        folder = os.path.dirname(path)
        for line, text in enumerate(source_tree.text_of(root, path).split("\n"), 1):
            for match in QUOTED.finditer(text):
                target = match.group(1) or match.group(2)
                if target.split("/")[0] in ELSEWHERE:
                    continue
                named += 1
                if not any(os.path.exists(os.path.join(root, base, target)) for base in ("", folder)):
                    found.append(f"{path}:{line}: {target} is not there")
    return found if named > 0 else [f"no path in any document under {root}"]


class Paths(unittest.TestCase):
    def test_what_documents_name_exists(self):
        self.assertEqual(problems(Path(__file__).parents[2]), [])


class PathsCanFail(unittest.TestCase):
    def found(self, text):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, {"engine/run/run.h": "", "engine/README.md": text})
            return problems(root)

    def test_paths_from_the_top_and_from_the_document(self):
        self.assertEqual(self.found("`engine/run/run.h` and `run/run.h` in `engine/run/`"), [])
        self.assertEqual(self.found("`run/run.h`\n`run/gone.h`"), ["engine/README.md:2: run/gone.h is not there"])
        self.assertEqual(len(self.found("`engine/gone/`")), 1)

    def test_links(self):
        self.assertEqual(self.found("[run](run/run.h) and [elsewhere](https://example.org/a)"), [])
        self.assertEqual(len(self.found("[run](gone.md)")), 1)

    def test_what_is_no_path(self):
        self.assertEqual(self.found("`run/run.h`, `a / b`, `app/cli/command_*.cpp`, `GFLOP/s per core`"), [])

    def test_a_tree_without_documents_is_a_wrong_root(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(len(problems(root)), 1)


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        print("\n".join(problems(sys.argv[1])))
    else:
        unittest.main()
