"""The traces of tests/data/traces, made by real programs: each opens, and holds what its manifest says."""
import json
import pathlib
import unittest

from program_case import ringscope

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data/traces"
COUNTS = ("slices", "instants", "flows", "counter_values")


class TraceCorpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entries = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))

    def test_every_trace_opens_with_the_counts_of_its_manifest(self):
        for entry in self.entries:
            with self.subTest(entry["file"]):
                done = ringscope("import", FOLDER / entry["file"], "--dry-run", "--json")
                self.assertEqual(done.returncode, 0, done.stderr)
                found = json.loads(done.stdout)["files"][0]
                self.assertEqual({key: found[key] for key in COUNTS}, {key: entry[key] for key in COUNTS}, entry["source"])

    def test_the_manifest_names_every_file_and_a_dozen_producers(self):
        files = {path.name for path in FOLDER.iterdir()} - {"manifest.json"}
        self.assertEqual(files, {entry["file"] for entry in self.entries})
        self.assertGreaterEqual(len({entry["producer"] for entry in self.entries}), 12)


if __name__ == "__main__":
    unittest.main()
