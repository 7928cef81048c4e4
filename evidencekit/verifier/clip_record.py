# SPDX-License-Identifier: AGPL-3.0-or-later
"""Work out again what the record says of each clip and recording, from what it says elsewhere.

The times asked for decide the samples: the first is the first that sounds at or after the start,
and so is the end, or it is the end of the recording. Everything else follows from the samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.channels import wrong_choice
from evidencekit.model.timecode import Span, format_media_time, samples_to_ms
from evidencekit.verifier.chosen import chosen_by, contradicts_itself
from evidencekit.verifier.record import number, rows, table, text, values
from evidencekit.verifier.result import CLIPS, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.findings import Finding

_DECODER = ("name", "library", "library_version", "ffmpeg_version", "machine", "container",
            "sample_format")  # fmt: skip


def name_of(clip: Mapping[str, Any]) -> str:
    """Return what a finding calls a clip."""
    return f"clip {number(clip, 'number')}"


def check_clip_records(record: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what does not add up in what the record says of clips and recordings."""
    findings: list[Finding] = []
    clips = list(rows(record, "clips"))
    recordings = {text(each, "id"): each for each in rows(record, "recordings")}
    numbers = [number(each, "number") for each in clips]
    for each in clips:
        if numbers.count(number(each, "number")) > 1:
            findings.append(_wrong(each, "two clips have this number"))
        recording = recordings.get(text(each, "recording"))
        if recording is None:
            message = "no recording of that id is listed"
            findings.append(error("EK-V001", name_of(each), message, group=CLIPS))
            continue
        served = bool(values(record, "served"))
        findings += _check_clip(each, recording, _file_name(record, recording), served=served)
    files = [text(each, "file") for each in clips]
    findings += [
        _wrong(each, "has the file of another clip")
        for each in clips
        if files.count(text(each, "file")) > 1
    ]
    for ident, each in recordings.items():
        findings += _check_recording(ident, each, clips)
        findings += _check_likeness(ident, each, recordings)
    return tuple(findings)


def _wrong(
    clip: Mapping[str, Any], message: str, *, expected: object = None, found: object = None
) -> Finding:
    return error("EK-V020", name_of(clip), message, group=CLIPS, expected=expected, found=found)


def _file_name(record: Mapping[str, Any], recording: Mapping[str, Any]) -> str | None:
    """Return the name of the recording's file in the package; None where it was left out."""
    inputs = rows(record, "inputs")
    stored = next(
        (text(each, "stored") for each in inputs if text(each, "id") == text(recording, "input")),
        "",
    )
    return stored.rpartition("/")[2] or None


def _check_clip(
    clip: Mapping[str, Any], recording: Mapping[str, Any], file_name: str | None, *, served: bool
) -> Iterator[Finding]:
    measured, samples = table(recording, "measured"), table(clip, "samples")
    first, end, rate = (number(samples, each) for each in ("first", "end", "rate"))
    if text(clip, "source_sha256") != text(recording, "sha256"):
        yield error(
            "EK-V005",
            name_of(clip),
            "names another source than its recording's digest",
            group=CLIPS,
            expected=text(recording, "sha256"),
            found=text(clip, "source_sha256"),
        )
    yield from _check_form(clip, recording, samples)
    if not 0 <= first < end <= number(measured, "sample_count"):
        message = "its range of samples is none, or reaches beyond the recording"
        yield error("EK-V006", name_of(clip), message, group=CLIPS, found=f"{first} to {end}")
        return
    yield from _check_range(clip, number(measured, "sample_count"), rate)
    expected: dict[str, Any] = {
        "start_ms": samples_to_ms(first, rate),
        "length_ms": samples_to_ms(end, rate) - samples_to_ms(first, rate),
        "item": f"clip:{number(clip, 'number')}",
        "samples_form": f"s{number(samples, 'bits')}le interleaved",
        **dict(_times(clip)),
    }
    for key, value in expected.items():
        if key in clip and clip[key] != value:
            message = f"its {key} is not what its range and times give"
            yield _wrong(clip, message, expected=value, found=clip[key])
    yield from _check_fragment(clip, file_name)
    yield from _check_name(clip, served=served)


def _check_form(
    clip: Mapping[str, Any], recording: Mapping[str, Any], samples: Mapping[str, Any]
) -> Iterator[Finding]:
    """A clip has its recording's rate, track, channels and decoder."""
    measured = table(recording, "measured")
    if number(samples, "rate") != number(measured, "sample_rate"):
        message = "has another number of samples a second than its recording"
        yield _wrong(
            clip,
            message,
            expected=number(measured, "sample_rate"),
            found=number(samples, "rate"),
        )
    channels = len(chosen_by(clip)) or number(measured, "channels")
    if number(samples, "channels") != channels:
        message = "has another number of channels than its recording"
        yield _wrong(clip, message, expected=channels, found=number(samples, "channels"))
    if clip.get("track") != measured.get("track"):
        message = "is of another track than its recording's"
        yield _wrong(clip, message, expected=measured.get("track"), found=clip.get("track"))
    yield from _check_chosen(clip, recording, number(measured, "channels"))
    ours, theirs = table(clip, "decoder"), table(measured, "decoder")
    if any(ours.get(each) != theirs.get(each) for each in _DECODER):
        yield _wrong(clip, "names another decoder than its recording")


