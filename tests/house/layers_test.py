"""Includes go one way: engine <- sessions <- ui <- app, and inside each of them as listed here.

    python3 layers_test.py [ROOT]     the problems of a tree, one line each

A folder's files may include files of their own folder and of the folders in its row.
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import source_tree

# A layer's own name stands for the files directly in it.
ENGINE_PARTS = ["engine/base", "engine/experiment", "engine/plan", "engine/host", "engine/run"]
MAY_INCLUDE = {
    "engine/base": [],
    "engine/experiment": ["engine/base"],
    "engine/plan": ["engine/base", "engine/experiment"],
    "engine/host": ["engine/base", "engine/experiment", "engine/plan"],
    "engine/run": ["engine/base", "engine/experiment", "engine/plan", "engine/host"],
    "engine/analysis": ["engine/base", "engine/experiment", "engine/plan", "engine/run"],
    "engine/cpu": ENGINE_PARTS,
    "engine/cuda": ENGINE_PARTS,
    "engine/simulate": ENGINE_PARTS,
    "engine/calibrate": ENGINE_PARTS + ["engine/cpu", "engine/simulate"],
    "engine": ENGINE_PARTS + ["engine/cpu", "engine/cuda", "engine/simulate"],  # the list of executors
    "sessions": [],
    "sessions/tensors": ["sessions"],
    "sessions/traces": ["sessions"],
    "sessions/machines": ["sessions"],
    "sessions/store": ["sessions", "sessions/machines", "sessions/tensors", "sessions/traces"],
    "sessions/compare": ["sessions", "sessions/traces", "sessions/store"],
    "sessions/report": ["sessions", "sessions/machines", "sessions/tensors", "sessions/traces", "sessions/store",
                        "sessions/compare"],
    "ui": [],  # what goes into the window and comes out of it
    "ui/widgets": ["ui"],
    "ui/views": ["ui", "ui/widgets"],
    "ui/settings": ["ui", "ui/widgets", "ui/views"],
    "ui/tabs": ["ui", "ui/widgets", "ui/views", "ui/settings"],
    "ui/window": ["ui", "ui/widgets", "ui/views", "ui/settings", "ui/tabs"],
    "app/process": [],
    "app/window": ["app/process"],
    "app/script": ["app/process", "app/window"],
    "app/bench": ["app/process", "app/window"],
    "app/cli": ["app/process", "app/window", "app/script", "app/bench"],
    "app": ["app/process", "app/window", "app/script", "app/bench", "app/cli"],
}

# Beginnings of the names in <...> that a layer may not know.
FORBIDDEN_LIBRARIES = {
    "engine": ["imgui", "GLFW/", "sqlite3", "nlohmann/", "CLI/", "png.h", "GL/", "EGL/", "backends/imgui"],
    "sessions": ["imgui", "GLFW/", "CLI/", "png.h", "GL/", "EGL/", "backends/imgui", "cuda", "nccl"],
    "ui": ["GLFW/", "sqlite3", "cuda", "nccl", "CLI/", "png.h", "GL/", "EGL/", "backends/imgui", "nlohmann/"],
    "app": ["sqlite3", "cuda", "nccl"],
}

# Includes that are still wrong: "FILE includes TARGET". An entry that is no longer needed is a problem too.
KNOWN = []

CALL_OF_EXECUTE = re.compile(r"(^|[^a-z_A-Z:.])execute\(")


def folder_of(path):
    """The row of MAY_INCLUDE that a file belongs to, or None."""
    parts = path.split("/")
    folder = "/".join(parts[: min(2, len(parts) - 1)])
    return folder if folder in MAY_INCLUDE else None


def may_include(path, target):
    """None, or why the file may not include the target."""
    layer, other = path.split("/")[0], target.split("/")[0]
    order = source_tree.LAYERS
    if other not in order:
        return "paths begin with one of " + ", ".join(order)
    if order.index(other) > order.index(layer):
        return f"{layer} lies below {other}"
    folder, included = folder_of(path), folder_of(target)
    if folder is None or included is None:
        return "the list of layers does not have its folder"
    if layer == other and folder != included and included not in MAY_INCLUDE[folder]:
        allowed = MAY_INCLUDE[folder]
        return f"{folder} may include " + (", ".join(allowed) if allowed else "no other folder of its layer")
    return None


def problems(root, known=()):
    found, used, sources = [], set(), 0
    for path in source_tree.files(root, source_tree.LAYERS, source_tree.SOURCES):
        sources += 1
        layer = path.split("/")[0]
        for line, target, quoted in source_tree.includes(root, path):
            if not quoted:
                if target.startswith(tuple(FORBIDDEN_LIBRARIES[layer])):
                    found.append(f"{path}:{line}: includes <{target}>: {layer} may not know that library")
                continue
            why = may_include(path, target)
            if why is None:
                continue
            if f"{path} includes {target}" in known:
                used.add(f"{path} includes {target}")
            else:
                found.append(f'{path}:{line}: includes "{target}": {why}')
        if layer == "ui":
            for line, text in enumerate(source_tree.text_of(root, path).split("\n"), 1):
                if CALL_OF_EXECUTE.search(text):
                    found.append(f"{path}:{line}: calls execute(): a view reads runs, it starts none")
    if sources == 0:
        found.append(f"no source file under {root}")
    return found + [f"no longer needed in the list of known violations: {entry}" for entry in known if entry not in used]


class Layers(unittest.TestCase):
    def test_the_tree_keeps_to_its_layers(self):
        self.assertEqual(problems(Path(__file__).parents[2], KNOWN), [])


class LayersCanFail(unittest.TestCase):
    def found(self, path, text, known=()):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, {"engine/base/good.h": "#include <vector>", path: text})
            return problems(root, known)

    def assert_fails(self, path, text):
        found = self.found(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(path + ":1:"), found)

    def assert_passes(self, path, text):
        self.assertEqual(self.found(path, text), [])

    def test_layers(self):
        self.assert_passes("ui/views/view.h", '#include "sessions/store/run_record.h"')
        self.assert_passes("app/main.cpp", '#include "ui/window/ui.h"')
        self.assert_fails("engine/run/up.h", '#include "sessions/store/run_record.h"')
        self.assert_fails("engine/cpu/up.cpp", '  #  include "ui/window/ui.h"')
        self.assert_fails("sessions/up.cpp", '#include "app/window/controller.h"')
        self.assert_fails("ui/views/up.cpp", '#include "app/window/window.h"')
        self.assert_fails("ui/views/relative.cpp", '#include "../app/window.h"')

    def test_folders_of_a_layer(self):
        self.assert_passes("engine/cpu/kernels/a.cpp", '#include "engine/cpu/a.h"')
        self.assert_passes("engine/executors.cpp", '#include "engine/cuda/cuda_executor.h"')
        for low, high in [("experiment", "plan"), ("plan", "host"), ("host", "run"), ("run", "cpu"), ("plan", "cuda")]:
            self.assert_passes(f"engine/{high}/down.cpp", f'#include "engine/{low}/a.h"')
            self.assert_fails(f"engine/{low}/up.cpp", f'#include "engine/{high}/a.h"')
        self.assert_fails("engine/cuda/across.cpp", '#include "engine/cpu/a.h"')
        self.assert_fails("engine/cpu/across.cu", '#include "engine/cuda/a.h"')
        self.assert_fails("engine/analysis/host.cpp", '#include "engine/host/arena.h"')
        self.assert_fails("engine/run/up.cpp", '#include "engine/executors.h"')
        self.assert_fails("sessions/store/up.cpp", '#include "sessions/compare/a.h"')
        self.assert_fails("sessions/up.cpp", '#include "sessions/store/a.h"')
        self.assert_fails("ui/widgets/up.h", '#include "ui/views/a.h"')
        self.assert_fails("ui/tabs/runs/up.h", '#include "ui/window/a.h"')
        self.assert_fails("app/window/up.cpp", '#include "app/cli/a.h"')
        self.assert_fails("engine/new_folder/a.cpp", '#include "engine/base/good.h"')

    def test_libraries(self):
        self.assert_passes("sessions/json.cpp", "#include <nlohmann/json.hpp>")
        self.assert_fails("engine/run/json.cpp", "#include <nlohmann/json.hpp>")
        self.assert_fails("sessions/gui.cpp", "#include <imgui.h>")
        self.assert_fails("ui/views/database.cpp", "#include <sqlite3.h>")
        self.assert_fails("ui/window/glfw.cpp", "#include <GLFW/glfw3.h>")
        self.assert_fails("app/cli/gpu.cpp", "#include <cuda_runtime.h>")

    def test_views_start_no_runs(self):
        self.assert_fails("ui/tabs/runs/runs.cpp", "auto run = execute(experiment, options, stop);")
        self.assert_passes("ui/window/commands.cpp", "palette.execute(command);")

    def test_known_violations_are_real(self):
        path, text, entry = "ui/widgets/up.h", '#include "ui/views/a.h"', "ui/widgets/up.h includes ui/views/a.h"
        self.assertEqual(self.found(path, text, [entry]), [])
        self.assertEqual(len(self.found(path, "", [entry])), 1)

    def test_an_empty_tree_is_a_wrong_root(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(len(problems(root)), 1)


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        print("\n".join(problems(sys.argv[1])))
    else:
        unittest.main()
