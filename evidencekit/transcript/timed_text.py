# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain text with times, as people type it and as programs print it, also Meet's and Word's.

    [00:05:32] Amara Dean: I rang to move it.
    **Joanna Hale (0:49):** So you did ring.
    [00:00.000 --> 00:04.000]  I rang to move it.
    00:00:03 Speaker 1               (the words on the next line)
    00:05:00                         (below it, "Name: words" until the next time)

Where the ends are not given they are inferred. A time above several paragraphs is given to each of
them, which a finding says: the words then stand somewhere in its stretch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.textlines import Head, cues_below
from evidencekit.transcript.times import CLOCK, clock_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "timed-text"
KIND = Kind.TEXT
_T = CLOCK.pattern
_TIME_FIRST = re.compile(
    rf"[ \t]*(?P<bold>\*\*)?(?:[\[(][ \t]*(?P<t1>{_T})"
    rf"(?:[ \t]*(?:-->|[-\u2013\u2014]|to)[ \t]*(?P<e1>{_T}))?"
    rf"[ \t]*[\])]|(?P<t2>{_T})(?:[ \t]*(?:-->|[-\u2013\u2014])[ \t]*(?P<e2>{_T}))?(?=[ \t*]|\Z))"
    rf"(?:\*\*)?:?(?:\*\*)?[ \t]*(?:[-\u2013\u2014][ \t]+)?(?P<rest>.*)"
)
_NAME_FIRST = re.compile(
    rf"[ \t]*(?:\*\*)?(?P<name>[^:\[\]()*<>\t]{{1,60}}?)(?:\*\*)?[ \t]*[\[(](?P<time>{_T})[\])]"
    rf"(?:(?:\*\*)?:(?:\*\*)?(?:[ \t]+(?P<rest>.*))?|(?:\*\*)?[ \t]*)"
)
_BOLD_LABEL = re.compile(r"([^:*]{1,60}:)\*\*")
_PARAGRAPH_LABEL = re.compile(r"[^:\[\]()<>\"?!;0-9][^:\[\]()<>\"?!;]{0,59}:(?:[ \t]|$)")
_MOST_WORDS_OF_A_NAME = 8
_ENOUGH_BARE = 2
_LONGEST_NAME = 80


def recognise(text: str) -> str | None:
    """Return why *text* is taken for plain text with times, or None."""
    bare = 0
    for line in split_lines(text):
        match = _TIME_FIRST.fullmatch(line)
        if (match and match["t1"]) or _is_name_first(line):
            return "a line of it begins with a time, or with a name and a time, in brackets"
        if match:
            bare += 1
            if bare >= _ENOUGH_BARE or match["t2"].count(":") > 1:
                return "lines of it begin with a time"
    return None


def _is_name_first(line: str) -> re.Match[str] | None:
    near = line[:_LONGEST_NAME]
    match = _NAME_FIRST.fullmatch(line) if "(" in near or "[" in near else None
    if match is None:
        return None
    name = match["name"].strip()
    fits = any(c.isalpha() for c in name) and len(name.split()) <= _MOST_WORDS_OF_A_NAME
    return match if fits else None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    heads = [head for at, line in enumerate(lines) if (head := _head(at, line))]
    if _heads_hold_names(lines, heads):
        heads = [evolve(head, speaker=head.words.strip(), words="") for head in heads]
    raws: list[Raw] = []
    shared: list[str] = []
    alone = {head.at + 1 for head in heads if not head.words and head.speaker is None}
    for raw in cues_below(lines, heads):
        parts = _paragraphs(raw.text) if raw.line in alone and not raw.untimed else []
        if len(parts) > 1:
            shared.append(f"line {raw.line}")
            raws.extend(evolve(raw, text=part) for part in parts)
        else:
            raws.append(raw)
    found = summed_up(
        "EK-T027",
        Severity.NOTE,
        name,
        shared,
        one="a time stands above several paragraphs and is given to each of them",
        many="{count} times stand above several paragraphs each and are given to all of them",
    )
    return assemble(raws, name=name, format_name=NAME, labels=True, findings=found)


def _head(at: int, line: str) -> Head | None:
    if match := _TIME_FIRST.fullmatch(line):
        end = match["e1"] or match["e2"]
        words = (match["rest"] or "").strip()
        if match["bold"]:
            words = _BOLD_LABEL.sub(r"\1", words, count=1)
        return Head(
            at=at,
            start_ms=clock_ms(match["t1"] or match["t2"]),
            end_ms=clock_ms(end) if end else None,
            words=words,
        )
    if match := _is_name_first(line):
        return Head(
            at=at,
            start_ms=clock_ms(match["time"]),
            speaker=match["name"].strip(),
            words=(match["rest"] or "").strip(),
        )
    return None


def _heads_hold_names(lines: Sequence[str], heads: Sequence[Head]) -> bool:
    """Return whether what stands beside the times is names: short, and words below every one."""
    for head in heads:
        words = head.words.split()
        below = lines[head.at + 1] if head.at + 1 < len(lines) else ""
        if head.speaker is not None or not words or len(words) > _MOST_WORDS_OF_A_NAME:
            return False
        if head.words[-1] in ".?!,;:" or ":" in head.words or not below.strip():
            return False
    return bool(heads)


def _paragraphs(text: str) -> list[str]:
    """Return paragraphs that each begin with "Name:"; nothing if they are not of that form."""
    parts: list[list[str]] = []
    for line in text.split("\n"):
        if _PARAGRAPH_LABEL.match(line):
            parts.append([line])
        elif parts:
            parts[-1].append(line)
        elif line.strip():
            return []
    return ["\n".join(part).strip() for part in parts]
