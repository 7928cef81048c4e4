# SPDX-License-Identifier: AGPL-3.0-or-later
"""When and by what a recording says it was made, from every tag that says so.

One file may say it several times, and not the same each time: a phone writes one time of creation,
and the program that saved the file anew another. Each is a fact, and so is that they differ.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from evidencekit.media.location import holds_location
from evidencekit.media.opening import READER
from evidencekit.media.text import plain
from evidencekit.model.clip import Fact
from evidencekit.model.stated import from_file, measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SOFTWARE = "evidencekit"
#: The name of a fact, and the tags that hold it, the likeliest first.
_TAGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("creation time", ("creation_time",)),
    ("creation date", ("com.apple.quicktime.creationdate",)),
    ("origination date", ("origination_date",)),
    ("origination time", ("origination_time",)),
    ("date tag", ("date",)),
    ("device make", ("com.apple.quicktime.make", "com.android.manufacturer", "make")),
    ("device model", ("com.apple.quicktime.model", "com.android.model", "model")),
    ("device software", ("com.apple.quicktime.software", "software")),
    ("Android version", ("com.android.version",)),
    ("encoder", ("encoder",)),
)
#: What is said of the device, and may be said twice.
_OF_DEVICE = ("device make", "device model", "device software")
_TIMES = ("creation time", "creation date")
_APART = dt.timedelta(seconds=2)


def origins(whole: Mapping[str, str], track: Mapping[str, str]) -> tuple[Fact, ...]:
    """Return what the tags of a file, and those of its audio track, say of its origin."""
    places = [
        (place, {key.lower(): value for key, value in tags.items()})
        for place, tags in (("", whole), (", audio track", track))
    ]
    facts = [fact for name, keys in _TAGS for fact in _said(name, keys, places)]
    if any(holds_location(tags) for _, tags in places):
        facts.append(_read("location", "present, not shown", "location"))
    return tuple(facts)


def _said(
    name: str, keys: tuple[str, ...], places: Iterable[tuple[str, Mapping[str, str]]]
) -> Iterator[Fact]:
    """Yield every value of a fact once; by the likeliest tag's under its plain name."""
    seen: list[str] = []
    for place, tags in places:
        plainly = True
        for key in keys:
            value = _time_once(plain(tags.get(key, "")))
            if value and value not in seen:
                seen.append(value)
                yield _read(f"{name}{place}" if plainly else f"{name}{place}, {key}", value, key)
            plainly = plainly and not value


def origins_apart(said: Iterable[Fact]) -> Iterator[Fact]:
    """Yield a fact for every two times of creation, and two devices, that are not the same."""
    said = tuple(said)
    times = [each for each in said if each.name.partition(",")[0] in _TIMES]
    moments = [(each, moment) for each in times for moment in _moments(each.stated.value or "")]
    if any(abs(a - b) > _APART for _, a in moments for _, b in moments):
        yield _differ(
            "creation times", [each for each in times if _moments(each.stated.value or "")]
        )
    for name in _OF_DEVICE:
        same = [each for each in said if each.name.partition(",")[0] == name]
        if len({(each.stated.value or "").casefold() for each in same}) > 1:
            yield _differ(name, same)


def _differ(name: str, facts: Iterable[Fact]) -> Fact:
    words = "; ".join(f"{each.name}: {each.stated.value}" for each in facts)
    return Fact(name=f"disagreement: {name}", stated=measured(words, by=_SOFTWARE))


def _moments(text: str) -> list[dt.datetime]:
    """Return the moments that a time names; none where it has no zone."""
    found = []
    for each in text.split("; "):
        try:
            moment = dt.datetime.fromisoformat(each)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            found.append(moment)
    return found


def _time_once(text: str) -> str:
    """Write a time that the file holds in two places once, if they are the same.

    FFmpeg 9 gives both with a semicolon between; FFmpeg adds an empty fraction to whole seconds.
    """
    if not text.endswith("Z"):
        return text
    return "; ".join(dict.fromkeys(each.replace(".000000Z", "Z") for each in text.split(";")))


def _read(name: str, value: str, source: str) -> Fact:
    return Fact(name=name, stated=from_file(value, by=READER, source=source))
