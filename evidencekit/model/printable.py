# SPDX-License-Identifier: AGPL-3.0-or-later
r"""Text from somebody else's file, made safe for a terminal, a log and a list of lines.

A file name or a value can hold a line feed that writes a line of its own, an escape code that
clears the screen, a mark that turns the line round, or half a character that no terminal can take.
Each is shown by its number instead, and what is very long is cut.

>>> print(printable("Clip 1\n\x1b[2J\u202egpj.exe"))
Clip 1\x0a\x1b[2J\u202egpj.exe
"""

from __future__ import annotations

import unicodedata

MOST = 4096

# Control, half, invisible and private characters; what ends a line or a paragraph.
_SHOWN_BY_NUMBER = frozenset({"Cc", "Cs", "Cf", "Co", "Zl", "Zp"})
# These join letters (Persian, Hindi) and pictures, and are part of the text.
_JOINERS = "\u200c\u200d"
_BYTE = 0x100
_SHORT = 0x10000


def printable(text: str, *, most: int = MOST) -> str:
    """Return *text* on one line, without what a terminal acts upon, cut to *most* characters."""
    if text.isascii() and text.isprintable() and len(text) <= most:
        return text
    shown = text if len(text) <= most else text[:most]
    shown = "".join(map(_shown, shown))
    if len(text) <= most and len(shown) <= most:
        return shown
    end = f"... ({len(text)} characters)"
    return shown[: max(most - len(end), 0)] + end


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _SHOWN_BY_NUMBER:
        return character
    number = ord(character)
    if number < _BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < _SHORT else f"\\U{number:08x}"
