# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of a transcript that belongs to a clip.

The excerpt holds the cues that touch the clip's span, in the transcript's order, overlapping
speech included, and in grey one cue of context either side. No word is ever cut.

- Where words have times, a cue that crosses the span's edge is divided between words: those outside
  are kept apart, to be printed as outside. A word that the edge itself falls in is inside.
- Where they have none, the whole cue is printed, marked as cut: nobody knows which words the
  audio leaves out.
- The last cue of a transcript that gives no ends is taken to go on, and is marked as cut.
- `first_words` and `last_words` take words out of print and nothing out of the audio. Where that
  happens inside a line, `OMITTED` stands for what was taken out, in square brackets as an editor's;
  a cue taken out whole is not numbered, and the nearest one is printed as context.

Line breaks inside a cue are its layout, not its words: a line of an excerpt has spaces instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import QuoteNotUnique
from evidencekit.model.transcript import Cue, Edge, Excerpt, ExcerptLine
from evidencekit.transcript.openend import is_open
from evidencekit.transcript.words import find_in_texts, placed_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evidencekit.model.timecode import Span
    from evidencekit.model.transcript import Transcript
    from evidencekit.transcript.words import Match

__all__ = ["OMITTED", "excerpt"]

#: Stands in a line for words that the clip's audio has and the excerpt leaves out.
OMITTED = "[…]"


@frozen(kw_only=True)
class _Part:
    """The part of one cue that lies inside the span: its text from `start` to `end`."""

    index: int
    cue: Cue
    start: int
    end: int
    edge: Edge

    @property
    def text(self) -> str:
        return self.cue.text[self.start : self.end]


def excerpt(
    transcript: Transcript,
    span: Span,
    *,
    speakers: Mapping[str, str],
    first_words: str | None = None,
    last_words: str | None = None,
    where: str = "",
) -> Excerpt:
    """Return the words of *span*, as lines numbered from 1, with a cue of context either side.

    *speakers* maps labels of the transcript to people's ids. *where* names the clip in errors.

    Raises:
        QuoteNotUnique: if first_words or last_words are not in the span's words exactly once.
    """
    cues = transcript.cues
    parts = [part for index, cue in enumerate(cues) if (part := _part(index, cue, span))]
    lines, trimmed = _trimmed(parts, first_words, last_words, where)
    before, after = _context(cues, span, parts, lines)
    numbered = (evolve(line, number=number) for number, (_, line) in enumerate(lines, start=1))
    printed = (
        *(_whole(cue, Edge.BEFORE) for cue in before),
        *numbered,
        *(_whole(cue, Edge.AFTER) for cue in after),
    )
    return Excerpt(
        lines=tuple(
            evolve(line, person=speakers.get(line.speaker) if line.speaker else None)
            for line in printed
        ),
        transcript_path=transcript.path,
        trimmed=trimmed,
    )


def _part(index: int, cue: Cue, span: Span) -> _Part | None:
    """Return what of the cue lies in the span, or None if nothing of it does."""
    low, high = sorted((cue.start_ms, cue.end_ms))
    if is_open(cue):
        high = max(low, span.end_ms) + 1
    if not cue.text.strip() or not _touches(low, high, span):
        return None
    placed = placed_words(cue)
    if not placed:
        edge = _edge(cut_at_start=low < span.start_ms, cut_at_end=high > span.end_ms)
        return _Part(index=index, cue=cue, start=0, end=len(cue.text), edge=edge)
    inside = [
        (start, end, word)
        for start, end, word in placed
        if _touches(word.start_ms, word.end_ms, span)
    ]
    if inside:
        start, end = inside[0][0], inside[-1][1]
        edge = _edge(
            cut_at_start=start > 0 or inside[0][2].start_ms < span.start_ms,
            cut_at_end=end < len(cue.text) or inside[-1][2].end_ms > span.end_ms,
        )
        return _Part(index=index, cue=cue, start=start, end=end, edge=edge)
    # The span lies in a pause of the cue. If words stand on both sides, it is cut at both.
    at = next((start for start, _, word in placed if word.start_ms >= span.end_ms), 0)
    return _Part(index=index, cue=cue, start=at, end=at, edge=Edge.CUT_AT_BOTH) if at else None


def _touches(low: int, high: int, span: Span) -> bool:
    """Return whether [low, high) meets the span; what has no length meets it at its moment."""
    if low == high:
        return span.start_ms <= low < span.end_ms
    return low < span.end_ms and high > span.start_ms


def _edge(*, cut_at_start: bool, cut_at_end: bool) -> Edge:
    if cut_at_start and cut_at_end:
        return Edge.CUT_AT_BOTH
    if cut_at_start:
        return Edge.CUT_AT_START
    return Edge.CUT_AT_END if cut_at_end else Edge.INSIDE


