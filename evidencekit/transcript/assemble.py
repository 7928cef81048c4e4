# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what a format's reader found to a transcript, with the same findings for every format.

A reader hands over each cue as its source has it, unreadable times included. Here cues are counted,
those without a start are left out and reported, words are laid over their text, and where a source
gives no end one is inferred: a cue ends where the next one that starts later begins. The last one's
end nobody knows; it is left equal to its start, which with `end_inferred` means "open".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Severity
from evidencekit.model.transcript import Cue, Transcript
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.tally import noted, summed_up
from evidencekit.transcript.voices import speakers_from_labels
from evidencekit.transcript.wordtimes import Timed, WordsFit, lay_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.findings import Finding

__all__ = ["Raw", "assemble"]

#: NUL, and half of a pair of UTF-16: JSON can write them, a file of text cannot.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@frozen(kw_only=True)
class Raw:
    """A cue as its source has it. A time is None where it is missing or cannot be read.

    `untimed` is True for words that the source gives without any time, such as a heading.
    `end_inferred` is for an end that the reader took from elsewhere in the source.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str | None = None
    source_id: str | None = None
    line: int | None = None
    words: tuple[Timed, ...] = ()
    untimed: bool = False
    end_inferred: bool = False


def assemble(
    raws: Sequence[Raw],
    *,
    name: str,
    format_name: str,
    language: str | None = None,
    labels: bool = False,
    findings: Sequence[Finding] = (),
) -> Transcript:
    """Return the transcript of *raws*; *name* is what errors and findings call it.

    With *labels* speakers may stand as "Name:" at the start of the words.

    Raises:
        TranscriptError: if there are more cues than are read, or none of them can be read.
    """
    refuse_too_many_cues(len(raws), name)
    raws, replaced = _writable(raws)
    readable = [each for each in raws if each.start_ms is not None]
    if raws and not readable:
        msg = f"none of its {len(raws)} cues could be read: they have no times, or none that fit"
        raise TranscriptError(name, raws[0].line or 0, msg)
    ends = _ends([(each.start_ms or 0, each.end_ms) for each in readable])
    cues, by_fit = _cues(raws, ends)
    spoken, found = speakers_from_labels(cues, subject=name) if labels else (tuple(cues), ())
    return Transcript(
        path=name,
        format=format_name,
        cues=spoken,
        cues_seen=len(raws),
        language=language or None,
        findings=(
            *findings,
            *_replaced(replaced, name),
            *_left_out(raws, name),
            *_about_words(by_fit, name),
            *_inferred(spoken, name),
            *found,
        ),
    )


def _cues(raws: Sequence[Raw], ends: Sequence[int]) -> tuple[list[Cue], dict[WordsFit, list[str]]]:
    """Return the cues that have a start, and where words fitted their text and where not."""
    by_fit: dict[WordsFit, list[str]] = {fit: [] for fit in WordsFit}
    cues: list[Cue] = []
    for number, each in enumerate(raws, start=1):
        if each.start_ms is None:
            continue
        cue = _cue(each, number, ends[len(cues)], each.start_ms)
        if each.words:
            laid = lay_words(cue.text, each.words, start_ms=cue.start_ms, end_ms=cue.end_ms)
            by_fit[laid.fit].append(_place(each, number))
            cue = evolve(cue, words=laid.words)
        cues.append(cue)
    return cues, by_fit


def _writable(raws: Sequence[Raw]) -> tuple[list[Raw], int]:
    """Return the cues with what no text can hold shown as U+FFFD, and how often that was done."""
    done: list[Raw] = []
    count = 0
    for each in raws:
        found = len(_UNWRITABLE.findall(each.text))
        if found or any(_UNWRITABLE.search(t) for t in (each.speaker or "", each.source_id or "")):
            count += found or 1
            each = evolve(  # noqa: PLW2901  the cue as it is shown
                each,
                text=_shown(each.text),
                speaker=None if each.speaker is None else _shown(each.speaker),
                source_id=None if each.source_id is None else _shown(each.source_id),
                words=tuple(evolve(word, text=_shown(word.text)) for word in each.words),
            )
        done.append(each)
    return done, count


def _shown(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _replaced(count: int, name: str) -> tuple[Finding, ...]:
    if not count:
        return ()
    message = f"signs that no text can hold, {count} in all, are shown as \N{REPLACEMENT CHARACTER}"
    return (noted("EK-T014", name, message),)


def _cue(raw: Raw, number: int, end_ms: int, start_ms: int) -> Cue:
    return Cue(
        number=number,
        start_ms=start_ms,
        end_ms=end_ms,
        text=raw.text,
        speaker=raw.speaker,
        source_id=raw.source_id,
        line=raw.line,
        end_inferred=raw.end_ms is None or raw.end_inferred,
    )


def _place(raw: Raw, number: int) -> str:
    return f"cue {number}" if raw.line is None else f"line {raw.line}"


def _ends(times: Sequence[tuple[int, int | None]]) -> list[int]:
    """Return each cue's end: its own, or where the next begins that starts later than it."""
    ends = [start if end is None else end for start, end in times]
    waiting: list[int] = []
    for index, (start, end) in enumerate(times):
        while waiting and times[waiting[-1]][0] < start:
            ends[waiting.pop()] = start
        if end is None:
            waiting.append(index)
    return ends


def _left_out(raws: Sequence[Raw], name: str) -> tuple[Finding, ...]:
    places = [
        (each.untimed, _place(each, number))
        for number, each in enumerate(raws, start=1)
        if each.start_ms is None
    ]
    return (
        *summed_up(
            "EK-T011",
            Severity.WARNING,
            name,
            [place for untimed, place in places if not untimed],
            one="the times of a cue could not be read, and it is left out",
            many="the times of {count} cues could not be read, and they are left out",
        ),
        *summed_up(
            "EK-T012",
            Severity.WARNING,
            name,
            [place for untimed, place in places if untimed],
            one="a block of text has no times, and it is left out",
            many="{count} blocks of text have no times, and they are left out",
        ),
    )


def _about_words(by_fit: dict[WordsFit, list[str]], name: str) -> tuple[Finding, ...]:
    return (
        *summed_up(
            "EK-T013",
            Severity.NOTE,
            name,
            by_fit[WordsFit.NO],
            one="the times inside a cue do not fit it, and only its own times are used",
            many="the times inside {count} cues do not fit them, and only the cues' own times "
            "are used",
        ),
        *summed_up(
            "EK-T019",
            Severity.NOTE,
            name,
            by_fit[WordsFit.PARTLY],
            one="a cue has words without times of their own, which are kept with the words "
            "beside them",
            many="{count} cues have words without times of their own, which are kept with the "
            "words beside them",
        ),
    )


def _inferred(cues: Sequence[Cue], name: str) -> tuple[Finding, ...]:
    count = Counter(cue.end_inferred for cue in cues)[True]
    if not count:
        return ()
    message = (
        f"{count} of {len(cues)} cues have no end of their own: each is taken to end where the "
        "next begins, and the last to go on to the recording's end"
    )
    return (noted("EK-T017", name, message),)
