# SPDX-License-Identifier: AGPL-3.0-or-later
"""SubRip (.srt), which has no standard, as it is met: comma or dot before the milliseconds, tags,
numbers that repeat or are missing, blank lines that are missing or too many.

A line with times begins a cue and the line of digits above it is its number. Formatting tags leave
the text; everything else stays, blank lines inside a cue included. What was odd is reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.transcript import Cue, Transcript
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.times import looks_like_teams, timestamp_ms
from evidencekit.transcript.voices import speakers_from_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "srt"
KIND = Kind.TEXT
_TIME = r"((?:[0-9]{1,6}:)?[0-9]{2}:[0-9]{2}[,.][0-9]{3})"
_TIMINGS = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?")
#: Meant as times, whether or not they can be read.
_MEANT_AS_TIMINGS = re.compile(r"[ \t]*[0-9][^ \t]*[ \t]*-->|[^-]*-->[ \t]*[0-9]+:")
_ANY_TIMINGS = re.compile(rf"(?:\A|[\r\n]){_TIMINGS.pattern}")
_NUMBER = re.compile(r"[ \t]*([0-9]{1,9})[ \t]*")
_TAGS = re.compile(
    r"</?(?:i|b|u|s)>|<font(?:[ \t][^<>\n]*)?>|</font>|\{\\an?[0-9]{1,2}\}", re.IGNORECASE
)


def recognise(text: str) -> str | None:
    """Return why *text* is taken for SubRip, or None."""
    if text.startswith("WEBVTT") or looks_like_teams(text) or not _ANY_TIMINGS.search(text):
        return None
    return "a line of it is two times with an arrow between"


@frozen(kw_only=True)
class _Block:
    """A cue as collected. `times` is None where they are missing or cannot be read; `is_cue` is
    False for words that stand apart with neither number nor times.
    """

    line: int
    text: str
    source_id: str | None = None
    times: tuple[int, int] | None = None
    is_cue: bool = True


@define(kw_only=True)
class _Odd:
    """Where something was odd: each place is "line N"."""

    bad_times: list[str] = field(factory=list)
    no_times: list[str] = field(factory=list)
    numbers: list[str] = field(factory=list)
    blanks: list[str] = field(factory=list)

    def findings(self, subject: str) -> tuple[Finding, ...]:
        return (
            *summed_up(
                "EK-T010",
                Severity.NOTE,
                subject,
                self.numbers,
                one="a cue's number is missing, repeated or out of order",
                many="the numbers of {count} cues are missing, repeated or out of order",
            ),
            *summed_up(
                "EK-T011",
                Severity.WARNING,
                subject,
                self.bad_times,
                one="the times of a cue could not be read, and it is left out",
                many="the times of {count} cues could not be read, and they are left out",
            ),
            *summed_up(
                "EK-T012",
                Severity.WARNING,
                subject,
                self.no_times,
                one="a block of text has no times, and it is left out",
                many="{count} blocks of text have no times, and they are left out",
            ),
            *summed_up(
                "EK-T016",
                Severity.NOTE,
                subject,
                self.blanks,
                one="a blank line between cues is missing, or stands inside one",
                many="blank lines between cues are missing, or stand inside them, {count} times",
            ),
        )


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    odd = _Odd()
    blocks = _collect(split_lines(text.replace("\0", "\ufffd")), odd, name)
    cues = [
        Cue(
            number=number,
            start_ms=block.times[0],
            end_ms=block.times[1],
            text=_TAGS.sub("", block.text),
            source_id=block.source_id,
            line=block.line,
        )
        for number, block in enumerate(blocks, start=1)
        if block.times is not None
    ]
    if not cues:
        msg = f"none of its {len(blocks)} cues could be read: their times are not SubRip times"
        raise TranscriptError(name, blocks[0].line if blocks else 0, msg)
    _look_at_numbers(blocks, odd)
    spoken, found = speakers_from_labels(cues, subject=name)
    return Transcript(
        path=name,
        format=NAME,
        cues=spoken,
        cues_seen=len(blocks),
        findings=(*odd.findings(name), *found),
    )


def _collect(lines: Sequence[str], odd: _Odd, name: str) -> list[_Block]:
    """Return every block of the file: cues, and what could not be read as one."""
    timings = [at for at, line in enumerate(lines) if _MEANT_AS_TIMINGS.match(line)]
    refuse_too_many_cues(len(timings), name)
    heads: list[int] = []
    previous: int | None = None
    for at in timings:
        counted = _number_above(lines, at, previous)
        heads.append(at if counted is None else at - 1)
        previous = previous if counted is None else counted
    blocks = _without_times(lines, 0, heads[0] if heads else len(lines), odd)
    for at, head, next_head in zip(timings, heads, [*heads[1:], len(lines)], strict=True):
        if head and not _blank(lines[head - 1]):
            odd.blanks.append(f"line {head + 1}")
        times = _times(lines[at])
        if times is None:
            odd.bad_times.append(f"line {at + 1}")
        number = lines[head].strip() if head < at else None
        end = _end_of_text(lines, at + 1, next_head, number)
        blocks.append(
            _Block(line=at + 1, text=_text(lines, at + 1, end, odd), source_id=number, times=times)
        )
        blocks.extend(_without_times(lines, end, next_head, odd))
    return blocks


def _blank(line: str) -> bool:
    return not line.strip(" \t")


def _number_above(lines: Sequence[str], at: int, previous: int | None) -> int | None:
    """Return the number in the line above times, if that line is a number and not words.

    Below a blank line it is. Below the words of another cue it is only if it goes on counting.
    """
    match = _NUMBER.fullmatch(lines[at - 1]) if at else None
    if match is None:
        return None
    number = int(match[1])
    stands_apart = at == 1 or _blank(lines[at - 2]) or bool(_MEANT_AS_TIMINGS.match(lines[at - 2]))
    return number if stands_apart or previous is None or number == previous + 1 else None


def _end_of_text(lines: Sequence[str], start: int, end: int, number: str | None) -> int:
    """Return where a cue's words end: at *end*, or at a number whose times are missing."""
    for at in range(start + 1, end):
        match = _NUMBER.fullmatch(lines[at]) if _blank(lines[at - 1]) else None
        if match is None:
            continue
        goes_on = number is not None and int(match[1]) == int(number) + 1
        if goes_on or (at + 1 < end and not _blank(lines[at + 1])):
            return at
    return end


