# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with a document, in the words of somebody who has to put it right.

Each broken rule becomes one plain sentence: what was found, what is wanted, and what was probably
meant. What is quoted is cleared of people's names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.matterfile.names import Scrubber
from evidencekit.matterfile.pointer import Path, table
from evidencekit.matterfile.suggest import MEANT_KEYS, did_you_mean
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from evidencekit.matterfile.failures import Failure

UNKNOWN_KEY = "EK-M001"
MISSING_KEY = "EK-M002"
WRONG_VALUE = "EK-M003"
UNKNOWN_ID = "EK-M005"

#: Where each table of a matter stands, for a key that was typed into another.
_TABLES = {
    "case": "[case]",
    "permission": "[case] permission",
    "person": "[people]",
    "recording": "[recordings.{id}]",
    "transcript": "[recordings.{id}] transcript",
    "consent_event": "[recordings.{id}.consent]",
    "clip": "[[recordings.{id}.clip]]",
    "other_recordings": "[other_recordings]",
    "document": "[documents]",
    "disputed": "[[disputed]]",
    "statement": "[statement]",
    "transfer": "[[custody]]",
    "section": "[sections]",
    "bundle": "[bundle]",
}
_KINDS = (
    (bool, "true or false"),
    (str, "text"),
    (int | float, "a number"),
    (Mapping, "a table"),
    (list, "a list"),
    (type(None), "empty"),
)
_TYPES = {
    "object": "a table",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "empty",
}
_MEDIA_TIME = "a time in a recording"
_EMPTY = "is empty. Leave the key out where nothing is known."
_LINE_BREAKS = "\n\r\u2028\u2029"
_MOST_PLACES = 3


@frozen(kw_only=True)
class Complaint:
    """One thing wrong at one place of a document."""

    path: Path
    code: str
    message: str


def explain(
    failures: Iterable[Failure], *, schema: Mapping[str, Any], document: Mapping[str, Any]
) -> tuple[Complaint, ...]:
    """Return what *failures* mean, without repetition, in their order."""
    explainer = _Explainer(schema, document)
    return tuple(dict.fromkeys(each for one in failures for each in explainer.explain(one)))


class _Explainer:
    """Writes the sentences, knowing the whole schema and the whole document."""

    def __init__(self, schema: Mapping[str, Any], document: Mapping[str, Any]) -> None:
        self._schema = schema
        self._quote = Scrubber(document).quote
        self._clean = Scrubber(document).path
        recordings = document.get("recordings")
        ids = recordings if isinstance(recordings, Mapping) else ()
        self._first_recording = next(iter(ids), "ID")

    def explain(self, failure: Failure) -> Iterator[Complaint]:
        """Yield what one failure means."""
        if failure.is_key:
            yield self._bad_key(failure)
        elif failure.keyword == "additionalProperties":
            for key in failure.value:
                if key not in failure.rule.get("properties", ()):
                    yield self._unknown_key(failure, key)
        elif failure.keyword == "required":
            for key in failure.limit:
                if key not in failure.value:
                    yield self._missing_key(failure, key)
        elif failure.keyword == "dependentRequired":
            yield from self._half(failure)
        else:
            is_id = failure.title == "an id" and failure.keyword != "type"
            code = UNKNOWN_ID if is_id else WRONG_VALUE
            yield Complaint(path=failure.path, code=code, message=self._value(failure))

    def _bad_key(self, failure: Failure) -> Complaint:
        quoted, code = self._quote(failure.value), WRONG_VALUE
        if failure.title == "an id":
            code = UNKNOWN_ID
            message = (
                f"{quoted} cannot be an id: an id is a small letter and then up to 39 small "
                "letters, digits, _ or -."
            )
        else:
            message = f"{quoted} cannot be used here: it has to be {failure.title}."
        return Complaint(path=(*failure.path, failure.value), code=code, message=message)

    def _unknown_key(self, failure: Failure, key: str) -> Complaint:
        known = list(failure.rule.get("properties", ()))
        here = self._clean(table(failure.path))
        unknown = f"{self._quote(key)} is not a key of {here}."
        elsewhere = self._elsewhere(key, failure.path)
        if (meant := MEANT_KEYS.get(key)) in known:
            message = f'{unknown} Did you mean "{meant}"?'
        elif elsewhere:
            message = f"{key} belongs in {' or '.join(elsewhere)}, not in {here}."
        else:
            suggestion = did_you_mean(key, known) or f" Known here: {', '.join(known)}."
            message = f"{unknown}{suggestion}"
        return Complaint(path=(*failure.path, key), code=UNKNOWN_KEY, message=message)

    def _elsewhere(self, key: str, path: Path) -> list[str]:
        """Return the tables, a few at most, that have this key."""
        in_recording = path[:1] == ("recordings",) and len(path) > 1
        shown = self._clean(str(path[1] if in_recording else self._first_recording))
        tables = self._schema.get("$defs", {})
        found = [
            template.format(id=shown)
            for name, template in _TABLES.items()
            if key in tables.get(name, {}).get("properties", ())
        ]
        if path and key in self._schema.get("properties", ()):
            found.insert(0, f"a table of its own, [{key}]")
        return found[:_MOST_PLACES]

    def _missing_key(self, failure: Failure, key: str) -> Complaint:
        rule = failure.rule.get("properties", {}).get(key, {})
        if not failure.path and key == "schema":
            message = f'the first line is missing: schema = "{rule.get("const", "")}"'
        else:
            message = f'"{key}" is missing. {rule.get("description", "")}'.rstrip()
        return Complaint(path=failure.path, code=MISSING_KEY, message=message)

    def _half(self, failure: Failure) -> Iterator[Complaint]:
        for key, needed in failure.limit.items():
            for other in needed:
                if key in failure.value and other not in failure.value:
                    message = f'has "{key}" and no "{other}".'
                    yield Complaint(path=failure.path, code=MISSING_KEY, message=message)

    def _value(self, failure: Failure) -> str:
        """Return the sentence about a value of the wrong kind, size or form."""
        if failure.speaks_for_itself:
            return f"{failure.title}."
        if (measure := _MEASURES.get(failure.keyword)) is not None:
            return measure(failure)
        spelled: dict[str, Callable[[Failure], str]] = {
            "enum": self._choice,
            "const": self._const,
            "pattern": self._form,
            "not": self._character,
        }
        if failure.keyword in spelled:
            return spelled[failure.keyword](failure)
        return _kind(failure)

    def _choice(self, failure: Failure) -> str:
        value, what = failure.value, failure.title
        texts = [each for each in failure.limit if isinstance(each, str)]
        if not isinstance(value, str):
            return f"must be {what}, not {_kind_of(value)}."
        suggestion = did_you_mean(value, texts)
        quoted = [f'"{each}"' for each in texts]
        if not suggestion and not all(each in what for each in quoted):
            suggestion = f" It is one of: {', '.join(quoted)}."
        return f"{self._quote(value)} is not {what}.{suggestion}"

    def _const(self, failure: Failure) -> str:
        value, expected = failure.value, str(failure.limit)
        if not isinstance(value, str):
            return f'must be "{expected}", not {_kind_of(value)}.'
        if value.startswith(f"{expected.rpartition('/')[0]}/"):
            return (
                f"{self._quote(value)} is another version of the format. "
                f'This software reads "{expected}".'
            )
        return f'must be "{expected}", not {self._quote(value)}.'

    def _form(self, failure: Failure) -> str:
        if not failure.value.strip():
            return _EMPTY
        examples = failure.rule.get("examples", ())
        such_as = f' Write it like "{examples[0]}".' if examples else ""
        return f"{self._quote(failure.value)} is not {failure.title}.{such_as}"

    def _character(self, failure: Failure) -> str:
        found = re.search(str(failure.rule["not"]["pattern"]), failure.value)
        character = found.group() if found else ""
        if character and character in _LINE_BREAKS:
            return "has a line break. Write it on one line."
        if character.isprintable():
            return self._form(failure)
        return f"has a control character (U+{ord(character):04X}). Take it out."


