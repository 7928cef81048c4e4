# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take the sound out of spans of a clip, to the sample, and leave every other sample as it is.

A muted sample is zero in every channel. Which spans were muted is part of what is returned, so that
nobody takes a muted clip for a whole one.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import ClipUnwritable
from evidencekit.media.clipfile import ClipWriter, check_target, sha256_of
from evidencekit.media.form import integer_blocks
from evidencekit.media.source import SoundReader
from evidencekit.model.digest import Digest
from evidencekit.model.timecode import SampleRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evidencekit.media.source import Array


@frozen(kw_only=True)
class MutedClip:
    """A muted clip as written.

    `muted` are the ranges without sound, in samples of the clip from 0; `clip_digest` is that of
    the file that was muted, and the others are as those of `ClipFile`.
    """

    path: Path
    muted: tuple[SampleRange, ...]
    sample_count: int
    clip_digest: Digest
    samples_digest: Digest
    file_digest: Digest


def mute(clip: Path, ranges: Iterable[SampleRange], *, to: Path) -> MutedClip:
    """Write *clip* as *to*, .wav or .flac, with no sound in *ranges* of its samples.

    Raises:
        RecordingUnreadable: if the clip cannot be decoded.
        ClipUnwritable: if there is nothing to mute, a range reaches beyond the clip, or the file
            cannot be written.
        NoSpace: if the disk is full.
    """
    check_target(to)
    muted = merged(ranges)
    if not muted:
        raise ClipUnwritable(str(to), "would have nothing muted: no span was named")
    writer, count = _written(clip, muted, to)
    return MutedClip(
        path=to,
        muted=muted,
        sample_count=count,
        clip_digest=sha256_of(clip),
        samples_digest=writer.samples_digest,
        file_digest=writer.file_digest,
    )


def _written(clip: Path, muted: tuple[SampleRange, ...], to: Path) -> tuple[ClipWriter, int]:
    """Write the clip with its muted ranges; return what wrote it, and how many samples it has."""
    with SoundReader(clip) as sound, ExitStack() as undo:
        writer: ClipWriter | None = None
        for form, first, integers in integer_blocks(sound):
            if writer is None:
                channels, rate = sound.form.channels, sound.form.sample_rate
                writer = ClipWriter(to, rate=rate, channels=channels, form=form)
                undo.callback(writer.discard)
            writer.write(silenced(integers, first, muted))
        count = sound.sample_count
        if writer is None or muted[-1].end > count:
            reason = f"cannot be muted beyond its end: it has {count} samples"
            raise ClipUnwritable(str(to), reason)
        writer.close()
        writer.keep()
        undo.pop_all()
        return writer, count


def silenced(integers: Array, first: int, muted: Sequence[SampleRange]) -> Array:
    """Return samples, the first of which has the number *first*, with zeros in *muted*."""
    end = first + len(integers)
    touched = [each for each in muted if each.first < end and each.end > first]
    if not touched:
        return integers
    made = integers.copy()
    for each in touched:
        made[max(each.first - first, 0) : each.end - first] = 0
    return made


def merged(ranges: Iterable[SampleRange]) -> tuple[SampleRange, ...]:
    """Return ranges in order, those that meet or overlap as one."""
    found: list[SampleRange] = []
    for each in sorted(ranges, key=lambda each: each.first):
        if found and each.first <= found[-1].end:
            last = found.pop()
            found.append(SampleRange(last.first, max(last.end, each.end)))
        else:
            found.append(each)
    return tuple(found)