def _without_times(lines: Sequence[str], start: int, end: int, odd: _Odd) -> list[_Block]:
    """Return what stands between *start* and *end* as a block that has no times, if anything."""
    spoken = [at for at in range(start, end) if not _blank(lines[at])]
    if not spoken:
        return []
    odd.no_times.append(f"line {spoken[0] + 1}")
    number = _NUMBER.fullmatch(lines[spoken[0]])
    return [
        _Block(
            line=spoken[0] + 1,
            text="\n".join(lines[start:end]),
            source_id=number[1] if number else None,
            is_cue=number is not None,
        )
    ]


def _text(lines: Sequence[str], start: int, end: int, odd: _Odd) -> str:
    """Return the words of a cue without the blank lines around them."""
    spoken = [at for at in range(start, end) if not _blank(lines[at])]
    if not spoken:
        return ""
    if spoken[0] != start or spoken[-1] - spoken[0] + 1 != len(spoken):
        odd.blanks.append(f"line {start + 1}")
    return "\n".join(lines[spoken[0] : spoken[-1] + 1])


def _times(line: str) -> tuple[int, int] | None:
    match = _TIMINGS.fullmatch(line)
    if match is None:
        return None
    start, end = (timestamp_ms(time.replace(",", ".")) for time in match.groups())
    return None if start is None or end is None else (start, end)


def _look_at_numbers(blocks: Sequence[_Block], odd: _Odd) -> None:
    """Note where numbers do not count up by one; a file that has none at all is left in peace."""
    if all(block.source_id is None for block in blocks):
        return
    expected: int | None = None
    for block in blocks:
        if not block.is_cue:
            continue
        if block.source_id is None:
            odd.numbers.append(f"line {block.line}")
        else:
            if expected is not None and int(block.source_id) != expected:
                odd.numbers.append(f"line {block.line}")
            expected = int(block.source_id)
        expected = None if expected is None else expected + 1
