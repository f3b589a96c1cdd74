"""No file over 600 lines, no function over 60.

    python3 sizes_test.py [ROOT]             what is too large, one line each
    python3 sizes_test.py --longest [ROOT]   the ten longest files and functions

Functions are found by their braces, which is enough for sources that clang-format has laid out.
"""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import source_tree

MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_FUNCTION = 60
FOLDERS = source_tree.LAYERS + ("tests",)

# What has no braces or commas that count: comments, literals and preprocessor lines.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\n"]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])+\'|'
    r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.DOTALL | re.MULTILINE)
LEADING = re.compile(r"(?:\s|\b(?:public|private|protected):)*")
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def code_alone(text):
    """The text with blanks for what is no code; lines stay where they are."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def is_scope(head):
    """A namespace, class or enumeration, in which functions are looked for."""
    match = SCOPE.search(head)
    return match is not None and "(" not in re.sub(r"alignas\s*\([^)]*\)|__attribute__\s*\(\(.*?\)\)", "", head)


def functions(text):
    """(name, first line, number of lines) of every function, a lambda inside one being part of it."""
    found = []
    stack = []  # (kind, name, first line) of open braces
    head_begin = 0
    code = code_alone(text)
    for match in re.finditer(r"[{};]", code):
        at, sign = match.start(), match.group()
        if sign == "{":
            head = code[head_begin:at]
            if head[-1:].strip():  # y_{x}: a value, part of the head of what follows
                stack.append(("value", "", 0))
            elif any(kind != "scope" for kind, _, _ in stack):
                stack.append(("block", "", 0))
            elif is_scope(head):
                stack.append(("scope", "", 0))
            elif "(" in head:
                begin = head_begin + LEADING.match(head).end()
                name = re.search(r"([\w:~]+)\s*\(", head)
                stack.append(("function", name.group(1) if name else "?", code.count("\n", 0, begin) + 1))
            else:
                stack.append(("block", "", 0))
            if stack[-1][0] == "value":
                continue
        elif sign == "}" and stack:
            kind, name, first = stack.pop()
            if kind == "value":
                continue
            if kind == "function":
                found.append((name, first, code.count("\n", 0, at) + 1 - first + 1))
        head_begin = at + 1
    return found


def sources(root):
    return source_tree.files(root, FOLDERS, source_tree.SOURCES)


def problems(root):
    found, known = [], 0
    for path in sources(root):
        text = source_tree.text_of(root, path)
        lines = text.count("\n")
        if lines > MOST_LINES_OF_A_FILE:
            found.append(f"{path}: {lines} lines, at most {MOST_LINES_OF_A_FILE}")
        for name, first, length in functions(text):
            known += 1
            if length > MOST_LINES_OF_A_FUNCTION:
                found.append(f"{path}:{first}: {name} has {length} lines, at most {MOST_LINES_OF_A_FUNCTION}")
    return found if known > 0 else found + [f"no function under {root}"]


def longest(root):
    files, parts = [], []
    for path in sources(root):
        text = source_tree.text_of(root, path)
        files.append((text.count("\n"), path))
        parts += [(length, f"{path}:{first} {name}") for name, first, length in functions(text)]
    return [f"{lines:5} {what}" for lines, what in sorted(files)[-10:] + sorted(parts)[-10:]]


class Sizes(unittest.TestCase):
    def test_files_and_functions_are_short(self):
        self.assertEqual(problems(Path(__file__).parents[2]), [])


class SizesCanFail(unittest.TestCase):
    def found(self, text):
        with tempfile.TemporaryDirectory() as root:
            source_tree.write_tree(root, {"engine/short.cpp": "int one() { return 1; }", "engine/a.cpp": text})
            return problems(root)

    def assert_too_long(self, name, line, text):
        found = self.found(text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"engine/a.cpp:{line}: {name} has "), found)

    def body(self, lines):
        return "\n".join(["    work();"] * lines)

    def test_a_file(self):
        self.assertEqual(self.found("\n" * 599), [])
        self.assertEqual(self.found("\n" * 600), ["engine/a.cpp: 601 lines, at most 600"])

    def test_the_limit_of_a_function(self):
        self.assertEqual(self.found("void f() {\n" + self.body(58) + "\n}"), [])
        self.assert_too_long("f", 1, "void f() {\n" + self.body(59) + "\n}")

    def test_functions_in_namespaces_classes_and_templates(self):
        body = self.body(70)
        self.assert_too_long("f", 3, "namespace a {\nnamespace {\nint f(int x) {\n" + body + "\n}\n}\n}")
        self.assert_too_long("get", 2, "class A final : public B<C> {\n    int get() const override {\n" + body + "\n}\n};")
        self.assert_too_long("A::A", 1, "A::A(int x)\n    : B(x), y_{x} {\n" + body + "\n}")
        self.assert_too_long("f", 1, "template <class T>\nstruct B<T> f(struct A* a) {\n" + body + "\n}")
        self.assert_too_long("TEST", 1, "TEST(Some, Thing) {\n" + body + "\n}")

    def test_the_first_line_is_that_of_the_declaration(self):
        self.assert_too_long("f", 3, "class A {\n  public:\n    void f() {\n" + self.body(70) + "\n}\n};")

    def test_braces_that_are_none(self):
        body = self.body(40)
        text = ("char open() { return '{'; }  // {\n#define OPEN {\nconst char* t = \"{\";\n"
                'const char* r = R"({{")";\nint f() {\n    const int big = 1\'000\'000;\n') + body + "\n}\n"
        self.assertEqual(self.found(text + "void g() {\n" + body + "\n}"), [])

    def test_tables_and_classes_are_no_functions(self):
        rows = "\n".join(["    {1, 2},"] * 70)
        members = "\n".join(["    int x = 0;"] * 70)
        self.assertEqual(self.found("constexpr Pair all[] = {\n" + rows + "\n};\nstruct A {\n" + members + "\n};"), [])

    def test_a_lambda_counts_to_its_function(self):
        self.assert_too_long("f", 1, "void f() {\n    call([&] {\n" + self.body(70) + "\n    });\n}")

    def test_an_empty_tree_is_a_wrong_root(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(len(problems(root)), 1)


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--longest"]
    root = arguments[0] if arguments else Path(__file__).parents[2]
    if "--longest" in sys.argv:
        print("\n".join(longest(root)))
    elif arguments and not arguments[0].startswith("-"):
        print("\n".join(problems(root)))
    else:
        unittest.main()
