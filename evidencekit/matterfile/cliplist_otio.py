# SPDX-License-Identifier: AGPL-3.0-or-later
"""OpenTimelineIO (.otio): JSON with clips in tracks, each with its stretch of a medium.

Times are counted from the medium's own start, where the file says that it is not zero. Numbers stay
decimal, so that no time is a float.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evidencekit.matterfile.cliplist_parts import Listed, Rejected, exact_rate, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["read", "recognise"]

_GROUPS = ("Stack.", "Track.", "Timeline.", "SerializableCollection.", "Sequence.")
_SPEED = ("LinearTimeWarp.", "FreezeFrame.", "TimeEffect.")
_MOST_DIGITS = 18


def recognise(text: str) -> bool:
    """Return whether *text* is OpenTimelineIO's JSON."""
    return text.lstrip()[:1] == "{" and '"OTIO_SCHEMA"' in text


def read(text: str) -> list[Listed | Rejected]:
    """Return what each clip is, in the order of the tracks.

    Raises:
        ValueError: if it is no JSON.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        msg = "begins as JSON does, and is none"
        raise ValueError(msg) from None
    return [_clip(clip, f"clip {n}") for n, clip in enumerate(_clips(document), start=1)]


def _schema(value: object) -> str:
    found = value.get("OTIO_SCHEMA") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _clips(document: object) -> Iterator[Mapping[str, Any]]:
    """Yield the clips; one inside of a trimmed group is marked as such."""
    waiting: list[tuple[object, bool]] = [(document, False)]
    while waiting:
        value, trimmed = waiting.pop()
        schema = _schema(value)
        if not isinstance(value, dict):
            continue
        if schema.startswith("Clip."):
            yield {**value, "_trimmed": trimmed}
        elif schema.startswith(_GROUPS):
            trimmed = trimmed or bool(value.get("source_range")) or _changes_speed(value)
            children = value.get("children") or []
            inner = [*(children if isinstance(children, list) else []), value.get("tracks")]
            waiting.extend((each, trimmed) for each in reversed(inner))


def _changes_speed(value: Mapping[str, Any]) -> bool:
    effects = value.get("effects")
    return isinstance(effects, list) and any(_schema(each).startswith(_SPEED) for each in effects)


def _clip(clip: Mapping[str, Any], place: str) -> Listed | Rejected:
    if clip["_trimmed"] or _changes_speed(clip):
        reason = "is played at another speed, or is part of a group that is cut as a whole"
        return Rejected(place=place, reason=reason)
    medium = _medium(clip)
    available = _range(medium.get("available_range"))
    wanted = _range(clip.get("source_range")) or available
    if wanted is None:
        return Rejected(place=place, reason="has no times that can be read")
    zero = available[0] if available else Fraction(0)
    start, end = to_ms(wanted[0] - zero), to_ms(wanted[0] - zero + wanted[1])
    if start is None or end is None:
        return Rejected(place=place, reason="lies outside of what it is taken from")
    address = medium.get("target_url")
    name = address if isinstance(address, str) else None
    title = clip.get("name")
    return Listed(
        title=title if isinstance(title, str) else "",
        start_ms=start,
        end_ms=end,
        place=place,
        source=name,
        also=() if name is None else (name.replace("\\", "/").rpartition("/")[2],),
    )


def _medium(clip: Mapping[str, Any]) -> Mapping[str, Any]:
    references = clip.get("media_references")
    if isinstance(references, dict):
        key = clip.get("active_media_reference_key")
        found = references.get(key if isinstance(key, str) else "DEFAULT_MEDIA")
    else:
        found = clip.get("media_reference")
    return found if isinstance(found, dict) else {}


def _range(value: object) -> tuple[Fraction, Fraction] | None:
    """Return a range's start and duration in seconds."""
    if not isinstance(value, dict):
        return None
    start, duration = _time(value.get("start_time")), _time(value.get("duration"))
    return None if start is None or duration is None else (start, duration)


def _time(value: object) -> Fraction | None:
    if not isinstance(value, dict):
        return None
    number, rate = _number(value.get("value")), _number(value.get("rate"))
    return None if number is None or rate is None or rate <= 0 else number / exact_rate(rate)


def _number(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    # A number such as 1e999999 is cheap to write and endless as a fraction.
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return Fraction(0) if number == 0 else None
    return Fraction(number)
