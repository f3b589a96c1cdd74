"""Texts that people read are in plain English: comments, string literals, documents, descriptions.

    python3 words_test.py --list [FOLDER...]   every hit of the whole tree, or of the folders: file:line: found: not "..."
    python3 words_test.py --counts             how many hits each folder has

PATTERNS is what is looked for, ALLOWED what may stay, CLEAN the folders in which the test allows no other hit.
A text is one comment over all its lines, one string literal over all its parts, or one paragraph of a document.
"""

import re
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import source_tree

# What a rate is per: "bytes a rank" is "bytes per rank".
PER = ("rank|span|run|row|step|head|pair|token|query|key|core|byte|column|segment|block|piece|transfer|chunk|frame|folder|"
       "file|concept|second|sample|value|element|lane|group|GPU|card|device|node|machine|thread|layer|pass|page|pixel|side|"
       "point|minute|day|week|time|place|line|cell|word|item|hop|stream|entry|kernel|figure|field|view|tab|product|case")

# Words that end in s or stand before "a rank" without being counted.
NOT_COUNTED = (
    "is|was|has|does|as|this|its|his|us|thus|plus|minus|less|unless|across|versus|always|besides|towards|afterwards|perhaps|"
    "gives|takes|makes|holds|names|needs|sends|gets|reads|writes|uses|finds|shows|says|tells|draws|adds|keeps|puts|sets|lets|"
    "waits|wants|asks|calls|runs|starts|ends|stops|begins|becomes|means|leaves|loses|moves|opens|closes|saves|loads|joins|"
    "meets|hides|hits|costs|counts|covers|crosses|cuts|fills|fits|follows|forms|frames|grows|helps|jumps|knows|lays|leads|"
    "lies|lists|looks|maps|marks|misses|owns|passes|picks|plans|points|prints|publishes|reaches|receives|refuses|renames|"
    "replaces|returns|selects|skips|spans|splits|stands|steps|touches|turns|visits|works|yields|throws|contains|describes|"
    "computes|packs|merges|executes|ranks|compares|cancels|creates|deletes|checks|posts|attends|serves|measures|walks|adopts|"
    "represents|requires|matches|wraps|guards|injects|delays|exports|imports|parses|exceeds|belongs|places|values|drags|"
    "clicks|presses|chooses|appears|results|equals|closes|shares|carries|makes|drops|includes|links|sees|tries|ships|"
    "completes|reports|fails|hands|binds|lacks|brings|queries|blocks|groups|goes|comes|copies|inserts|appends|removes|changes|allows|breaks|lines|heads|keys|tests"
)

# Words in the singular that are counted where "a rank" follows.
COUNTED = (
    "[KMGT]i?B|GB/s|GFLOPS?|FLOP|once|twice|most|peak|ns|ms|%|row|line|step|load|maximum|minimum|transfer|text|bar|axis|process|"
    "counter|mark|launch|message|group|value|sample|entry|thread|mean|median|total|time|memory|cost|budget|d|r|w|n|p"
)
# Words after a number that are no noun: "1 when a run", "one at a time".
BETWEEN = (
    "is|was|of|with|without|in|into|for|on|onto|to|and|or|nor|as|by|at|from|over|than|that|when|where|while|if|before|after|"
    "until|between|beside|inside|per|has|have|gives|makes|takes|sends|of which|but|not|like"
)

# (name, regular expression, what to say instead). Letters match in either case unless the expression says (?-i:...).
PATTERNS = [
    ("a rate with a", rf"\b(?!(?:{NOT_COUNTED})\b)\w+s an? (?:{PER})\b(?!-)", "per"),
    ("a rate with a", rf"(?<!which )(?<!what )\b(?:{COUNTED}) an? (?:{PER})\b(?!-)", "per"),
    ("a rate with a", rf"\b(?:one|two|three|four|five|\d+)(?: (?!(?:{BETWEEN})\b)[\w/-]+)? an? (?:{PER})\b(?!-)", "per"),
    ("mend", r"\b(?:mend|mends|mended|mending)\b", "fix, correct"),
    ("anew", r"\banew\b", "again, rebuild"),
    ("held against", r"\b(?:held|hold|holds|holding) (?:\w+ ){0,4}against\b", "checked against, compared with"),
    ("tell of", r"\b(?:tell|tells|told|telling) of\b", "mention, describe"),
    ("let no", r"\blet no\b", "prevent, never"),
    ("for want of", r"\bfor want of\b", "without"),
    ("the begin", r"(?:\b(?:the|its|their|of|at)|'s|s') begin\b(?! with\b)", "beginning, start"),
    ("label", r"\bselection before\b", "previous selection"),
    ("label", r"\bselect nothing\b", "clear selection"),
    ("label", r"\bhides? below\b", "transfers hide above ... FLOP/byte"),
    ("label", r"\bthe same, [a-z_]+\b$", "a label of its own"),
    ("whose without a noun", r"^(?:[\w ]*\bof )?whose\b(?! [\w ]+ (?:is|are|was|were|has|have|does|do|can|may|will)\b)[^.?]*$", "a full clause"),
    ("in silence", r"\bin silence\b", "silently"),
]

