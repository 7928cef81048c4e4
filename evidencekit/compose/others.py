# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recordings that are held and not relied on, as told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.facts import NOT_STATED
from evidencekit.compose.plan import Block, Column, Heading, Paragraph, Row, Table, plain

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter


#: By which the heading is cited.
ANCHOR = "others"


def other_recordings(matter: Matter) -> tuple[Block, ...]:
    """Return what was told about other recordings, "not stated" where nobody said."""
    others = matter.other_recordings
    answer = others.are_there_any if others else None
    blocks: list[Block] = [
        Heading(text="Other recordings held and not used", anchor=ANCHOR),
        Paragraph(text=plain(f"Are there any other recordings: {answer or NOT_STATED}.")),
    ]
    if others and others.listed:
        rows = tuple(
            Row(cells=(plain(each.what), plain(each.reason or NOT_STATED), plain("T")))
            for each in others.listed
        )
        columns = (
            Column(title="Recording", share=3),
            Column(title="Why it is not used", share=3),
            Column(title="T/F/M", share=0),
        )
        blocks.append(Table(columns=columns, rows=rows))
    return tuple(blocks)
