# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a folder or a document holds: a matter, or problems with their places."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import matters

from evidencekit.errors import MatterError
from evidencekit.matterfile.check import check
from evidencekit.matterfile.document import to_document
from evidencekit.matterfile.init import init
from evidencekit.matterfile.load import load_document, load_matter
from evidencekit.matterfile.schema import schema
from evidencekit.model.matter import Matter
from evidencekit.model.timecode import format_media_time, parse_media_time

NAUGHTY = Path(__file__).parents[3] / "shared" / "corpora" / "text" / "blns.txt"

names = st.builds(
    lambda stem, ending: stem + ending,
    st.text(
        st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=40
    )
    | st.sampled_from(
        ("statement", "also", "-", "2026-03-11", "'''", '"""', "a\\b", "\u202e", "#")
    ),
    st.sampled_from((".mp3", ".m4a", ".WAV", ".vtt", ".srt", ".pdf", ".docx", "", ".x")),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(names, min_size=1, max_size=2), max_size=8))
def test_init_writes_a_file_that_loads_whatever_the_files_are_called(files):
    with tempfile.TemporaryDirectory() as folder:
        made = set()
        for parts in files:
            path = Path(folder, *parts)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            except OSError:
                continue  # the disk does not take this name
            made.update({path} if path.is_file() else ())
        path = init(Path(folder))
        matter = load_matter(path)
        used = {each.file for each in (*matter.recordings, *matter.documents)}
        used |= {each.transcript.file for each in matter.recordings if each.transcript}
        text = path.read_text(encoding="utf-8")
        for each in made:
            name = each.relative_to(folder).as_posix()
            shown = "".join(c if c.isprintable() else "?" for c in name)
            hidden = any(part.startswith(".") for part in Path(name).parts)
            offered = f"#transcript = {{ file = {json.dumps(name, ensure_ascii=False)}, " in text
            said = f"# {shown}: " in text or f"of it? {shown}" in text
            assert name in used or said or offered or hidden


def outcome(document):
    """Return the matter that a document is, or its problems."""
    try:
        return load_document({"schema": "evidencekit/matter/1", "case": "Re E", **document})
    except MatterError as error:
        return error.problems


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the corpora are not here")
def test_naughty_strings_are_text_or_a_problem_and_never_anything_else():
    taken = 0
    for line in NAUGHTY.read_text(encoding="utf-8").split("\n"):
        found = outcome(
            {
                "case": {"title": line, "court": line},
                "people": {"a": line},
                "documents": {"d": {"file": "d.pdf", "title": line, "dated": line}},
                "statement": {"by": "a", "words": [line]},
            }
        )
        if isinstance(found, tuple):
            assert all(each.pointer for each in found)
        else:
            assert found.case.title == found.people[0].name == found.statement.words[0] == line
            taken += 1
    assert taken > 400


TABLES = (
    "anonymise", "case", "custody", "disputed", "documents", "people", "recordings", "sections",
    "statement", "timezone",
)  # fmt: skip
KEYS = (
    "a", "also", "b", "by", "child", "clip", "compare", "consent", "contents", "document",
    "encoding", "file", "from", "name", "on", "order", "permission", "recorded_at", "speakers",
    "title", "to", "transcript", "what",
)  # fmt: skip
WORDS = ("0:12", "0:11", "a", "b", "2026-03-29T01:30:00", "documents", "Ella Dean", "a.wav")

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from((*TABLES, *KEYS)), inner, max_size=5)
    ),
    max_leaves=25,
)
tables = st.dictionaries(st.sampled_from(TABLES), anything)


@settings(deadline=None)
@given(tables)
def test_checks_pass_over_what_has_the_wrong_kind(document):
    for complaint in check(document):
        assert complaint.message.endswith((".", "?"))


@settings(deadline=None)
@given(tables)
def test_a_document_is_a_matter_or_problems(document):
    found = outcome(document)
    assert isinstance(found, Matter) or all(each.message for each in found)
    assert found


@settings(
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(matters(), st.data())
def test_one_wrong_value_anywhere_is_found_at_its_place(matter, data):
    document = to_document(matter)
    leaves = list(_leaves(document, ()))
    path = data.draw(st.sampled_from(leaves))
    _put(document, path, {"wrong": "\x07"})
    with pytest.raises(MatterError) as caught:
        load_document(document)
    where = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    assert any(each.pointer.startswith(where) for each in caught.value.problems)


def _leaves(value, path):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, index))
    else:
        yield path


def _put(document, path, value):
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


PATTERN = schema("matter")["$defs"]["media_time"]["pattern"]


@given(
    st.text(alphabet="0123456789:.", max_size=14)
    | st.integers(0, 3_599_999_999).map(format_media_time)
)
def test_schema_and_model_agree_on_what_a_media_time_is(text):
    try:
        parse_media_time(text)
    except ValueError:
        parsed = False
    else:
        parsed = True
    assert parsed is bool(re.search(PATTERN, text))
