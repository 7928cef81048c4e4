# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebVTT (https://www.w3.org/TR/webvtt1/), with its voices and its times inside cues.

Blocks are collected as the standard's parser does. Where that parser drops a block in silence, it
is counted here and reported: the text of a cue whose times cannot be read, and text without times.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.transcript import Cue, Transcript, Word
from evidencekit.transcript import teams_metadata
from evidencekit.transcript.content import Kind
from evidencekit.transcript.decode import split_lines
from evidencekit.transcript.draft import draft_of
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.markup import Piece, pieces
from evidencekit.transcript.tally import summed_up
from evidencekit.transcript.times import TIMESTAMP, looks_like_teams, timestamp_ms
from evidencekit.transcript.voices import speakers_from_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "webvtt"
KIND = Kind.TEXT
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t\r\n]|\Z)")
_TIMINGS = re.compile(
    rf"[ \t\f]*({TIMESTAMP.pattern})[ \t\f]*-->[ \t\f]*({TIMESTAMP.pattern})(?P<settings>.*)"
)
_NOT_SPOKEN = re.compile(r"(?:NOTE(?:[ \t\n]|\Z)|(?:STYLE|REGION)[ \t]*(?:\n|\Z))")
_LANGUAGE = re.compile(r"(?m)^Language:[ \t]*([A-Za-z0-9-]{2,35})[ \t]*$")
_EDGE = " \t\n\f"


def recognise(text: str) -> str | None:
    """Return why *text* is taken for WebVTT, or None."""
    if not _SIGNATURE.match(text) or looks_like_teams(text) or teams_metadata.recognise(text):
        return None
    return "its first line is WEBVTT"


@frozen(kw_only=True)
class _Block:
    """A block as collected: what stands before its times (`lead`), its times, what follows."""

    line: int
    lead: tuple[str, ...]
    arrow_line: int | None
    timings: str | None
    body: str

    def times(self) -> tuple[int, int] | None:
        match = _TIMINGS.fullmatch(self.timings or "")
        if match is None:
            return None
        start, end = timestamp_ms(match[1]), timestamp_ms(match[2])
        return None if start is None or end is None else (start, end)


@define(kw_only=True)
class _Seen:
    """What was seen besides cues, for the findings."""

    cues: int = 0
    bad_times: list[str] = field(factory=list)
    no_times: list[str] = field(factory=list)
    odd_stamps: list[str] = field(factory=list)
    draft: str | None = None

    def findings(self, subject: str) -> tuple[Finding, ...]:
        return (
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
                "EK-T013",
                Severity.NOTE,
                subject,
                self.odd_stamps,
                one="the times inside a cue do not fit it, and only its own times are used",
                many="the times inside {count} cues do not fit them, and only the cues' own "
                "times are used",
            ),
        )


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    lines = split_lines(text.replace("\0", "\ufffd"))
    header_end = next(
        (at for at, line in enumerate(lines) if not line or ("-->" in line and at)), 0
    )
    language = _LANGUAGE.search("\n".join(lines[1 : header_end or len(lines)]))
    seen = _Seen()
    cues: list[Cue] = []
    for block in _blocks(lines, header_end or len(lines)):
        if block.timings is None:
            seen.draft = seen.draft or draft_of(block.body)
            if not _NOT_SPOKEN.match(block.body):
                seen.cues += 1
                seen.no_times.append(f"line {block.line}")
            continue
        seen.cues += 1
        refuse_too_many_cues(seen.cues, name)
        if (times := block.times()) is None:
            seen.bad_times.append(f"line {block.arrow_line}")
        else:
            cues.extend(_cues(block, times, number=seen.cues, seen=seen))
    if seen.cues and not cues:
        msg = f"none of its {seen.cues} cues could be read: their times are not WebVTT times"
        raise TranscriptError(name, int((seen.bad_times + seen.no_times)[0].split()[1]), msg)
    spoken, found = speakers_from_labels(cues, subject=name)
    return Transcript(
        path=name,
        format=NAME,
        cues=spoken,
        cues_seen=seen.cues,
        language=language[1] if language else None,
        draft=seen.draft,
        findings=(*seen.findings(name), *found),
    )


