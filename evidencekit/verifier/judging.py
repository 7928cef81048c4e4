# SPDX-License-Identifier: AGPL-3.0-or-later
"""Say what a new decode of a recording shows of it and of its clips.

Another version of FFmpeg, or another processor, may give a sample that differs by one step, or
leave out what an encoder added at the end. That is said, and is neither a failure nor hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Severity
from evidencekit.verifier.clip_record import name_of
from evidencekit.verifier.record import number, table, text
from evidencekit.verifier.result import CLIPS, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.clip import Decoder
    from evidencekit.model.findings import Finding
    from evidencekit.verifier.decoding import ComparedClip, Decoded

_LAST_BIT = 1
_VERSIONS = ("library_version", "ffmpeg_version", "machine")
_FORM = ("name", "container", "sample_format")


def judge_recording(recording: Mapping[str, Any], decoded: Decoded) -> Iterator[Finding]:
    """Compare what was measured with what is measured now."""
    ident, measured = text(recording, "id"), table(recording, "measured")
    recorded = table(measured, "decoder")
    same = is_same(recorded, decoded.decoder)
    counts = (
        ("samples", number(measured, "sample_count"), decoded.sample_count),
        ("errors in decoding", number(measured, "decode_errors"), decoded.decode_errors),
    )
    tracks = number(measured, "tracks")
    if decoded.tracks not in {None, tracks}:
        message = "has not as many audio tracks as the record says"
        yield error("EK-V011", ident, message, group=CLIPS, expected=tracks, found=decoded.tracks)
    for noun, then, now in counts:
        if then != now and same:
            message = f"has not as many {noun} as the record says"
            yield error("EK-V011", ident, message, group=CLIPS, expected=then, found=now)
        elif then != now:
            yield error(
                "EK-V012",
                ident,
                f"has {now} {noun} by the decoder here ({decoded.decoder}), and had {then} by the "
                f"one of the record ({_shown(recorded)}). The file is the same: versions of FFmpeg "
                "differ in what they leave out at its end",
                group=CLIPS,
                severity=Severity.NOTE,
            )
    if same and any(text(recorded, each) != getattr(decoded.decoder, each) for each in _FORM):
        message = "was decoded with another decoder than the record names, of the same version"
        yield error(
            "EK-V011",
            ident,
            message,
            group=CLIPS,
            expected=_shown(recorded),
            found=decoded.decoder,
        )


def is_same(recorded: Mapping[str, Any], now: Decoder) -> bool:
    """Say whether a record's decoder is of the version, and on the machine, of the one here."""
    return all(text(recorded, each) == getattr(now, each) for each in _VERSIONS)


def _shown(decoder: Mapping[str, Any]) -> str:
    library = f"{text(decoder, 'library')} {text(decoder, 'library_version')}"
    return f"{text(decoder, 'name')} ({library}, FFmpeg {text(decoder, 'ffmpeg_version')})"


def judge_clip(
    clip: Mapping[str, Any],
    recording: Mapping[str, Any],
    result: ComparedClip,
    decoded: Decoded,
) -> tuple[str, Finding | None]:
    """Return "equal", "near", "not checked" or "error", and the finding that says why."""
    if result.equal:
        return "equal", None
    if result.unreadable is not None:
        message = f"its file {result.unreadable}"
        return "error", error("EK-V003", name_of(clip), message, group=CLIPS)
    recorded = table(clip, "decoder")
    another = not is_same(recorded, decoded.decoder)
    near = (
        another
        and result.form_matches
        and result.max_difference <= _LAST_BIT
        and decoded.decoder.sample_format.startswith(("flt", "dbl"))
    )
    if near and result.length_matches:
        return "near", error(
            "EK-V008",
            name_of(clip),
            f"the same within 1 of 32,768: decoded by {decoded.decoder}, cut by {_shown(recorded)}",
            group=CLIPS,
            severity=Severity.NOTE,
        )
    missing = number(table(clip, "samples"), "end") - decoded.sample_count
    if near and 0 < missing < result.clip_sample_count:
        return "not checked", error(
            "EK-V013",
            name_of(clip),
            f"all but its last {missing} samples are the same; those the decoder here "
            f"({decoded.decoder}) leaves out, and the one it was cut with gave them "
            f"({_shown(recorded)})",
            group=CLIPS,
            severity=Severity.NOT_CHECKED,
        )
    return "error", error(
        "EK-V009",
        name_of(clip),
        f"does not hold the samples of {text(recording, 'id')} that it names: {_part(result)}",
        group=CLIPS,
        expected=text(clip, "samples_sha256"),
        found=result.recording_sha256,
    )


def _part(result: ComparedClip) -> str:
    """Say in words where clip and recording part."""
    if not result.form_matches:
        return "sample rate or channels differ"
    if result.first_difference is not None:
        return (
            f"they part at sample {result.first_difference}, by up to "
            f"{result.max_difference} of 32,768"
        )
    return f"the file has {result.clip_sample_count} samples, the range has others"
