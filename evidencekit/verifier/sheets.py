# SPDX-License-Identifier: AGPL-3.0-or-later
"""Look on paper for what was measured: on each clip's sheet, and on the schedule of recordings.

The pages are what somebody else holds. What they print of a clip's digests and samples is an anchor
outside the computer, where record, files and lists were all made to agree again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.timecode import format_media_time, samples_to_ms
from evidencekit.verifier.clip_record import name_of
from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import CLIPS, PROVENANCE, error
from evidencekit.verifier.words import is_simple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.findings import Finding
    from evidencekit.verifier.words import PageWords

#: Where a recording was made is not printed: it may be a protected address.
_KEPT_BACK = ("location", "iso6709", "gps", "latitude", "longitude")


def check_sheets(record: Mapping[str, Any], words: PageWords) -> tuple[Finding, ...]:
    """Return what the pages do not print of the record's clips and recordings."""
    entries = {text(each, "item"): each for each in rows(table(record, "bundle"), "index")}
    findings: list[Finding] = []
    for clip in rows(record, "clips"):
        entry = entries.get(f"clip:{number(clip, 'number')}")
        if entry is not None:
            where = f"the sheet of clip {number(clip, 'number')}, {_where(entry, words)},"
            findings += _look(
                "EK-V022", name_of(clip), where, _of_clip(clip), entry, words, group=CLIPS
            )
    schedule = entries.get("part:recordings")
    for recording in rows(record, "recordings"):
        if schedule is not None:
            findings += _look(
                "EK-V023",
                text(recording, "id"),
                f"the schedule of recordings, {_where(schedule, words)},",
                _of_recording(recording),
                schedule,
                words,
                group=PROVENANCE,
            )
    return tuple(findings)


def _where(entry: Mapping[str, Any], words: PageWords) -> str:
    return words.named(number(entry, "pdf_page"), number(entry, "pages"))


def _look(
    code: str,
    subject: str,
    where: str,
    wanted: Iterator[tuple[str, str]],
    entry: Mapping[str, Any],
    words: PageWords,
    *,
    group: str,
) -> Iterator[Finding]:
    first, pages = number(entry, "pdf_page"), number(entry, "pages")
    for what, printed in wanted:
        if is_simple(printed) and not words.holds(printed, first, pages):
            yield error(code, subject, f"{where} does not print {what}", group=group)


def _of_clip(clip: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    samples, requested = table(clip, "samples"), table(clip, "requested")
    first, end, rate = (number(samples, each) for each in ("first", "end", "rate"))
    count = end - first
    yield "the digest of its file", text(clip, "file_sha256")
    yield "the digest of its samples", text(clip, "samples_sha256")
    yield "the digest of its recording", text(clip, "source_sha256")
    yield (
        "its samples",
        (
            f"sample {first:,} to sample {end - 1:,}, both included, counted from 0; "
            f"{_counted(count, 'sample')} at {rate:,} a second"
        ),
    )
    start, stop = (max(number(requested, each), 0) for each in ("from_ms", "to_ms"))
    yield "the times asked for", f"{format_media_time(start)} to {format_media_time(stop)}"
    # Between the two times that are printed, so that the page adds up.
    length = samples_to_ms(end, rate) - samples_to_ms(first, rate) if rate > 0 else 0
    yield "its length", f"({length // 1000:,}.{length % 1000:03} s)"
    yield "the decoder that the record names", _decoder(table(clip, "decoder"))
    yield "the name of its file", text(clip, "file").rpartition("/")[2]
    yield "its title", f"Clip {number(clip, 'number')}: {text(clip, 'title')}"
    viewing = table(clip, "viewing_copy")
    if viewing:
        yield "the digest of its viewing copy", text(viewing, "file_sha256")
        yield "the name of its viewing copy", text(viewing, "file").rpartition("/")[2]
    for still in rows(clip, "stills"):
        yield "the time of a still", format_media_time(max(number(still, "at_ms"), 0))


def _of_recording(recording: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    measured = table(recording, "measured")
    count, rate = number(measured, "sample_count"), number(measured, "sample_rate")
    yield "its digest", text(recording, "sha256")
    yield "its size", _counted(number(recording, "size"), "byte")
    yield "its length in samples", f"{_counted(count, 'sample')} at {rate:,} a second"
    yield "the decoder that the record names", _decoder(table(measured, "decoder"))
    errors = number(measured, "decode_errors")
    counted = _counted(errors, "error") if errors else "no errors"
    yield "how many errors there were in decoding", f"{counted} in decoding"
    for fact in rows(recording, "file_says"):
        stated = table(fact, "stated")
        name = f"{text(fact, 'name')} {text(stated, 'source')}".casefold()
        if not any(each in name for each in _KEPT_BACK):
            yield f"what the file says of its {text(fact, 'name')}", text(stated, "value")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _decoder(decoder: Mapping[str, Any]) -> str:
    library = f"{text(decoder, 'library')} {text(decoder, 'library_version')}"
    return f"{text(decoder, 'name')} ({library}, FFmpeg {text(decoder, 'ffmpeg_version')})"