def _blocks(lines: Sequence[str], at: int) -> Iterator[_Block]:
    """Collect the blocks from line index *at* on, as the standard's algorithm does.

    A line with an arrow gives times only as the first or second line of a block; any later one
    ends the block and begins the next.
    """
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        first = at
        lead: tuple[str, ...] = ()
        arrow: int | None = None
        if "-->" in lines[at]:
            arrow = at
        elif at + 1 < len(lines) and "-->" in lines[at + 1]:
            lead, arrow = (lines[at],), at + 1
        at = first if arrow is None else arrow + 1
        body_from = at
        while at < len(lines) and lines[at] and "-->" not in lines[at]:
            at += 1
        yield _Block(
            line=first + 1,
            lead=lead,
            arrow_line=None if arrow is None else arrow + 1,
            timings=None if arrow is None else lines[arrow],
            body="\n".join(lines[body_from:at]),
        )


def _cues(block: _Block, times: tuple[int, int], *, number: int, seen: _Seen) -> Iterator[Cue]:
    """Yield the cue, or where several voices speak in it, one for each stretch of one voice."""
    runs = _runs(pieces(block.body))
    fits = _stamps_fit(runs, times)
    if not fits:
        seen.odd_stamps.append(f"line {block.arrow_line}")
    ends = _ends(runs, times[1])
    for run in runs:
        text = "".join(piece.text for piece in run)
        yield Cue(
            number=number,
            start_ms=times[0],
            end_ms=times[1],
            text=text if len(runs) == 1 else text.strip(_EDGE),
            speaker=run[0].voice if run else None,
            source_id=block.lead[0] if block.lead else None,
            line=block.arrow_line,
            words=_words(run, times[0], ends) if ends and fits else (),
        )


def _runs(found: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces by voice, as they follow each other; white space between voices is nobody's."""
    runs: list[list[Piece]] = []
    begun: set[int] = set()
    for span, group in groupby(found, key=lambda piece: piece.span):
        run = list(group)
        opens = span != 0 and span not in begun
        begun.add(span)
        if opens or any(piece.text.strip(_EDGE) for piece in run):
            runs.append(run)
    return runs or [list(found)]


def _stamps_fit(runs: Sequence[Sequence[Piece]], times: tuple[int, int]) -> bool:
    stamps = [piece.from_ms for run in runs for piece in run if piece.from_ms is not None]
    return all(a <= b for a, b in pairwise((times[0], *stamps, times[1]))) or not stamps


def _ends(runs: Sequence[Sequence[Piece]], end_ms: int) -> dict[int | None, int]:
    """Return when the text from each time on ends; nothing if the cue has no times inside."""
    stamps = list(dict.fromkeys(piece.from_ms for run in runs for piece in run if piece.text))
    if all(stamp is None for stamp in stamps):
        return {}
    following = [*(stamp for stamp in stamps[1:] if stamp is not None), end_ms]
    return dict(zip(stamps, following, strict=True))


def _words(run: Sequence[Piece], start_ms: int, ends: Mapping[int | None, int]) -> tuple[Word, ...]:
    """Return the timed words: what stands between two times, never a part of a word.

    Where a time falls inside a word (as for singing), the parts are one word again.
    """
    timed: list[tuple[list[str], int, int]] = []
    for piece in run:
        if not piece.text:
            continue
        parts, begins = [piece.text], start_ms if piece.from_ms is None else piece.from_ms
        if timed and not (timed[-1][0][-1][-1].isspace() or piece.text[0].isspace()):
            parts, begins, _ = timed.pop()
            parts.append(piece.text)
        timed.append((parts, begins, ends[piece.from_ms]))
    return tuple(
        Word(text=text, start_ms=begins, end_ms=end)
        for parts, begins, end in timed
        if (text := "".join(parts).strip())
    )
