# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a composed part says, as plain lines, for tests of its words."""

from __future__ import annotations

from evidencekit.compose.plan import (
    CaseHeading,
    Details,
    Figure,
    Heading,
    Paragraph,
    Part,
    Spoken,
    Table,
    flat,
)


def lines_of(part: Part) -> list[str]:
    """Return every line of a part; cells and columns are divided by " | "."""
    lines = [part.title]
    for block in part.blocks:
        match block:
            case Heading():
                lines.append(block.text)
            case Paragraph():
                lines.append(flat(block.text))
            case Details():
                lines += [f"{row.label} | {flat(row.text)} | {row.standing}" for row in block.rows]
            case Table():
                lines.append(" | ".join(column.title for column in block.columns))
                lines += [" | ".join(flat(cell) for cell in row.cells) for row in block.rows]
            case Spoken():
                lines += [
                    f"{line.number} | {line.time} | {line.speaker} | {flat(line.text)} | {line.mark}"
                    for line in block.lines
                ]
            case Figure():
                lines += [block.alt, block.caption]
            case CaseHeading():
                lines += [block.court, block.number, *block.lines, block.title, block.subtitle]
    return lines


def text_of(part: Part) -> str:
    """Return a part's lines as one text."""
    return "\n".join(lines_of(part))


def targets_of(part: Part) -> set[str]:
    """Return the items that a part links to."""
    found = set()
    for block in part.blocks:
        texts = []
        if isinstance(block, Paragraph):
            texts = [block.text]
        elif isinstance(block, Details):
            texts = [row.text for row in block.rows]
        elif isinstance(block, Table):
            texts = [cell for row in block.rows for cell in row.cells]
            found |= {row.target for row in block.rows}
        found |= {run.target for text in texts for run in text}
    return {each for each in found if each is not None}
