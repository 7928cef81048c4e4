# SPDX-License-Identifier: AGPL-3.0-or-later
"""A matter document seen part by part, whether or not it is valid.

Checks run over everything that was told even where some of it is wrong, so that all problems come
at once. What has the wrong kind is passed over here; the schema's complaint names it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from evidencekit.matterfile.names import Scrubber
from evidencekit.matterfile.pointer import Path


@frozen(kw_only=True)
class Part:
    """One table of the document and where it stands."""

    path: Path
    table: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Return the text of *key*, or None where there is none."""
        value = self.table.get(key)
        return value if isinstance(value, str) else None

    def at(self, key: str) -> Path:
        """Return the path of *key*; of a shorthand, the path of the text itself."""
        return (*self.path, key) if key in self.table else self.path

    def map(self, key: str) -> Mapping[str, Any]:
        """Return the table of *key*, empty where there is none."""
        value = self.table.get(key)
        return value if isinstance(value, Mapping) else {}


@frozen(eq=False)
class Told:
    """The document's parts. A bare text is shown as the table that it stands for."""

    document: Mapping[str, Any] = field()

    @functools.cached_property
    def scrubber(self) -> Scrubber:
        """What quotes the document without naming anybody."""
        return Scrubber(self.document)

    def ids(self, key: str) -> tuple[str, ...]:
        """Return the ids of people, recordings, documents or sections."""
        return tuple(self.whole.map(key))

    @property
    def whole(self) -> Part:
        """The document itself."""
        return Part(path=(), table=self.document)

    def one(self, key: str, bare: str) -> Part | None:
        """Return a table of the first level, or None where there is none."""
        return _part((key,), self.document.get(key), bare)

    def by_id(self, key: str, bare: str) -> Iterator[Part]:
        """Yield the tables of a map by id."""
        for name, value in self.whole.map(key).items():
            if (part := _part((key, name), value, bare)) is not None:
                yield part

    def recordings(self) -> Iterator[Part]:
        """Yield the recordings."""
        return self.by_id("recordings", "file")

    def transcripts(self) -> Iterator[Part]:
        """Yield the recordings' transcripts."""
        for recording in self.recordings():
            value = recording.table.get("transcript")
            if (part := _part((*recording.path, "transcript"), value, "file")) is not None:
                yield part

    def clips(self) -> Iterator[Part]:
        """Yield all clips."""
        for recording in self.recordings():
            yield from _each(recording, "clip")

    def events(self) -> Iterator[Part]:
        """Yield what was told about each person: consent, and use in evidence."""
        for recording in self.recordings():
            for key in ("consent", "use_in_evidence"):
                person = Part(path=(*recording.path, key), table=recording.map(key))
                for name in person.table:
                    yield from _each(person, name)

    def disputed(self) -> Iterator[Part]:
        """Yield the disputed passages."""
        return _each(self.whole, "disputed")

    def transfers(self) -> Iterator[Part]:
        """Yield the changes of hands."""
        return _each(self.whole, "custody")

    def withheld(self) -> frozenset[str]:
        """Return the ids of the documents that must not leave."""
        return frozenset(
            str(part.path[-1])
            for part in self.by_id("documents", "file")
            if part.text("withheld") is not None
        )

    def comparisons(self) -> Iterator[Part]:
        """Yield the passages of recordings that are compared with a document."""
        for passage in self.disputed():
            yield from _each(passage, "compare")


def texts(part: Part, key: str) -> Iterator[tuple[Path, str]]:
    """Yield the texts of a key that holds one or a list, each with its path."""
    value = part.table.get(key)
    if isinstance(value, str):
        yield part.at(key), value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, str):
                yield (*part.path, key, index), each


def _each(part: Part, key: str) -> Iterator[Part]:
    """Yield the tables of a key that holds one or a list."""
    value = part.table.get(key)
    if isinstance(value, Mapping):
        yield Part(path=(*part.path, key), table=value)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, Mapping):
                yield Part(path=(*part.path, key, index), table=each)


def _part(path: Path, value: object, bare: str) -> Part | None:
    if isinstance(value, Mapping):
        return Part(path=path, table=value)
    return _Shorthand(path=path, table={bare: value}) if isinstance(value, str) else None


@frozen(kw_only=True)
class _Shorthand(Part):
    """A bare text, shown as the table that it stands for."""

    def at(self, key: str) -> Path:  # noqa: ARG002 - a shorthand has one path for all its keys
        """Return the path of the text."""
        return self.path
