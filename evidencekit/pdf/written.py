# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and strings of a PDF as text, also where they are not written as the standard asks."""

from __future__ import annotations

from typing import Any


def written(value: Any) -> str:
    """Return a name or string of pikepdf's as text; bytes that are none count as Latin-1.

    The standard wants names in UTF-8. Old programs, and damage, put other bytes there.
    """
    try:
        return str(value)
    except UnicodeDecodeError:
        import pikepdf

        as_it_stands = bytes(value) if isinstance(value, pikepdf.String) else value.unparse()
        return as_it_stands.decode("latin-1")
