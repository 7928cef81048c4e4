# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text that a file brings along, made fit to print: one line, of bearable length."""

from __future__ import annotations

import unicodedata

_LONGEST = 200


def plain(text: str) -> str:
    """Return *text* on one line, without control characters, cut after 200 characters."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    visible = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in valid)
    line = " ".join("".join(visible).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