#: Rules about how much there is.
_MEASURES: dict[str, Callable[[Failure], str]] = {
    "minLength": lambda _: _EMPTY,
    "maxLength": lambda each: (
        f"is {len(each.value):,} characters long; at most {each.limit:,} fit."
    ),
    "minimum": lambda each: f"is {each.value}; the least is {each.limit}.",
    "maximum": lambda each: f"is {each.value}; the most is {each.limit:,}.",
    "minItems": lambda _: "is an empty list.",
    "maxItems": lambda each: f"has {len(each.value):,} entries; the most is {each.limit:,}.",
    "uniqueItems": lambda _: "names something twice. Name each once.",
    "maxProperties": lambda each: f"has {len(each.value):,} entries; the most is {each.limit:,}.",
}


def _kind(failure: Failure) -> str:
    wanted = failure.choices or (failure,)
    what = _either(dict.fromkeys(map(_wanted, wanted)))
    return f"must be {what}, not {_kind_of(failure.value)}.{_hint(wanted, failure.value)}"


def _wanted(failure: Failure) -> str:
    """Return what one shape asks for."""
    title = failure.rule.get("title")
    if failure.limit == "integer" and title is not None:
        return f"{title} (a whole number)"
    return str(title or _types(failure.limit))


def _types(names: object) -> str:
    listed = names if isinstance(names, list) else [names]
    return _either(_TYPES.get(str(each), str(each)) for each in listed)


def _either(words: Iterable[str]) -> str:
    *first, last = list(words) or ["something else"]
    return f"{', '.join(first)} or {last}" if first else last


def _kind_of(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "something else")


def _hint(wanted: Iterable[Failure], value: object) -> str:
    """Say how a value is written that has the right sense and the wrong kind."""
    text = next((each for each in wanted if each.limit == "string"), None)
    if isinstance(value, bool):
        return ' Write "yes" or "no".' if text and '"yes"' in text.title else ""
    if isinstance(value, str) and value.isdecimal() and text is None:
        return f" Take its quotes away: {value}."
    if not isinstance(value, int | float) or text is None or "enum" in text.rule:
        return ""
    if text.title == _MEDIA_TIME:
        ms = round(value * 1000)
        return f' Write it like "{format_media_time(ms)}".' if 0 <= ms < 10**10 else ""
    return f' Put quotes round it: "{value}".'
