# SPDX-License-Identifier: AGPL-3.0-or-later
"""ELAN (.eaf): XML with a tier for each speaker, times as slots in milliseconds.

A reference annotation has the times of the one it refers to. A slot without a value lies between
its neighbours: the annotation is given theirs and marked as inferred. Tiers are read as one
transcript in the order of time, each in its own order; speech that overlaps is speech. A tier that
only repeats the words of the tier it depends on gives those words their times.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.errors import TranscriptError
from evidencekit.model.findings import Severity
from evidencekit.transcript.assemble import Raw, assemble
from evidencekit.transcript.content import Kind
from evidencekit.transcript.limits import refuse_too_many_cues
from evidencekit.transcript.tally import noted, summed_up
from evidencekit.transcript.times import whole_ms
from evidencekit.transcript.words import tokens
from evidencekit.transcript.wordtimes import Timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from evidencekit.model.findings import Finding
    from evidencekit.model.transcript import Transcript

__all__ = ["KIND", "NAME", "read", "recognise"]

NAME = "elan"
KIND = Kind.XML


@frozen(kw_only=True)
class _Annotation:
    """`start` and `end` are times; `start_given` and `end_given` say whether the file has them."""

    id: str
    text: str
    start: int | None
    end: int | None
    given: bool
    refers_to: str | None = None


@frozen(kw_only=True)
class _Tier:
    name: str
    speaker: str | None
    depends_on: str | None
    annotations: tuple[_Annotation, ...]


def recognise(root: Any) -> str | None:
    """Return why *root* is taken for an ELAN document, or None."""
    return "its root is ANNOTATION_DOCUMENT" if root.tag == "ANNOTATION_DOCUMENT" else None


def read(root: Any, name: str) -> Transcript:
    """Return the transcript that *root* holds; *name* is what errors and findings call it.

    Raises:
        TranscriptError: if its times are not milliseconds, there are more cues than are read, or
            none of them can be read.
    """
    header = root.find("HEADER")
    units = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        msg = f"its times are counted in {units}, and only milliseconds are read"
        raise TranscriptError(name, 0, msg)
    tiers = _with_referred_times(_tiers(root, name))
    spoken, words = _words_apart(tiers)
    rows = list(
        heapq.merge(
            *([_raw(tier, each, words) for each in tier.annotations] for tier in spoken),
            key=lambda raw: -1 if raw.start_ms is None else raw.start_ms,
        )
    )
    return assemble(
        rows, name=name, format_name=NAME, findings=_findings(root, tiers, spoken, name)
    )


def _tiers(root: Element, name: str) -> list[_Tier]:
    bounds = _bounds(root)
    tiers = []
    count = 0
    for tier in root.iter("TIER"):
        annotations = tuple(_annotation(each, bounds) for each in tier.iter("ANNOTATION"))
        count += len(annotations)
        refuse_too_many_cues(count, name)
        label = (tier.get("PARTICIPANT") or tier.get("TIER_ID") or "").strip()
        tiers.append(
            _Tier(
                name=tier.get("TIER_ID") or "",
                speaker=label or None,
                depends_on=tier.get("PARENT_REF"),
                annotations=annotations,
            )
        )
    return tiers


def _bounds(root: Element) -> dict[str, tuple[int | None, int | None, bool]]:
    """Return for each slot the last time up to it, the first from it on, and if it has one."""
    slots = [
        (slot.get("TIME_SLOT_ID", ""), whole_ms(slot.get("TIME_VALUE")))
        for slot in root.iter("TIME_SLOT")
    ]
    before: list[int | None] = []
    known: int | None = None
    for _, value in slots:
        known = value if value is not None else known
        before.append(known)
    after: list[int | None] = []
    known = None
    for _, value in reversed(slots):
        known = value if value is not None else known
        after.append(known)
    return {
        slot: (low, high, value is not None)
        for (slot, value), low, high in zip(slots, before, reversed(after), strict=True)
    }


def _annotation(
    annotation: Element, bounds: Mapping[str, tuple[int | None, int | None, bool]]
) -> _Annotation:
    each = next(iter(annotation), annotation)
    value = each.find("ANNOTATION_VALUE")
    text = "" if value is None else (value.text or "")
    nowhere = (None, None, True)
    low, _, begins = bounds.get(each.get("TIME_SLOT_REF1", ""), nowhere)
    _, high, ends = bounds.get(each.get("TIME_SLOT_REF2", ""), nowhere)
    return _Annotation(
        id=each.get("ANNOTATION_ID", ""),
        text=text.strip(),
        start=low,
        end=high,
        given=begins and ends,
        refers_to=each.get("ANNOTATION_REF"),
    )


def _with_referred_times(tiers: Sequence[_Tier]) -> list[_Tier]:
    """Give each reference annotation the times of what it refers to, over all steps."""
    by_id = {each.id: each for tier in tiers for each in tier.annotations}

    def timed(each: _Annotation) -> _Annotation:
        found: _Annotation | None = each
        seen: set[str] = set()
        while found is not None and found.refers_to is not None and found.id not in seen:
            seen.add(found.id)
            found = by_id.get(found.refers_to)
        if found is None or found.refers_to is not None:
            return each
        return evolve(each, start=found.start, end=found.end, given=found.given)

    return [evolve(tier, annotations=tuple(map(timed, tier.annotations))) for tier in tiers]


def _words_apart(tiers: Sequence[_Tier]) -> tuple[list[_Tier], dict[str, list[Timed]]]:
    """Part tiers that hold the timed words of another from the rest; the words by annotation."""
    by_name = {tier.name: tier for tier in tiers}
    spoken: list[_Tier] = []
    words: dict[str, list[Timed]] = {}
    for tier in tiers:
        parent = by_name.get(tier.depends_on or "")
        if parent is None or parent is tier or not _same_words(tier, parent):
            spoken.append(tier)
            continue
        starts = sorted(
            (each.start, each.end or each.start, each.id)
            for each in parent.annotations
            if each.start is not None
        )
        at = 0
        for each in tier.annotations:
            while (
                at + 1 < len(starts) and each.start is not None and starts[at + 1][0] <= each.start
            ):
                at += 1
            if starts:
                timed = Timed(text=each.text, start_ms=each.start, end_ms=each.end)
                words.setdefault(starts[at][2], []).append(timed)
    return spoken, words


def _same_words(tier: _Tier, parent: _Tier) -> bool:
    """Return whether a tier of several annotations repeats the words of its parent."""
    if len(tier.annotations) <= len(parent.annotations):
        return False
    return _folded(tier.annotations) == _folded(parent.annotations)


def _folded(annotations: Iterable[_Annotation]) -> list[str]:
    return [token.folded for each in annotations for token in tokens(each.text)]


def _raw(tier: _Tier, each: _Annotation, words: Mapping[str, list[Timed]]) -> Raw:
    return Raw(
        text=each.text,
        start_ms=each.start,
        end_ms=each.end,
        speaker=tier.speaker,
        source_id=each.id or None,
        words=tuple(words.get(each.id, ())),
        end_inferred=not each.given,
    )


def _findings(
    root: Element, tiers: Sequence[_Tier], spoken: Sequence[_Tier], name: str
) -> list[Finding]:
    found: list[Finding] = []
    if len(spoken) > 1:
        message = f"its {len(spoken)} tiers are read as one, in the order of time"
        found.append(noted("EK-T022", name, message))
    if depending := sum(1 for tier in spoken if tier.depends_on):
        message = (
            f"{depending} of its {len(tiers)} tiers depend on others (translations, notes or "
            "another spelling) and are read as cues of their own"
        )
        found.append(noted("EK-T022", name, message, severity=Severity.WARNING))
    origins = [
        f"medium {number}"
        for number, media in enumerate(root.iter("MEDIA_DESCRIPTOR"), start=1)
        if media.get("TIME_ORIGIN", "0").strip() not in {"", "0"}
    ]
    found.extend(
        summed_up(
            "EK-T028",
            Severity.WARNING,
            name,
            origins,
            one="it says that a medium begins at another time than the transcript; times are read "
            "as written",
            many="it says that {count} media begin at other times than the transcript; times are "
            "read as written",
        )
    )
    return found
