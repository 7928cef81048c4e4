# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look for the words of each excerpt in the transcript that the package holds.

A plain WebVTT or SubRip file is read again, by a reader of its own, and each line of an excerpt is
held against its cue: times, speaker, words. In any other text file the words alone are looked for.
What cannot be found there is not checked, which is no pass.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Severity
from evidencekit.verifier.cues import Block, read_cues, spoken
from evidencekit.verifier.record import bytes_of, number, rows, table, text
from evidencekit.verifier.result import CLIPS, INTEGRITY, error
from evidencekit.verifier.strictjson import NotReadable
from evidencekit.verifier.words import squashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from evidencekit.model.findings import Finding

_LIMIT_BYTES = 64_000_000
#: Stands in a line for words that the excerpt leaves out.
_OMITTED = "[…]"
_NESTED = 64


#: The formats of files that are named as captions are.
_CAPTIONS = frozenset({"srt", "teams", "teams-metadata", "webvtt"})


def check_transcripts(root: Path, record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return where the excerpts of the record are not what the stored transcripts say."""
    findings: list[Finding] = []
    inputs = {text(each, "id"): each for each in rows(record, "inputs")}
    for recording in rows(record, "recordings"):
        clips = [
            each
            for each in rows(record, "clips")
            if text(each, "recording") == text(recording, "id") and table(each, "excerpt")
        ]
        findings += [each for clip in clips for each in _check_numbers(clip)]
        transcript = table(recording, "transcript")
        stored = text(inputs.get(text(transcript, "input"), {}), "stored")
        if not transcript:
            findings += [
                _wrong(clip, "has an excerpt, and its recording has no transcript")
                for clip in clips
            ]
        elif stored:
            findings += _check_file(root, stored, transcript, clips)
        elif clips:
            findings.append(_not_here(recording, clips))
    return tuple(findings)


def _not_here(recording: Mapping[str, Any], clips: Sequence[Mapping[str, Any]]) -> Finding:
    numbers = ", ".join(str(number(each, "number")) for each in clips)
    return error(
        "EK-T032",
        f"transcript:{text(recording, 'id')}",
        f"is not here, so the words of clip{'' if len(clips) == 1 else 's'} {numbers} were not "
        "compared with it",
        group=CLIPS,
        severity=Severity.NOT_CHECKED,
    )


def _name(clip: Mapping[str, Any]) -> str:
    return f"clip {number(clip, 'number')}"


def _wrong(clip: Mapping[str, Any], message: str) -> Finding:
    return error("EK-T030", _name(clip), message, group=CLIPS)


def _lines(clip: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(rows(table(clip, "excerpt"), "lines"))


def _check_numbers(clip: Mapping[str, Any]) -> Iterator[Finding]:
    """Lines are numbered from 1; those of context are not."""
    lines = _lines(clip)
    numbers = [each.get("number") for each in lines if each.get("number") is not None]
    if numbers != list(range(1, len(numbers) + 1)):
        yield _wrong(clip, "the lines of its excerpt are not numbered from 1 in order")
    for each in lines:
        context = text(each, "edge") in {"before", "after"}
        if context != (each.get("number") is None):
            message = f"the line of cue {number(each, 'cue')} is context, or numbered, and not both"
            yield _wrong(clip, message)


def _check_file(
    root: Path,
    stored: str,
    transcript: Mapping[str, Any],
    clips: Iterable[Mapping[str, Any]],
) -> Iterator[Finding]:
    try:
        data = bytes_of(root, stored, most=_LIMIT_BYTES)
    except NotReadable:
        return  # the file is named elsewhere: it is missing, or none
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        written = ""
    form = text(transcript, "format")
    if stored.casefold().endswith((".vtt", ".srt")) and form not in _CAPTIONS:
        yield error(
            "EK-T032",
            text(transcript, "input"),
            f"is captions by its name, {stored}, and by the record of a format that is not: its "
            "cues were not compared one by one",
            group=CLIPS,
            severity=Severity.NOT_CHECKED,
            found=form,
        )
    if number(transcript, "cues") > number(transcript, "cues_seen"):
        message = "has more cues, says the record, than were seen"
        yield error("EK-T031", text(transcript, "input"), message, group=INTEGRITY)
    blocks = read_cues(written, form) if written else None
    if blocks is None:
        yield from _check_words(stored, written, form, clips)
        return
    if number(transcript, "cues_seen") != len(blocks):
        yield error(
            "EK-T031",
            text(transcript, "input"),
            f"has not as many cues as the record says, in {stored}",
            group=INTEGRITY,
            expected=number(transcript, "cues_seen"),
            found=len(blocks),
        )
    for clip in clips:
        yield from _check_cues(stored, blocks, clip)


def _check_cues(
    stored: str, blocks: tuple[Block, ...], clip: Mapping[str, Any]
) -> Iterator[Finding]:
    """Hold each line against its cue; between the first and the last no cue may be left out."""
    lines = _lines(clip)
    for line in lines:
        cue = number(line, "cue")
        wrong = _compare(line, blocks[cue - 1]) if 1 <= cue <= len(blocks) else "is not there"
        if wrong:
            yield _wrong(clip, f"cue {cue} of its excerpt {wrong} in {stored}")
    cues = [number(each, "cue") for each in lines]
    for each in range(min(cues, default=1), max(cues, default=0) + 1):
        block = blocks[each - 1] if 1 <= each <= len(blocks) else None
        if each not in cues and block is not None and block.words and _is_within(block, clip):
            yield _wrong(clip, f"its excerpt leaves out cue {each} of {stored}")


def _is_within(block: Block, clip: Mapping[str, Any]) -> bool:
    requested = table(clip, "requested")
    low, high = sorted((block.start_ms, block.end_ms))
    return number(requested, "from_ms") < high and low < number(requested, "to_ms")


def _compare(line: Mapping[str, Any], block: Block) -> str:
    """Say how a line differs from its cue; nothing where it does not."""
    if (number(line, "start_ms"), number(line, "end_ms")) != (block.start_ms, block.end_ms):
        return "has other times"
    speaker = text(line, "speaker")
    if squashed(speaker) not in block.raw or (not speaker and block.voiced):
        return "has another speaker"
    return "" if all(each in block.words for each in _words(line)) else "has other words"


def _words(line: Mapping[str, Any]) -> list[str]:
    """Return the stretches of words that must stand in the transcript."""
    texts = [text(line, key) for key in ("text", "outside_before", "outside_after")]
    return [spoken(part) for each in texts for part in each.split(_OMITTED)]


def _check_words(
    stored: str, written: str, form: str, clips: Iterable[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Look for the words alone, in a file that is not read cue by cue."""
    there = _all_words(written)
    for clip in clips:
        missing = [
            number(each, "cue")
            for each in _lines(clip)
            if not all(part in there for part in _words(each))
        ]
        if missing:
            cues = ", ".join(str(each) for each in missing[:5])
            yield error(
                "EK-T032",
                _name(clip),
                f"the words of cue {cues} were not found as they stand in {stored}, which is of "
                f"format {form} and not read here",
                group=CLIPS,
                severity=Severity.NOT_CHECKED,
            )


def _all_words(written: str) -> str:
    """Return the words of a file; of JSON, those of its texts one after the other."""
    if written.lstrip()[:1] in {"{", "["}:
        try:
            return squashed("".join(_texts(json.loads(written), 0)))
        except (ValueError, RecursionError):
            pass
    return spoken(written)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if depth > _NESTED:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, depth + 1)
