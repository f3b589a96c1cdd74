"""The files that the house tests read, and what stands in them."""

import os
import re

LAYERS = ("engine", "sessions", "ui", "app")
SOURCES = (".h", ".cpp", ".cu", ".cuh", ".cpp.in")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def files(root, folders, endings):
    """Paths below `root`, in order, of files in the folders that end so. "" is the top level without folders."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below[:] = [] if folder == "" else sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                if name.endswith(tuple(endings)):
                    found.append(os.path.relpath(os.path.join(where, name), root))
    return found


def text_of(root, path):
    """Bytes that are no text, as in a fuzzer's corpus, become U+FFFD."""
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def includes(root, path):
    """(line, target, whether in quotation marks) of each include."""
    found = []
    for line, text in enumerate(text_of(root, path).split("\n"), 1):
        match = INCLUDE.match(text)
        if match:
            found.append((line, match.group(1) or match.group(2), match.group(1) is not None))
    return found


def unit_of(path):
    """name.h and name.cpp are one unit."""
    for ending in sorted(SOURCES, key=len, reverse=True):
        if path.endswith(ending):
            return path[: -len(ending)]
    return path


def write_tree(root, contents):
    """For the tests of the tests: {path: text}."""
    for path, text in contents.items():
        place = os.path.join(root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text + "\n")
