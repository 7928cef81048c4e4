# SPDX-License-Identifier: AGPL-3.0-or-later
"""What there is to see of a clip: a strip of stills, and what is said of the copy to watch.

What is exact and what is not is said wherever either is named. Nothing is said about what or who
is seen.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from evidencekit.compose import drawing
from evidencekit.compose.facts import counted, listed, measured_detail, quoted
from evidencekit.compose.plan import Detail, Figure, Paragraph, Run, Style
from evidencekit.model.timecode import format_media_time

if TYPE_CHECKING:
    from fractions import Fraction

    from evidencekit.model.clip import Still
    from evidencekit.model.material import CutClip

_WIDTH = 640
_GAP = 8
_FOOT = 18
_UNITS_PER_MM = 4
#: One still alone would fill the page.
_FEWEST_PLACES = 4


def strip(clip: CutClip) -> tuple[Figure, ...]:
    """Return the stills of a clip side by side with their times, where there are any."""
    if not clip.stills:
        return ()
    svg, height = _strip_svg(clip.stills)
    count = counted(len(clip.stills), "still")
    times = listed(_time(each) for each in clip.stills)
    one = len(clip.stills) == 1
    return (
        Figure(
            svg=svg,
            alt=f"{count} of the video of clip {clip.number}: what is on view at {times}. What is "
            "seen is not described here.",
            caption=(
                f"{count} of the video of clip {clip.number}, with the time at which "
                f"{'it' if one else 'each'} came on view. {'It is' if one else 'They are'} made "
                f"smaller and not exact; the sound of the clip is."
            ),
            height_mm=-(-height // _UNITS_PER_MM),
        ),
    )


def _time(still: Still) -> str:
    return format_media_time(max(still.at_ms, 0))


def _strip_svg(stills: tuple[Still, ...]) -> tuple[str, int]:
    places = max(len(stills), _FEWEST_PLACES)
    width = (_WIDTH - _GAP * (places - 1)) // places
    height = max(each.height * width // each.width for each in stills)
    parts = []
    for place, each in enumerate(stills):
        x = place * (width + _GAP)
        tall = each.height * width // each.width
        data = base64.b64encode(each.data).decode()
        parts += [
            _image(x, width, tall, f"data:{each.media_type};base64,{data}"),
            drawing.box(x, 0, width, tall, fill="none", stroke=drawing.INK),
            drawing.words(x + width // 2, height + 13, _time(each)),
        ]
    return drawing.document(_WIDTH, height + _FOOT, *parts), height + _FOOT


def _image(x: int, width: int, height: int, href: str) -> str:
    return f'<image x="{x}" y="0" width="{width}" height="{height}" href="{href}"/>'


def how_to_watch(clip: CutClip) -> tuple[Paragraph, ...]:
    """Say which file to open to watch a clip, and that it is not the exact one."""
    if clip.viewing is None:
        return ()
    return (
        Paragraph(
            text=(
                Run(text="To watch: ", style=Style.BOLD),
                Run(
                    text=f"Open {quoted(clip.viewing_name)} in the folder clips. It is a copy made "
                    "for viewing: cut at frames and encoded anew, with its sound, so that it is "
                    f"not exact. What is exact is the sound in {quoted(clip.file_name)}."
                ),
            )
        ),
    )


def viewing_rows(clip: CutClip) -> tuple[Detail, ...]:
    """Return what was measured of the copy to watch, or why there is none."""
    if clip.not_seen is not None:
        text = f"none was made: the recording {clip.not_seen}"
        return (measured_detail("Viewing copy", text),)
    copy = clip.viewing
    if copy is None:
        return ()
    return (
        measured_detail(
            "Viewing copy",
            f"not exact: {counted(copy.frames, 'frame')} of {copy.width} by {copy.height}, "
            f"{_when(copy.start)} to {_when(copy.end)}, encoded anew by {copy.encoder}",
        ),
    )


def _when(at: Fraction) -> str:
    """Write the time of a frame, rounded down; one before the first sample is at the start."""
    return format_media_time(max(int(at * 1000 // 1), 0))
