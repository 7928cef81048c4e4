# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schemas as they are written: described, portable, and in agreement with the model."""

from __future__ import annotations

import re
import typing

import attrs
import pytest

from evidencekit.matterfile.schema import KINDS, schema, schema_text, validate
from evidencekit.model import consent, findings, matter, person, recording
from evidencekit.model.custody import EntryKind
from evidencekit.model.material import Outcome
from evidencekit.model.stated import Standing
from evidencekit.model.timecode import Span
from evidencekit.model.transcript import Edge


def rules(value, path=()):
    """Yield every object of a schema, but for its examples, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            if key != "examples":
                yield from rules(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from rules(each, (*path, index))


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_valid_and_so_are_its_examples(kind):
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["examples"]
    for example in schema(kind)["examples"]:
        assert validate(example, kind) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_and_every_definition_is_described(kind):
    for path, rule in rules(schema(kind)):
        for name, each in rule.get("properties", {}).items() if "if" not in path else ():
            assert each.get("description", "").endswith("."), (*path, name)
        for name, each in rule.get("$defs", {}).items():
            assert each["title"], name
            assert each["description"].endswith("."), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_self_contained_and_versioned(kind):
    text = schema_text(kind)
    assert schema(kind)["$id"] == f"urn:evidencekit:schema:{kind}:1"
    assert schema(kind)["properties"]["schema"]["const"] == f"evidencekit/{kind}/1"
    assert set(re.findall(r'"\$ref": "(.)', text)) <= {"#"}
    assert not any(isinstance(rule.get("format"), str) for _, rule in rules(schema(kind)))


@pytest.mark.parametrize("kind", KINDS)
def test_patterns_mean_the_same_in_every_language(kind):
    for path, rule in rules(schema(kind)):
        pattern = rule.get("pattern")
        if not isinstance(pattern, str):
            continue
        assert re.search(r"\\[dwsbDWSBAZz]|\(\?", pattern) is None, path
        if pattern.startswith("^") and pattern.endswith("$"):
            assert "maxLength" in rule, path
            # A fixed length, or a rule against line breaks: Python's $ lets one pass.
            assert "not" in rule or re.search(r"\{[0-9]+\}\$$|^\^\[A-Z\]\$$", pattern), path


@pytest.mark.parametrize("kind", ["bundle", "custody", "report"])
def test_records_keep_what_a_later_version_adds(kind):
    for path, rule in rules(schema(kind)):
        assert rule.get("additionalProperties", True) is not False, path


def test_a_matter_refuses_what_it_does_not_know():
    for path, rule in rules(schema("matter")):
        if rule.get("type") == "object":
            assert "additionalProperties" in rule, path


def test_an_unknown_schema_is_refused():
    with pytest.raises(ValueError, match="there are: matter, bundle, custody, report"):
        schema("letter")


def test_a_schema_that_was_handed_out_may_be_changed():
    schema("matter")["properties"].clear()
    assert "case" in schema("matter")["properties"]


#: Each table of the schema, its class, and where the two are named otherwise on purpose.
AGREEMENTS = {
    "case": (matter.Case, {}),
    "permission": (matter.Permission, {}),
    "person": (person.Person, {"id": None}),
    "recording": (
        recording.Recording,
        {"id": None, "clips": "clip", "channels": "channel"},
    ),
    "transcript": (recording.TranscriptSource, {}),
    "consent_event": (consent.ConsentEvent, {}),
    "use_in_evidence": (consent.UseInEvidence, {"person": None}),
    "clip": (
        recording.Clip,
        {"span": ("from", "to"), "before_ms": "before", "after_ms": "after"},
    ),
    "other_recordings": (matter.OtherRecordings, {"listed": "list"}),
    "other_recording": (matter.OtherRecording, {}),
    "document": (matter.Document, {"id": None}),
    "comparison": (matter.Comparison, {"span": ("from", "to")}),
    "disputed": (matter.Disputed, {}),
    "statement": (matter.Statement, {}),
    "transfer": (matter.Transfer, {"giver": "from", "receiver": "to"}),
    "section": (matter.Section, {"letter": None}),
    "bundle": (matter.BundleOptions, {}),
}


def keys(cls, renamed):
    """Return the keys that a class's fields have in the file, and those that are required."""
    every, required = set(), set()
    for each in attrs.fields(cls):
        key = renamed.get(each.name, each.name)
        names = () if key is None else (key,) if isinstance(key, str) else key
        every.update(names)
        if each.default is attrs.NOTHING:
            required.update(names)
    return every, required


@pytest.mark.parametrize("table", AGREEMENTS)
def test_schema_and_model_have_the_same_keys(table):
    rule = schema("matter")["$defs"][table]
    every, required = keys(*AGREEMENTS[table])
    assert set(rule["properties"]) == every
    assert set(rule.get("required", ())) == required


def test_the_matter_itself_has_the_same_keys():
    rule = schema("matter")
    every, required = keys(matter.Matter, {})
    assert set(rule["properties"]) == every
    # A file says which format it is in; a value in Python is of its class's version.
    assert set(rule["required"]) == {*required, "schema"}
    assert rule["properties"]["schema"]["const"] == matter.SCHEMA


def test_every_class_of_a_matter_has_its_table():
    seen, waiting = set(), [matter.Matter]
    while waiting:
        cls = waiting.pop()
        if cls in seen or not attrs.has(cls):
            continue
        seen.add(cls)
        for hint in typing.get_type_hints(cls).values():
            found = [hint]
            while found:
                each = found.pop()
                found.extend(typing.get_args(each))
                waiting.extend([each] if isinstance(each, type) else [])
    named = {cls for cls, _ in AGREEMENTS.values()}
    values = {"Moment", "Consent", "Matter", Span.__name__}
    assert {each.__name__ for each in seen - named} <= values


@pytest.mark.parametrize(
    ("kind", "path", "values"),
    [
        ("matter", ("$defs", "consent_status"), consent.ConsentStatus),
        ("matter", ("$defs", "use_status"), consent.UseStatus),
        ("matter", ("$defs", "consent_event", "properties", "knew"), consent.Knew),
        ("custody", ("properties", "kind"), EntryKind),
        ("report", ("$defs", "severity"), findings.Severity),
        ("bundle", ("$defs", "finding", "properties", "severity"), findings.Severity),
        ("bundle", ("$defs", "outcome"), Outcome),
        ("bundle", ("$defs", "stated", "properties", "standing"), Standing),
        ("bundle", ("$defs", "excerpt_line", "properties", "edge"), Edge),
    ],
)
def test_schema_and_model_have_the_same_values(kind, path, values):
    rule = schema(kind)
    for step in path:
        rule = rule[step]
    assert rule["enum"] == [str(each) for each in values]


def test_the_parts_of_a_bundle_are_those_that_the_schema_names():
    described = schema("matter")["$defs"]["section"]["properties"]["contents"]["description"]
    for part in matter.GENERATED_PARTS:
        assert part in described
