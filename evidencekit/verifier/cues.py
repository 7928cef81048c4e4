# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the cues of a plain WebVTT or SubRip file, as its text says and nothing more.

This is no reader for every file that is met: one that departs from the plain form at any place is
not read, and then only its words are looked through. What is read, is read without doubt.
"""

from __future__ import annotations

import re

from attrs import frozen

from evidencekit.model.references import resolved
from evidencekit.verifier.words import squashed

_TIME = r"((?:[0-9]{1,6}:)?[0-9]{2}:[0-9]{2}[.,][0-9]{3})"
_TIMINGS = re.compile(rf"{_TIME} +--> +{_TIME}(?: +[^ >]+:[^ >]+)*")
_NUMBER = re.compile(r"[0-9]{1,9}")
_NOT_SPOKEN = re.compile(r"(?:NOTE(?:[ \t]|\Z)|STYLE\Z|REGION\Z)")
_WHOLLY_VOICED = re.compile(r"<v(?:\.[^ >]*)? [^ <>][^<>]*>[^<>]*(?:</v>)?")
_MOST_REFERENCES = 3
_TAG = re.compile(r"<[^<>\n]*>|\{\\an?[0-9]{1,2}\}")


@frozen(kw_only=True)
class Block:
    """One cue: its number from 1, its times, its words squashed, and all of it squashed.

    `voiced` says that one voice, which it names, speaks all of it.
    """

    number: int
    start_ms: int
    end_ms: int
    words: str
    raw: str
    voiced: bool


def read_cues(text: str, form: str) -> tuple[Block, ...] | None:
    """Return the cues of a WebVTT ("webvtt") or SubRip ("srt") file; None if it is not plain."""
    if form not in {"webvtt", "srt"} or "\r" in text.replace("\r\n", "\n") or "\0" in text:
        return None
    blocks = [
        each.split("\n") for each in re.split(r"\n\n+", text.replace("\r\n", "\n").strip("\n"))
    ]
    if form == "webvtt":
        head, *blocks = blocks
        if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", head[0]) or any("-->" in each for each in head):
            return None
    found: list[Block] = []
    for lines in blocks:
        if form == "webvtt" and _NOT_SPOKEN.match(lines[0]):
            continue
        block = _block(lines, form, number=len(found) + 1)
        if block is None:
            return None
        found.append(block)
    return tuple(found)


def _block(lines: list[str], form: str, *, number: int) -> Block | None:
    at = 0 if "-->" in lines[0] else 1
    if len(lines) <= at or (form == "srt" and (at == 0 or not _NUMBER.fullmatch(lines[0]))):
        return None
    timings = _TIMINGS.fullmatch(lines[at])
    body = "\n".join(lines[at + 1 :])
    if timings is None or "-->" in body:
        return None
    start, end = _ms(timings[1]), _ms(timings[2])
    if start is None or end is None:
        return None
    return Block(
        number=number,
        start_ms=start,
        end_ms=end,
        words=spoken(body),
        raw=squashed(resolved(body)),
        voiced=_WHOLLY_VOICED.fullmatch(body) is not None,
    )


def _ms(text: str) -> int | None:
    *hours, minutes, rest = text.replace(",", ".").split(":")
    seconds, millis = rest.split(".")
    if int(minutes) >= 60 or int(seconds) >= 60:  # noqa: PLR2004 - a minute has so many
        return None
    whole = (int(hours[0] if hours else 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(millis)


def spoken(text: str) -> str:
    """Return the words of a text without its tags, squashed.

    What is written as a reference to a sign is that sign, however often it is written so: a record
    has it resolved, a file has not.
    """
    for _ in range(_MOST_REFERENCES):
        text = resolved(text)
    return squashed(_TAG.sub("", text))
