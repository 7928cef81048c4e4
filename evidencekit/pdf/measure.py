# SPDX-License-Identifier: AGPL-3.0-or-later
"""How wide text is, where a word longer than its line may be broken, and which way text runs.

Widths are Arimo's own. What another font draws counts as a full square, which errs on the side of
breaking early: a line may be a little short, and never runs off the page.
"""

from __future__ import annotations

import re
import unicodedata

from evidencekit.compose.plan import Style, Text
from evidencekit.pdf import fonts

#: Sizes in points. EW-FAM-11 asks for 12; small print is only what nobody relies on for its words.
BODY, SMALL = 12.0, 10.0

#: Digests are set a little smaller than the words around them, so that the two look of one size.
MONO_SCALE = 0.85

_NEW_LINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Runs of characters between which no line ends. Thai, Khmer, Chinese and their like are left out:
# the typesetter knows where their lines end.
_WORDS = re.compile(
    "[^ \n\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff"
    "\uff00-\uffef\U00020000-\U0003ffff]+"
)
_BREAK_AFTER = frozenset("/\\.-_?&=:;,@|+#%~")


def natural(text: Text, size: float) -> float:
    """Return the width of the longest line of *text*, were it not broken."""
    widest = line = 0.0
    for run in text:
        for index, piece in enumerate(clean(run.text).split("\n")):
            line = (0.0 if index else line) + measure_run(piece, run.style, size)
            widest = max(widest, line)
    return widest


def clean(text: str) -> str:
    """Return *text* with one kind of line end, tabs as spaces, and U+FEFF as what replaced it."""
    return _NEW_LINES.sub("\n", text).replace("\t", "    ").replace("\ufeff", "\u2060")


def pieces(
    text: str, style: Style, carried: float, width: float, size: float, *, is_bold: bool
) -> tuple[list[str], float]:
    """Split *text* where its long words may be broken.

    *carried* is the width of the word that the run before ended in the middle of; the same of
    this run is returned. An empty first piece allows a break before the run.
    """
    limit = width * 0.985
    scale = _scaled(style, size)
    if not carried and len(text) * scale * 1.02 <= limit:
        ends = not text or text[-1] in " \n"
        rest = 0.0 if ends else measure_run(text.rpartition(" ")[2], style, size, is_bold=is_bold)
        return [text], rest
    pieces = [""]
    last_end = 0
    word_width = carried
    for match in _WORDS.finditer(text):
        pieces[-1] += text[last_end : match.start()]
        before = carried if match.start() == 0 else 0.0
        word_width = before + measure_run(match[0], style, size, is_bold=is_bold)
        if word_width > limit:
            parts = _cut(match[0], style, limit, size, is_bold=is_bold)
            if before:
                pieces.append("")
            pieces[-1] += parts[0]
            pieces.extend(parts[1:])
            word_width = measure_run(parts[-1], style, size, is_bold=is_bold)
        else:
            pieces[-1] += match[0]
        last_end = match.end()
    pieces[-1] += text[last_end:]
    open_ended = bool(text) and last_end == len(text)
    return pieces, word_width if open_ended or not text else 0.0


def _cut(word: str, style: Style, limit: float, size: float, *, is_bold: bool) -> list[str]:
    """Cut a long word into pieces that fit: after its punctuation, else where the line is full."""
    pieces: list[str] = []
    piece, width = "", 0.0
    previous = ""
    for character in word:
        advance = measure_run(character, style, size, is_bold=is_bold)
        whole = fonts.joins(previous, character)
        if piece and not whole and (width + advance > limit or previous in _BREAK_AFTER):
            pieces.append(piece)
            piece, width = "", 0.0
        piece += character
        width += advance
        previous = character
    return [*pieces, piece]


def _scaled(style: Style, size: float) -> float:
    if style is Style.MONO:
        return size * MONO_SCALE
    return min(size, SMALL) if style is Style.SMALL else size


def measure_run(text: str, style: Style, size: float, *, is_bold: bool = False) -> float:
    """Return the width of *text* in points, in the size and face of its style."""
    scale = _scaled(style, size)
    if style is Style.MONO:
        return len(text) * fonts.MONO_ADVANCE * scale
    return measure(text, scale, is_bold=is_bold or style is Style.BOLD)


def measure(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return the width of *text* in points; what another font draws counts as a full square."""
    advances = fonts.advances("Arimo-Bold" if is_bold else "Arimo-Regular")
    return size * sum(
        advance if (advance := advances.get(ord(each))) is not None else _advance(each)
        for each in text
    )


def _advance(character: str) -> float:
    return 0.0 if unicodedata.category(character) in ("Mn", "Cf") else 1.0


def runs_right_to_left(text: str) -> bool:
    """Say whether the first letter of *text* belongs to a script written from the right."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
