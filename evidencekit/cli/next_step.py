# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person types next, once a matter file is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def intake_command(matter_file: Path | str) -> str:
    """Return the command that takes the recordings in."""
    return f'evidencekit intake "{matter_file}" --by "who does this"'


def wants_intake(matter_file: Path) -> bool:
    """Tell whether a recording of the matter is not in the custody log yet."""
    from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
    from evidencekit.errors import EvidenceError
    from evidencekit.matterfile.load import load_matter

    try:
        matter = load_matter(matter_file)
        log = parse_log(read_bytes(matter_file.parent / LOG_NAME))
    except EvidenceError:
        return False  # whoever reads the log next says what is wrong with it
    return any(log.intake_of(each.id) is None for each in matter.recordings)


def is_empty(matter_file: Path) -> bool:
    """Tell whether a matter file names neither a recording nor a document."""
    from evidencekit.matterfile.load import load_matter

    matter = load_matter(matter_file)
    return not (matter.recordings or matter.documents)