def _check_chosen(
    clip: Mapping[str, Any], recording: Mapping[str, Any], there: int
) -> Iterator[Finding]:
    """A clip holds the channels that were chosen of its recording, in their order."""
    ours, theirs = chosen_by(clip), chosen_by(recording)
    if ours != theirs:
        yield _wrong(
            clip,
            "is of other channels than those chosen of its recording",
            expected=_said(theirs),
            found=_said(ours),
        )
    if contradicts_itself(clip) or contradicts_itself(recording):
        yield _wrong(clip, "its record, or its recording's, names two choices of channels")
    elif wrong := wrong_choice(ours, there=there):
        yield _wrong(clip, f"is of channels that are not there: its recording {wrong}")


def _said(channels: tuple[int, ...]) -> str:
    return ", ".join(map(str, channels)) or "all"


def _check_range(clip: Mapping[str, Any], count: int, rate: int) -> Iterator[Finding]:
    """The samples must be those of the times that were asked for."""
    requested, samples = table(clip, "requested"), table(clip, "samples")
    found = (number(samples, "first"), number(samples, "end"))
    try:
        span = Span(
            start_ms=number(requested, "from_ms"), end_ms=number(requested, "to_ms")
        ).samples(rate)
    except ValueError:
        yield _wrong(clip, "the times that it was asked for by are no span")
        return
    expected = (span.first, min(span.end, count))
    if found != expected:
        yield _wrong(
            clip,
            "its samples are not those of the times that were asked for",
            expected="{} to {}".format(*expected),
            found="{} to {}".format(*found),
        )


def _times(clip: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    requested = table(clip, "requested")
    for key, of in (("from", "from_ms"), ("to", "to_ms")):
        yield key, format_media_time(max(number(requested, of), 0))


def _check_fragment(clip: Mapping[str, Any], file_name: str | None) -> Iterator[Finding]:
    """A media fragment names the recording's file and the times asked for, in seconds."""
    found = text(clip, "media_fragment")
    if not found:
        return
    requested = table(clip, "requested")
    times = ",".join(_seconds(number(requested, each)) for each in ("from_ms", "to_ms"))
    name, mark, fragment = found.rpartition("#t=")
    if not mark or fragment != times or (file_name is not None and name != file_name):
        message = "its media_fragment is not what its range and times give"
        yield _wrong(clip, message, expected=f"{file_name or name}#t={times}", found=found)


def _seconds(ms: int) -> str:
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)


def _check_name(clip: Mapping[str, Any], *, served: bool) -> Iterator[Finding]:
    """A clip's file is named by its number and its times, for whoever has nothing else."""
    file = text(clip, "file").rpartition("/")[2]
    requested = table(clip, "requested")
    start, end = (_short(number(requested, each)) for each in ("from_ms", "to_ms"))
    before, after = f"Clip {number(clip, 'number')} - ", f" {start} to {end}.wav"
    # A served clip keeps its name, also where its end is now asked for beyond the recording's.
    if not file.startswith(before) or not (file.endswith(after) or served):
        message = "its file's name does not give its number and times"
        yield _wrong(clip, message, expected=f"{before}...{after}", found=file)


def _short(ms: int) -> str:
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    if hours:
        return f"{hours}h{minutes:02}m{seconds:02}.{millis:03}s"
    return f"{minutes}m{seconds}.{millis:03}s"


def _check_recording(
    ident: str, recording: Mapping[str, Any], clips: list[Mapping[str, Any]]
) -> Iterator[Finding]:
    """A recording lists its clips, and its length is that of its samples."""
    own = [number(each, "number") for each in clips if text(each, "recording") == ident]
    if sorted(own) != sorted(each for each in values(recording, "clips") if isinstance(each, int)):
        message = "does not list the clips that are said to be of it"
        listed = ", ".join(f"clip {each}" for each in values(recording, "clips")) or "none"
        there = ", ".join(f"clip {each}" for each in own) or "none"
        yield error(
            "EK-V021",
            ident,
            f"{message}: it lists {listed}, and of it are {there}",
            group=CLIPS,
        )
    measured = table(recording, "measured")
    count, rate = number(measured, "sample_count"), max(number(measured, "sample_rate"), 1)
    if number(measured, "length_ms") != samples_to_ms(count, rate):
        yield error(
            "EK-V021",
            ident,
            "its length is not that of its samples",
            group=CLIPS,
            expected=samples_to_ms(count, rate),
            found=number(measured, "length_ms"),
        )


def _check_likeness(
    ident: str, recording: Mapping[str, Any], recordings: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """A recording names those that are the same file, and those with the same sound in another."""
    file, samples = text(recording, "sha256"), text(recording, "samples_sha256")
    same_file = [
        other
        for other, each in recordings.items()
        if other != ident and text(each, "sha256") == file
    ]
    same_samples = [
        other
        for other, each in recordings.items()
        if samples and text(each, "samples_sha256") == samples and text(each, "sha256") != file
    ]
    for key, expected in (("same_file_as", same_file), ("same_samples_as", same_samples)):
        if key in recording and sorted(map(str, values(recording, key))) != sorted(expected):
            yield error(
                "EK-V021",
                ident,
                f"its {key} is not what the digests give",
                group=CLIPS,
                expected=", ".join(expected) or "none",
                found=", ".join(map(str, values(recording, key))) or "none",
            )
