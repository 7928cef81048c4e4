# SPDX-License-Identifier: AGPL-3.0-or-later
"""Praat's TextGrid, long or short: tiers of intervals, a tier for each speaker.

As Praat does, only numbers that stand free, quoted strings and flags in angle brackets are read;
everything else in the file is for the eye. Intervals without words are the silence between. The
tiers are read as one transcript in the order of time, each in its own order. A tier of words, as
aligners write, is divided into cues; a tier of sounds ("phones") is left out, and that is reported.
"""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.stream import Spoken, cues_of_words, divided_here
from evidencekit.transcript.tally import noted
from evidencekit.transcript.times import seconds_ms
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from evidencekit.model.findings import Finding
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "textgrid"
KIND = Kind.TEXT
_HEAD = re.compile(
    r'\s*(?:File type\s*=\s*)?"ooTextFile(?: short)?"\s*(?:Object class\s*=\s*)?"TextGrid"'
)
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]++|"")*+)"'
    r"|(?<!\S)(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?)(?!\S)"
    r"|<(?P<flag>exists|absent)>"
)
_SOUNDS = frozenset({"phone", "phones", "phoneme", "phonemes", "segments"})
_WORDS = frozenset({"word", "words"})


@frozen(kw_only=True)
class _Tier:
    name: str
    labels: tuple[tuple[int | None, int | None, str], ...]


def recognise(text: str) -> str | None:
    """Return why *text* is taken for a TextGrid, or None."""
    return "it names itself a TextGrid" if _HEAD.match(text) else None


def read(text: str, name: str) -> Transcript:
    """Return the transcript that *text* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if it breaks off, there are more cues than are read, or none of them can
            be read.
    """
    tiers = _Parser(text.replace("\0", "\ufffd"), name).tiers()
    findings: list[Finding] = []
    spoken = [tier for tier in tiers if _kind(tier.name)[1] not in _SOUNDS]
    if len(spoken) < len(tiers):
        message = f"{len(tiers) - len(spoken)} tiers of single sounds are left out"
        findings.append(noted("EK-T022", name, message, severity=Severity.WARNING))
    if len(spoken) > 1:
        message = f"its {len(spoken)} tiers are read as one, in the order of time"
        findings.append(noted("EK-T022", name, message))
    if any(_kind(tier.name)[1] in _WORDS for tier in spoken):
        findings.append(divided_here(name))
    rows = heapq.merge(
        *(_raws(tier) for tier in spoken),
        key=lambda raw: -1 if raw.start_ms is None else raw.start_ms,
    )
    return assemble(list(rows), name=name, format_name=NAME, findings=findings)


def _kind(tier: str) -> tuple[str | None, str]:
    """Return the speaker and what the tier holds: "Amara - words" is Amara's tier of words."""
    speaker, _, what = tier.rpartition(" - ")
    return speaker or None, what.strip().casefold()


def _raws(tier: _Tier) -> list[Raw]:
    speaker, what = _kind(tier.name)
    labels = [each for each in tier.labels if each[2].strip()]
    if what in _WORDS:
        return cues_of_words(
            Spoken(word=Timed(text=text, start_ms=start, end_ms=end), speaker=speaker)
            for start, end, text in labels
        )
    return [
        Raw(text=text.strip(), start_ms=start, end_ms=end, speaker=tier.name.strip() or None)
        for start, end, text in labels
    ]


class _Parser:
    """Reads the free-standing values of the file, one after the other."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._values = _TOKEN.finditer(text)
        self._last = 0

    def tiers(self) -> list[_Tier]:
        self._string()
        self._string()
        self._number()
        self._number()
        if self._next().group("flag") != "exists":
            return []
        return [self._tier() for _ in range(self._count())]

    def _tier(self) -> _Tier:
        kind, tier = self._string(), self._string()
        self._number()
        self._number()
        labels = []
        for _ in range(self._count()):
            start = seconds_ms(self._number())
            end = start if kind == "TextTier" else seconds_ms(self._number())
            labels.append((start, end, self._string()))
        return _Tier(name=tier, labels=tuple(labels))

    def _next(self) -> re.Match[str]:
        match = next(self._values, None)
        if match is None:
            msg = "it breaks off before its last tier is whole"
            raise self._broken(msg)
        self._last = match.start()
        return match

    def _string(self) -> str:
        found = self._next().group("text")
        if found is None:
            msg = "a text in quotation marks should stand here"
            raise self._broken(msg)
        return str(found).replace('""', '"')

    def _number(self) -> str:
        found = self._next().group("number")
        if found is None:
            msg = "a number should stand here"
            raise self._broken(msg)
        return str(found)

    def _count(self) -> int:
        number = self._number()
        if not number.isdigit():
            msg = "a count should stand here"
            raise self._broken(msg)
        refuse_too_many_cues(int(number), self._name)
        return int(number)

    def _broken(self, reason: str) -> TranscriptError:
        return TranscriptError(self._name, self._text.count("\n", 0, self._last) + 1, reason)
