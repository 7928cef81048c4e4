# SPDX-License-Identifier: AGPL-3.0-or-later
"""File names that cannot be kept as they are everywhere, and so have no place in a package.

The rules are those of the file systems and of BagIt (RFC 8493), written down here once more: what
names a package chooses does not judge it.
"""

from __future__ import annotations

import re
import unicodedata

_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def why_not_everywhere(path: str) -> str | None:
    """Say why a path of a package, with `/`, cannot be kept everywhere; None if it can."""
    return next((reason for part in path.split("/") if (reason := _why_not(part))), None)


def _why_not(name: str) -> str | None:
    if _DEVICE.fullmatch(name):
        return "is a name that Windows keeps for a device, and cannot be stored there"
    if _NOT_ON_WINDOWS.search(name):
        return "has a character that Windows cannot store in a name"
    if name.endswith((" ", ".")):
        return "ends in a space or a full stop, which Windows takes away"
    if "%" in name:
        return "has a per cent sign, which programs that read BagIt take in two ways"
    if not unicodedata.is_normalized("NFC", name):
        return "has letters put together in a way that some disks change (it is not NFC)"
    return None
