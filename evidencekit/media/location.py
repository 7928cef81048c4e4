# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a recording says it was made: it may be a protected address, and is read only if asked for.

Unasked, the presence of a location is told, and nothing of what it says is kept anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.media.opening import READER
from evidencekit.media.source import SoundReader
from evidencekit.media.text import plain
from evidencekit.model.clip import Fact
from evidencekit.model.stated import from_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_WORDS = ("location", "xyz", "gps", "latitude", "longitude")


def holds_location(keys: Iterable[str]) -> bool:
    """Return True if one of a file's keys, in small letters, is that of a place."""
    return any(word in key for key in keys for word in _WORDS)


def location_facts(path: Path, *, track: int = 1) -> tuple[Fact, ...]:
    """Return what the file at *path* says of where it was made, as it says it; none if nothing.

    Raises:
        RecordingUnreadable: if it cannot be opened as sound.
    """
    with SoundReader(path, track=track) as sound:
        places = (("", sound.container.metadata), (", audio track", sound.stream.metadata))
        return tuple(fact for place, tags in places for fact in _facts(place, tags))


def _facts(place: str, tags: Mapping[str, str]) -> Iterator[Fact]:
    seen: set[str] = set()
    for key in sorted(tags):
        value = plain(tags[key])
        if holds_location([key.lower()]) and value and value not in seen:
            seen.add(value)
            name = f"location{place}" if len(seen) == 1 else f"location{place}, {len(seen)}"
            yield Fact(name=name, stated=from_file(value, by=READER, source=key))