# (path, part of the text): what stays. An entry that meets no hit any more is a problem too.
ALLOWED = [
    ("sessions/store/schema/002_outputs_and_fields.sql", "row a field"),  # a step that was shipped is never edited
]

# Folders, and files of the top level, without a hit.
CLEAN = [
    "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "app", "assets", "engine", "sessions", "tests", "ui",
]

FOLDERS = source_tree.LAYERS + ("tests", "assets")
CODE = source_tree.SOURCES
HASH = (".cmake", "CMakeLists.txt", ".sh", ".script", "run", ".py")
DOCUMENTS = (".md",)

CPP_TOKEN = re.compile(
    r'(?P<comment>//[^\n]*)|(?P<block>/\*.*?\*/)|R"(?P<mark>[^(\n"]*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<string>(?:\\.|[^"\\\n])*)"|'
    r"(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)
PYTHON_TOKEN = re.compile(
    r'(?P<mark>"""|\'\'\')(?P<raw>.*?)(?P=mark)|"(?P<string>(?:\\.|[^"\\\n])*)"|\'(?P<single>(?:\\.|[^\'\\\n])*)\'|'
    r"(?P<comment>#[^\n]*)", re.DOTALL)


class Text:
    """A text that is read as one, with the line that each of its characters stands in."""

    def __init__(self):
        self.parts = []

    def add(self, line, words):
        for number, part in enumerate(words.split("\n")):
            self.parts.append((line + number, part))

    def lines_and_words(self):
        """One string, blanks between the parts, and the lines of its characters."""
        words, lines = "", []
        for line, part in self.parts:
            part = part.strip()
            if not part:
                continue
            joined = (" " if words and not words.endswith("\0") else "") + part
            words += joined
            lines += [line] * len(joined)
        return words, lines


def texts_of_tokens(source, token, mark):
    """Texts of a program: comments of neighbouring lines are one, literals with nothing between them are one."""
    texts, last_kind, last_end = [], None, 0
    for match in token.finditer(source):
        groups = match.groupdict()
        kind, words = next(((name, groups[name]) for name in ("comment", "block", "raw", "string", "single")
                            if groups.get(name) is not None), (None, None))
        if kind is None:
            continue
        line = source.count("\n", 0, match.start()) + 1
        between = source[last_end:match.start()]
        joins = kind == last_kind and between.strip() == "" and (kind != "comment" or between.count("\n") == 1)
        # A comment behind code does not go on in the next line's.
        if kind == "comment" and joins:
            joins = source[source.rfind("\n", 0, match.start()) + 1:match.start()].strip() == ""
        if kind == "comment":
            words = words.lstrip(mark).removeprefix("<")
            if words.strip() == "":
                joins, kind = False, None  # an empty line of comment ends a paragraph
        if not joins:
            texts.append(Text())
        texts[-1].add(line, words.replace("\\n", " "))
        last_kind, last_end = kind, match.end()
    return texts


def texts_of_document(source):
    """Paragraphs, table rows and list items; code between ``` is left out."""
    texts, in_code = [Text()], False
    for line, words in enumerate(source.split("\n"), 1):
        if words.lstrip().startswith("```"):
            in_code = not in_code
            continue
        if in_code:
            continue
        if words.strip() == "" or re.match(r"\s*([|#*-]|\d+\.)", words):
            texts.append(Text())
        texts[-1].add(line, re.sub(r"`[^`]*`", "it", words))
    return texts


def texts_of_json(source):
    """Values of the keys that people read."""
    texts = []
    for match in re.finditer(r'"(?:description|title|text|note|name|hint)"\s*:\s*"((?:\\.|[^"\\])*)"', source):
        texts.append(Text())
        texts[-1].add(source.count("\n", 0, match.start()) + 1, match.group(1))
    return texts


def texts_of_sql(source):
    return texts_of_tokens(source, re.compile(r"(?P<comment>--[^\n]*)"), "-")


def texts_of(path, source):
    if path.endswith(CODE):
        return texts_of_tokens(source, CPP_TOKEN, "/")
    if path.endswith(DOCUMENTS):
        return texts_of_document(source)
    if path.endswith(".json"):
        return texts_of_json(source)
    if path.endswith(".sql"):
        return texts_of_sql(source)
    if path.endswith(".script"):
        return texts_of_tokens(source, re.compile(r"(?P<comment>#[^\n]*)"), "#")
    return texts_of_tokens(source, PYTHON_TOKEN, "#")


def readable_files(root):
    endings = CODE + DOCUMENTS + HASH + (".json", ".sql")
    found = [path for path in source_tree.files(root, ("",) + FOLDERS, endings)
             if "/golden/" not in path and "/data/" not in path and not path.startswith("tests/house/")]
    return sorted(set(found))


COMPILED = [(name, re.compile(pattern, re.IGNORECASE), instead) for name, pattern, instead in PATTERNS]


def hits(root, allowed=ALLOWED):
    """([(path, line, found, instead)], entries of `allowed` that met something)."""
    found, met = [], set()
    for path in readable_files(root):
        for text in texts_of(path, source_tree.text_of(root, path)):
            words, lines = text.lines_and_words()
            for _, pattern, instead in COMPILED:
                for match in pattern.finditer(words):
                    excuse = next((entry for entry in allowed if entry[0] == path and entry[1] in words), None)
                    if excuse is not None:
                        met.add(excuse)
                        continue
                    found.append((path, lines[match.start()], match.group()[:60], instead))
    return [hit for hit in sorted(set(found)) if not is_part_of_another(hit, found)], met


def is_part_of_another(hit, found):
    path, line, words, _ = hit
    return any(other[0] == path and abs(other[1] - line) <= 1 and words != other[2] and words in other[2] for other in found)


def lies_in(path, folder):
    return path == folder or path.startswith(folder + "/")


def problems(root, clean=CLEAN, allowed=ALLOWED):
    found, met = hits(root, allowed)
    said = [f'{path}:{line}: "{words}": say {instead}' for path, line, words, instead in found
            if any(lies_in(path, folder) for folder in clean)]
    said += [f"no longer needed in ALLOWED: {path}: {text}" for path, text in allowed if (path, text) not in met]
    return said if readable_files(root) else [f"nothing to read under {root}"]


class Words(unittest.TestCase):
    def test_clean_folders_stay_clean(self):
        self.assertEqual(problems(Path(__file__).parents[2]), [])


class WordsCanFail(unittest.TestCase):
    def found(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, {path: text})
            return [(line, words) for _, line, words, _ in hits(root, [])[0]]

    def test_comments_over_several_lines(self):
        self.assertEqual(self.found("engine/a.h", "// Cuts it, and then makes it\n// anew.\nint a;"), [(2, "anew")])
        self.assertEqual(self.found("engine/a.h", "// Held\n// against the reference."), [(1, "Held against")])
        self.assertEqual(self.found("engine/a.h", "int a;  // held\nint b;  // against"), [])

    def test_literals_over_several_lines(self):
        self.assertEqual(self.found("ui/a.cpp", 'f("bytes "\n  "a rank");'), [(1, "bytes a rank")])
        self.assertEqual(self.found("ui/a.cpp", 'f("bytes", "a rank");'), [])
        self.assertEqual(self.found("ui/a.cpp", "int anew = 1;"), [], "a name is no text")

    def test_documents_without_their_code(self):
        self.assertEqual(self.found("README.md", "It is\nmended.\n\n```\nmended\n```\nand `mended`"), [(2, "mended")])

    def test_other_files(self):
        self.assertEqual(self.found("tests/run.sh", "# one transaction a run\nanew=1"), [(1, "one transaction a run")])
        self.assertEqual(self.found("tests/a_test.py", '"""Told of."""'), [(1, "Told of")])
        self.assertEqual(self.found("assets/a.json", '{\n"description": "for want of a GPU", "mend": 1}'), [(2, "for want of")])
        self.assertEqual(self.found("sessions/a.sql", "-- let no row in\nSELECT 1;"), [(1, "let no")])

    def test_rates(self):
        for text in ("14.8 bytes a span", "a peak a rank", "one line a folder", "MiB a second", "twice a frame", "pairs a head"):
            self.assertNotEqual(self.found("engine/a.h", "// " + text), [], text)
        for text in ("one at a time", "1 when a run", "sends a rank its rows", "this is a run", "one of a head", "as a step", "bytes per rank", "gives a token run"):
            self.assertEqual(self.found("engine/a.h", "// " + text), [], text)

    def test_whose_without_a_noun(self):
        self.assertEqual(len(self.found("engine/a.h", "int a;  // whose keys: -1 when several ranks'")), 1)
        self.assertEqual(self.found("engine/a.h", "// A rank whose keys are kept."), [])

    def test_clean_folders_and_exceptions(self):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, {"engine/a.h": "// anew", "ui/a.h": "// anew"})
            self.assertEqual(problems(root, [], []), [])
            self.assertEqual(len(problems(root, ["ui"], [])), 1)
            self.assertEqual(problems(root, ["ui"], [("ui/a.h", "anew")]), [])
            self.assertEqual(len(problems(root, [], [("ui/b.h", "anew")])), 1, "an exception that is not needed")


def list_hits(root, folders):
    for path, line, words, instead in hits(root)[0]:
        if not folders or any(lies_in(path, folder) for folder in folders):
            print(f'{path}:{line}: {words}: say {instead}')


def count_hits(root):
    counts = Counter("/".join(path.split("/")[:2]) if path.count("/") > 1 else path.split("/")[0]
                     for path, _, _, _ in hits(root)[0])
    for folder, count in sorted(counts.items()):
        print(f"{count:5} {folder}")
    print(f"{sum(counts.values()):5} in all")


if __name__ == "__main__":
    tree = Path(__file__).parents[2]
    if "--list" in sys.argv:
        list_hits(tree, [argument for argument in sys.argv[1:] if not argument.startswith("-")])
    elif "--counts" in sys.argv:
        count_hits(tree)
    else:
        unittest.main()
