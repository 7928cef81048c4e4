# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keep the numbers of recordings and clips as they were served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.errors import EvidenceError, ServedItemChanged, SeveralErrors
from evidencekit.package.names import clip_file_name, unique_names, viewing_copy_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidencekit.model.material import CutClip, ReadRecording
    from evidencekit.model.served import Served, ServedClip


def keep_numbers(
    recordings: Sequence[ReadRecording], served: Served | None, *, clips_folder: Path
) -> tuple[ReadRecording, ...]:
    """Give served recordings and clips the numbers and file names that they were served with.

    New ones get the next numbers. Clip files in *clips_folder* are renamed.

    Raises:
        ServedItemChanged: for a served clip whose samples no clip of its recording holds;
            SeveralErrors for several.
    """
    if served is None:
        return tuple(recordings)
    ordered = _renumbered(recordings, served)
    clips = _numbered_clips(ordered, served)
    moved = _rename(clips, clips_folder)
    return tuple(
        evolve(
            each,
            clips=tuple(
                sorted(
                    (clip for clip in moved if clip.recording == each.recording.id),
                    key=lambda clip: clip.number,
                )
            ),
        )
        for each in ordered
    )


def _renumbered(recordings: Sequence[ReadRecording], served: Served) -> tuple[ReadRecording, ...]:
    known = {each.recording: each for each in served.recordings}
    old = [
        evolve(
            each,
            number=known[each.recording.id].number,
            file_name=known[each.recording.id].file_name,
        )
        for each in recordings
        if each.recording.id in known
    ]
    new = [each for each in recordings if each.recording.id not in known]
    taken = [each.file_name for each in served.recordings]
    names = unique_names([*taken, *(Path(each.recording.file).name for each in new)])
    number = max((each.number for each in served.recordings), default=0)
    return (
        *sorted(old, key=lambda each: each.number),
        *(
            evolve(each, number=number + place, file_name=name)
            for place, (each, name) in enumerate(
                zip(new, names[len(taken) :], strict=True), start=1
            )
        ),
    )


def _numbered_clips(recordings: Sequence[ReadRecording], served: Served) -> list[CutClip]:
    """Return all clips with their numbers and names, matched by the samples that they hold."""
    left = list(served.clips)
    number = max((each.number for each in left), default=0)
    found: list[CutClip] = []
    for read in recordings:
        for clip in read.clips:
            match = _match(clip, left)
            if match is not None:
                left.remove(match)
                found.append(evolve(clip, number=match.number, file_name=match.file_name))
                continue
            number += 1
            name = clip_file_name(
                number=number,
                title=read.recording.shown_title,
                span=clip.file.requested,
                ending=clip.file.path.suffix,
            )
            found.append(evolve(clip, number=number, file_name=name))
    raise_all([_changed(served, f"clip:{each.number}") for each in left])
    return found


def _match(clip: CutClip, served: Sequence[ServedClip]) -> ServedClip | None:
    wanted = (clip.recording, clip.file.samples_digest.value)
    return next((each for each in served if (each.recording, each.samples_sha256) == wanted), None)


def _rename(clips: Sequence[CutClip], folder: Path) -> tuple[CutClip, ...]:
    """Give each clip's file its name, and its viewing copy; two may have to change names with each
    other.
    """
    named = [_named(each, folder) for each in clips]
    moving = [
        (old, new)
        for before, after in zip(clips, named, strict=True)
        for old, new in zip(_paths(before), _paths(after), strict=True)
        if old.name != new.name and old.exists()  # a copy that is only planned is not there
    ]
    for place, (old, _) in enumerate(moving):
        old.rename(folder / f".moving-{place}")
    for place, (_, new) in enumerate(moving):
        (folder / f".moving-{place}").rename(new)
    return tuple(named)


def _named(clip: CutClip, folder: Path) -> CutClip:
    """Return a clip whose files have the names that they are to have."""
    viewing = clip.viewing
    if viewing is not None:
        viewing = evolve(viewing, path=folder / viewing_copy_name(clip.file_name))
    return evolve(clip, file=evolve(clip.file, path=folder / clip.file_name), viewing=viewing)


def _paths(clip: CutClip) -> list[Path]:
    return [clip.file.path, *([clip.viewing.path] if clip.viewing else [])]


def _changed(served: Served, item_id: str) -> ServedItemChanged:
    found = served.item(item_id)
    return ServedItemChanged(item_id, found.labels if found else "")


def raise_all(errors: Sequence[EvidenceError]) -> None:
    """Raise one error, or several as one, or nothing."""
    if len(errors) > 1:
        raise SeveralErrors(errors)
    if errors:
        raise errors[0]
