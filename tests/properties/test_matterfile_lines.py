# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every value's line is found, whatever way TOML or JSON offers of writing it."""

from __future__ import annotations

import json
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from evidencekit.matterfile.locate import json_lines, json_repeats, toml_lines

ROUGH = settings(deadline=None, max_examples=200)

#: Texts that look like TOML, and must not be read as such.
TEXTS = (
    '"x"',
    "'x'",
    '"# [not.a.table]"',
    "'k = \"1\" # ]'",
    '"esc \\" \\\\"',
    '"""\nk = 1\n[[x]]\n"""',
    '"""two ""quotes"" and \\""" more"""',
    '"""ends in a quote""""',
    "'''\n[y]\nz = \"\"\"\n'''",
    "'''ends in two'''''",
    '""',
    "''",
    '""""""',
    "2026-03-11",
    "2026-03-11 14:05:00",
    "12.5e3",
    "0xff",
    "true",
    "-inf",
)
BLANKS = ("", "\n", '# a comment ] } "\n', "\n\n  # [t]\n")


class Writer:
    """Writes TOML and remembers on which line each thing was put."""

    def __init__(self, draw):
        self.draw = draw
        self.text = ""
        self.lines = {}
        self.count = 0

    def put(self, text):
        self.text += text

    def mark(self, path):
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def name(self):
        self.count += 1
        return (
            self.draw(st.sampled_from(("k{}", "k-{}_", "1{}", "ä{}", "a.b {}", 'q"{}', ""))).format(
                self.count
            )
            or f"plain{self.count}"
        )

    def key(self, name):
        bare = all(each.isascii() and (each.isalnum() or each in "-_") for each in name)
        if bare and self.draw(st.booleans()):
            return name
        return json.dumps(name, ensure_ascii=False) if '"' in name else f"'{name}'"

    def pair(self, path, depth, gap=" "):
        names = [self.name() for _ in range(self.draw(st.integers(1, 3)))]
        for end in range(1, len(names) + 1):
            self.mark((*path, *names[:end]))
        dot = self.draw(st.sampled_from((".", " . ", "\t.")))
        self.put(dot.join(map(self.key, names)) + f"{gap}={gap}")
        self.value((*path, *names), depth)

    def value(self, path, depth):
        kind = self.draw(
            st.sampled_from(("scalar", "scalar", "list", "inline") if depth else ("scalar",))
        )
        if kind == "scalar":
            self.put(self.draw(st.sampled_from(TEXTS)))
        elif kind == "list":
            self.put("[")
            size = self.draw(st.integers(0, 3))
            for index in range(size):
                self.put(self.draw(st.sampled_from(BLANKS)))
                self.mark((*path, index))
                self.value((*path, index), depth - 1)
                last = index == size - 1
                self.put(self.draw(st.sampled_from(("", ",") if last else (",",))))
                self.put(self.draw(st.sampled_from(BLANKS)))
            self.put("]")
        else:
            self.put("{")
            size = self.draw(st.integers(0, 3))
            for index in range(size):
                self.pair(path, depth - 1, gap=self.draw(st.sampled_from(("", " "))))
                self.put(", " if index < size - 1 else " ")
            self.put("}")

    def table(self, path, header):
        names = [each for each in path if isinstance(each, str)]
        for end in range(1, len(path) + 1):
            self.mark(path[:end])
        inner = ".".join(map(self.key, names))
        self.put(f"[[{inner}]]" if header == 2 else f"[{inner}]")
        self.put(self.draw(st.sampled_from(("\n", " # ]\n"))))

    def pairs(self, path):
        for _ in range(self.draw(st.integers(0, 3))):
            self.put(self.draw(st.sampled_from(BLANKS)))
            self.pair(path, 2)
            self.put("\n")


@st.composite
def toml_documents(draw):
    """Draw TOML text, with the line of everything in it."""
    writer = Writer(draw)
    writer.pairs(())
    for _ in range(draw(st.integers(0, 3))):
        name = writer.name()
        kind = draw(st.sampled_from(("table", "array", "deep")))
        if kind == "array":
            inner = writer.name()
            for index in range(draw(st.integers(1, 3))):
                writer.table((name, index), 2)
                writer.pairs((name, index))
                if draw(st.booleans()):
                    writer.table((name, index, inner), 1)
                    writer.pairs((name, index, inner))
        else:
            path = (name, *(writer.name() for _ in range(2))) if kind == "deep" else (name,)
            writer.table(path, 1)
            writer.pairs(path)
    return writer.text, writer.lines


def every_path(value, path=()):
    """Return the path of everything in a document."""
    found = {path}
    if isinstance(value, dict):
        inner = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        found |= every_path(each, (*path, step))
    return found


@ROUGH
@given(toml_documents())
def test_each_thing_in_toml_has_the_line_it_was_written_on(drawn):
    text, lines = drawn
    parsed = tomllib.loads(text)
    assert every_path(parsed) - {()} == set(lines), "the test's own writer"
    assert lines == toml_lines(text)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=10,
        ),
        max_size=4,
    )
)
def test_each_thing_in_json_has_the_line_it_was_written_on(document):
    expected = {}
    line = 1

    def walk(value, path):
        nonlocal line
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in inner:
            line += 1
            expected[(*path, step)] = line
            if isinstance(each, dict | list):
                walk(each, (*path, step))
        line += 1 if value else 0

    walk(document, ())
    text = json.dumps(document, indent=1, ensure_ascii=False)
    assert expected == json_lines(text)
    assert json_repeats(text) == ()
    assert set(expected) == set(json_lines(json.dumps(document)))
