# SPDX-License-Identifier: AGPL-3.0-or-later
"""MuPDF, quiet, and what it raises.

Of what goes wrong in the library, some is raised as an error of Python's and some as one of its
own, which is no `RuntimeError`. Both are to be caught wherever a stranger's file is read.
"""

from __future__ import annotations

from typing import Any


def quiet_mupdf() -> Any:
    """Return the library, told not to print what it thinks of a file."""
    import pymupdf

    library: Any = pymupdf
    library.TOOLS.mupdf_display_errors(False)
    return library


def mupdf_errors() -> tuple[type[Exception], ...]:
    """Return what it raises over a file that it cannot read, draw or save."""
    import pymupdf

    library: Any = pymupdf
    return (RuntimeError, ValueError, library.mupdf.FzErrorBase)
