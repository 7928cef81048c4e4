# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a viewing copy would be, without making it: for page numbers, which need its facts alone.

The first frame is decoded, and the others are counted by their packets. Only the digest of a copy
cannot be known without encoding it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.clipfile import sha256_of
from evidencekit.media.pictures import PictureReader
from evidencekit.media.video import (
    ENCODERS,
    NO_PICTURES,
    copy_size,
    encoder_name,
    viewing_label,
)
from evidencekit.model.clip import ViewingCopy
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from pathlib import Path

    from evidencekit.model.clip import Measurement
    from evidencekit.model.timecode import Span

#: Stands where the digest of a copy will stand that is not made yet.
NOT_MADE = Digest("sha256", "0" * 64)


def planned_copy(
    path: Path,
    span: Span,
    *,
    to: Path,
    track: int = 1,
    measurement: Measurement | None = None,
    source_digest: Digest | None = None,
) -> ViewingCopy:
    """Return what `viewing_copy` would return, but for the digest, which is `NOT_MADE`.

    Raises:
        RecordingUnreadable: as `viewing_copy` does.
    """
    start, end = Fraction(span.start_ms, 1000), Fraction(span.end_ms, 1000)
    with PictureReader(path, track=track, measurement=measurement) as reader:
        first = next(reader.on_view(start, end), None)
        if first is None or first.at >= end:
            raise RecordingUnreadable(str(path), NO_PICTURES)
        width, height = copy_size(first)
        times = sorted({first.at} | {each for each in reader.times(start, end) if each > first.at})
        return ViewingCopy(
            path=to,
            requested=span,
            start=first.at,
            end=min(end, times[-1] + reader.frame_length()),
            frames=len(times),
            width=width,
            height=height,
            source_digest=source_digest or sha256_of(path),
            file_digest=NOT_MADE,
            encoder=encoder_name(_encoder()),
            label=viewing_label(span),
        )


def _encoder() -> str:
    return next((name for name, _ in ENCODERS if name in av.codecs_available), "")
