# SPDX-License-Identifier: AGPL-3.0-or-later
"""Character references (``&amp;``, ``&#8217;``) of HTML and of what borrows from it.

>>> resolved("5 &lt; 6 &#38; caf&eacute;")
'5 < 6 & café'
"""

from __future__ import annotations

import re
from html import unescape

#: More digits than any character's number has: Python refuses to read thousands of them.
_LONG = re.compile(r"&#([0-9]{8,})")
_MOST_DIGITS = 7
_NO_CHARACTER = "9999999"


def resolved(text: str) -> str:
    """Return *text* with its references resolved, whatever stands in them.

    A number that no character has becomes U+FFFD, as browsers do it.
    """
    return unescape(_LONG.sub(_short, text))


def _short(reference: re.Match[str]) -> str:
    digits = reference[1].lstrip("0") or "0"
    return f"&#{digits if len(digits) <= _MOST_DIGITS else _NO_CHARACTER}"
