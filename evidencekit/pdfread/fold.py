# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text without what setting it changes: spaces, line ends, hyphens, quotation marks, ligatures.

Two foldings. `fold` keeps letters with their accents, and what it gives is recorded as a digest.
`letters` drops marks as well, because where a mark stands in the text of a page, before its letter
or behind the line, is up to the program that wrote the page.
"""

from __future__ import annotations

import hashlib
import unicodedata


def fold(text: str) -> str:
    """Return the letters and digits of *text*, compatibility forms replaced (NFKC).

    >>> fold("the ﬁrst re- cording")
    'thefirstrecording'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def letters(text: str) -> str:
    """Return the letters and digits of *text* without accents or other marks (NFKD).

    >>> letters("Llŷr, 3 ½")
    'Llyr312'
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text)))


def text_digest(text: str) -> str:
    """Return the SHA-256 of *text* folded, in hexadecimal."""
    return hashlib.sha256(fold(text).encode("utf-8", "surrogatepass")).hexdigest()