def _trimmed(
    parts: Sequence[_Part], first_words: str | None, last_words: str | None, where: str
) -> tuple[list[tuple[int, ExcerptLine]], bool]:
    """Return the lines with the index of their cue, and whether words were left out."""
    texts = [part.text for part in parts]
    first_text, start = 0, 0
    last_text, end = len(parts) - 1, len(texts[-1]) if texts else 0
    if first_words is not None:
        match = _only(parts, find_in_texts(texts, first_words), "first_words", where)
        first_text = match.first_text
        start = _with_opening_marks(texts[first_text], match.start)
    if last_words is not None:
        found = find_in_texts(texts, last_words)
        following = [each for each in found if (each.first_text, each.start) >= (first_text, start)]
        match = _only(parts, following, "last_words", where)
        last_text, end = match.last_text, _with_closing_marks(texts[match.last_text], match.end)
    lines: list[tuple[int, ExcerptLine]] = []
    trimmed = False
    for number, part in enumerate(parts):
        if not first_text <= number <= last_text:
            trimmed = trimmed or bool(part.text.strip())
            continue
        cut_from = start if number == first_text else 0
        cut_to = end if number == last_text else len(part.text)
        line, left_out = _line(part, cut_from, cut_to)
        trimmed = trimmed or left_out
        lines.append((part.index, line))
    return lines, trimmed


def _only(parts: Sequence[_Part], found: Sequence[Match], what: str, where: str) -> Match:
    if len(found) == 1:
        return found[0]
    places = [
        (parts[match.first_text].cue.start_ms, parts[match.last_text].cue.end_ms) for match in found
    ]
    raise QuoteNotUnique(where, places, what)


def _with_closing_marks(text: str, end: int) -> int:
    """Return where the word that ends at *end* ends with its full stop or quotation mark."""
    at = end
    while at < len(text) and not text[at].isspace():
        if text[at].isalnum():
            return end
        at += 1
    return at


def _with_opening_marks(text: str, start: int) -> int:
    """Return where the word that starts at *start* starts with its quotation mark or bracket."""
    return len(text) - _with_closing_marks(text[::-1], len(text) - start)


def _line(part: _Part, cut_from: int, cut_to: int) -> tuple[ExcerptLine, bool]:
    """Return the line of a part without what lies before *cut_from* and from *cut_to* on."""
    cue = part.cue
    dropped_before = any(character.isalnum() for character in part.text[:cut_from])
    dropped_after = any(character.isalnum() for character in part.text[cut_to:])
    # Marks alone are not left out: there would be nothing for OMITTED to stand for.
    kept_from = cut_from if dropped_before else 0
    kept_to = cut_to if dropped_after else len(part.text)
    text = _flat(part.text[kept_from:kept_to])
    line = ExcerptLine(
        number=None,
        start_ms=cue.start_ms,
        end_ms=cue.end_ms,
        text=f"{OMITTED} {text}" if dropped_before else text,
        edge=part.edge,
        speaker=cue.speaker,
        cue=cue.number,
        outside_before="" if dropped_before else _flat(cue.text[: part.start]),
        outside_after="" if dropped_after else _flat(cue.text[part.end :]),
        words=tuple(
            word
            for start, _, word in placed_words(cue)
            if part.start + kept_from <= start < part.start + kept_to
        ),
    )
    if dropped_after:
        line = evolve(line, text=f"{line.text} {OMITTED}")
    return line, dropped_before or dropped_after


def _context(
    cues: Sequence[Cue],
    span: Span,
    parts: Sequence[_Part],
    lines: Sequence[tuple[int, ExcerptLine]],
) -> tuple[list[Cue], list[Cue]]:
    """Return the cue before and the cue after the lines; all of its voices, if it has several.

    A cue that was trimmed away whole is nearer than any outside the span, so that nothing is
    missing between the context and the lines.
    """
    inside = {part.index for part in parts}
    printed = {index for index, _ in lines}
    first = min(printed, default=0)
    before: list[tuple[bool, int, int]] = []
    after: list[tuple[bool, int, int]] = []
    for index, cue in enumerate(cues):
        if index in printed or not cue.text.strip():
            continue
        low, high = _extent(cue)
        if index in inside:
            (before if index < first else after).append((index < first, index, index))
        elif high <= span.start_ms:
            before.append((False, high, index))
        else:
            after.append((True, low, index))
    return (
        _voices(cues, max(before)[2] if before else None, printed),
        _voices(cues, min(after)[2] if after else None, printed),
    )


def _extent(cue: Cue) -> tuple[int, int]:
    """Return when the cue's words begin and end, as far as is known."""
    words = [word for _, _, word in placed_words(cue)]
    times = [time for word in words for time in (word.start_ms, word.end_ms)]
    times = times or [cue.start_ms, cue.end_ms]
    return min(times), max(times)


def _voices(cues: Sequence[Cue], nearest: int | None, printed: set[int]) -> list[Cue]:
    """Return the cue at *nearest* with the other voices of the same cue."""
    if nearest is None:
        return []
    number = cues[nearest].number
    first = last = nearest
    while first > 0 and cues[first - 1].number == number:
        first -= 1
    while last + 1 < len(cues) and cues[last + 1].number == number:
        last += 1
    return [
        cues[index]
        for index in range(first, last + 1)
        if index not in printed and cues[index].text.strip()
    ]


def _whole(cue: Cue, edge: Edge) -> ExcerptLine:
    """Return a line of context."""
    return ExcerptLine(
        number=None,
        start_ms=cue.start_ms,
        end_ms=cue.end_ms,
        text=_flat(cue.text),
        edge=edge,
        speaker=cue.speaker,
        cue=cue.number,
    )


def _flat(text: str) -> str:
    """Return *text* on one line."""
    return " ".join(text.split())
