"""Units include each other in no circle. A unit is name.h with name.cpp: what one can understand alone.

    python3 cycles_test.py [ROOT]     the circles of a tree, one line each
"""

import sys
import tempfile
import unittest
from pathlib import Path

import source_tree

FOLDERS = source_tree.LAYERS + ("tests",)

# Circles that are still there, each a sorted tuple of units. An entry that is no longer one is a problem too.
KNOWN = []


def include_graph(root):
    """{unit: units that it includes}, of the tree's own."""
    graph = {}
    for path in source_tree.files(root, FOLDERS, source_tree.SOURCES):
        unit = source_tree.unit_of(path)
        included = graph.setdefault(unit, set())
        for _, target, quoted in source_tree.includes(root, path):
            if quoted and source_tree.unit_of(target) != unit:
                included.add(source_tree.unit_of(target))
    return {unit: {other for other in included if other in graph} for unit, included in graph.items()}


def circles(graph):
    """Sets of more than one unit in which each reaches each (Tarjan's strongly connected components)."""
    index, lowest, stack, on_stack, found = {}, {}, [], set(), []

    def visit(unit):
        index[unit] = lowest[unit] = len(index)
        stack.append(unit)
        on_stack.add(unit)
        for other in sorted(graph[unit]):
            if other not in index:
                visit(other)
                lowest[unit] = min(lowest[unit], lowest[other])
            elif other in on_stack:
                lowest[unit] = min(lowest[unit], index[other])
        if lowest[unit] == index[unit]:
            circle = []
            while not circle or circle[-1] != unit:
                circle.append(stack.pop())
                on_stack.remove(circle[-1])
            if len(circle) > 1:
                found.append(tuple(sorted(circle)))

    for unit in sorted(graph):
        if unit not in index:
            visit(unit)
    return found


def problems(root, known=()):
    graph = include_graph(root)
    found = circles(graph)
    said = [f"{len(circle)} units include each other: {', '.join(circle)}" for circle in found if circle not in known]
    said += [f"no longer a circle: {', '.join(circle)}" for circle in known if circle not in found]
    return said if graph else [f"no source file under {root}"]


class Cycles(unittest.TestCase):
    def test_no_units_include_each_other(self):
        self.assertEqual(problems(Path(__file__).parents[2], KNOWN), [])


class CyclesCanFail(unittest.TestCase):
    def found(self, contents, known=()):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, contents)
            return problems(root, known)

    def test_a_unit_may_include_itself_and_a_line_of_units_is_no_circle(self):
        self.assertEqual(
            self.found({
                "engine/a.h": "", "engine/a.cpp": '#include "engine/a.h"\n#include "engine/b.h"',
                "engine/b.h": '#include "engine/c.h"', "engine/c.h": "#include <vector>"
            }), [])

    def test_a_circle_of_headers(self):
        found = self.found({"engine/a.h": '#include "engine/b.h"', "engine/b.h": '#include "engine/a.h"'})
        self.assertEqual(found, ["2 units include each other: engine/a, engine/b"])

    def test_a_circle_that_closes_in_a_source_file(self):
        found = self.found({
            "ui/a.h": '#include "ui/b.h"', "ui/b.h": '#include "ui/c.h"', "ui/c.h": "",
            "ui/c.cpp": '#include "ui/a.h"', "ui/d.h": '#include "ui/a.h"'
        })
        self.assertEqual(found, ["3 units include each other: ui/a, ui/b, ui/c"])

    def test_known_circles_are_real(self):
        circle = {"engine/a.h": '#include "engine/b.h"', "engine/b.h": '#include "engine/a.h"'}
        known = [("engine/a", "engine/b")]
        self.assertEqual(self.found(circle, known), [])
        self.assertEqual(self.found({"engine/a.h": ""}, known), ["no longer a circle: engine/a, engine/b"])

    def test_an_empty_tree_is_a_wrong_root(self):
        self.assertEqual(len(self.found({})), 1)


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        print("\n".join(problems(sys.argv[1])))
    else:
        unittest.main()
