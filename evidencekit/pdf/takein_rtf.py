# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of rich text inside an Outlook message, which is the only form some of them have.

Outlook packs it ([MS-OXRTFCP]) and may have wrapped a web page in it ([MS-OXRTFEX]); here it is
unpacked, and what comes out is either words or the web page as it was.
"""

from __future__ import annotations

import codecs
import re
import struct

from attrs import define, evolve, field, frozen

_PREFILL = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_PACKED, _PLAIN = b"LZFu", b"MELA"
_HEAD = 16
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)"
)
_IGNORED = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore generator listtable "
    b"listoverridetable rsidtbl xmlnstbl mmathPr latentstyles header footer".split()
)
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
}
_SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"\n": "\n", b"\r": "\n"}


def unpacked(data: bytes, *, most: int) -> bytes:
    """Return the rich text that a message holds packed.

    Raises:
        ValueError: if it is damaged, or larger than *most*.
    """
    if len(data) < _HEAD:
        msg = "packed rich text breaks off"
        raise ValueError(msg)
    _, size, kind, _ = struct.unpack("<II4sI", data[:_HEAD])
    if size > most:
        msg = "packed rich text is too large"
        raise ValueError(msg)
    body = data[_HEAD:]
    if kind == _PLAIN:
        return body[:size]
    if kind != _PACKED:
        msg = "rich text is packed in a way that is not known"
        raise ValueError(msg)
    return _inflated(body, size)


def _inflated(body: bytes, size: int) -> bytes:
    window = bytearray(_PREFILL.ljust(_WINDOW, b" "))
    write = len(_PREFILL)
    out = bytearray()
    at = 0
    while at < len(body) and len(out) < size:
        flags = body[at]
        at += 1
        for bit in range(8):
            if at >= len(body) or len(out) >= size:
                break
            if not flags >> bit & 1:
                piece = body[at : at + 1]
                at += 1
            else:
                reference = int.from_bytes(body[at : at + 2], "big")
                at += 2
                start, length = reference >> 4, (reference & 15) + 2
                if start == write:
                    return bytes(out)
                piece = b""
                for step in range(length):
                    each = window[(start + step) % _WINDOW]
                    window[(write + step) % _WINDOW] = each
                    piece += bytes((each,))
            for each in piece:
                window[write] = each
                write = (write + 1) % _WINDOW
            out += piece
    return bytes(out[:size])


@frozen(kw_only=True)
class _Group:
    """What holds between two braces: which letters are left out, how many stand in for a sign."""

    skip: bool = False
    rtf_only: bool = False
    fallback: int = 1


def words_or_page(rtf: bytes, *, encoding: str = "cp1252") -> tuple[str, bool]:
    """Return the words of rich text, or the web page wrapped in it, and which of the two it is."""
    wrapped = rb"\fromhtml1" in rtf[:_WINDOW]
    found = re.search(rb"\\ansicpg(\d{3,5})", rtf[:_WINDOW])
    if found:
        encoding = f"cp{int(found[1])}"
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "cp1252"
    text = _Reader(wrapped=wrapped, encoding=encoding).read(rtf)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), wrapped


@define
class _Reader:
    """Reads rich text token by token, and gathers the letters that a reader would see."""

    wrapped: bool
    encoding: str
    pieces: list[str] = field(factory=list)
    _group: _Group = field(factory=_Group)
    _outer: list[_Group] = field(factory=list)
    _pending: int = 0
    _starred: bool = False
    _letters: bytearray = field(factory=bytearray)

    def read(self, rtf: bytes) -> str:
        """Return the letters."""
        for token in _TOKEN.finditer(rtf):
            word, number, code, symbol, brace, plain = token.groups()
            if code is not None:
                self._letter(int(code, 16))
                continue
            self._flush()
            if brace is not None:
                self._brace(brace)
            elif word is not None:
                self._word(word, number)
            elif symbol is not None:
                self._symbol(symbol)
            elif plain is not None:
                self._plain(plain)
        self._flush()
        return "".join(self.pieces)

    @property
    def _silent(self) -> bool:
        return self._group.skip or self._group.rtf_only

    def _letter(self, code: int) -> None:
        """Keep a letter until it is clear that no second half of it follows."""
        if self._pending:
            self._pending -= 1
        elif not self._silent:
            self._letters.append(code)

    def _flush(self) -> None:
        if self._letters:
            self.pieces.append(self._letters.decode(self.encoding, "replace"))
            self._letters.clear()

    def _brace(self, brace: bytes) -> None:
        if brace == b"{":
            self._outer.append(self._group)
            self._starred = False
        else:
            self._group = self._outer.pop() if self._outer else _Group()

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif not self._silent:
            literal = symbol.decode("ascii", "replace") if symbol in b"\\{}" else ""
            self.pieces.append(_SYMBOLS.get(symbol, literal))

    def _plain(self, plain: bytes) -> None:
        if not self._silent:
            self.pieces.append(plain[self._pending :].decode(self.encoding, "replace"))
            self._pending = max(self._pending - len(plain), 0)

    def _word(self, word: bytes, number: bytes | None) -> None:
        """Obey a control word, or take the letters it stands for."""
        starred, self._starred = self._starred, False
        if word == b"htmltag" and self.wrapped:
            self._group = evolve(self._group, skip=False, rtf_only=False)
        elif word in _IGNORED or starred:
            self._group = evolve(self._group, skip=True)
        elif word == b"htmlrtf" and self.wrapped:
            self._group = evolve(self._group, rtf_only=number != b"0")
        elif word == b"uc":
            self._group = evolve(self._group, fallback=min(max(int(number or 1), 0), 8))
        elif self._silent:
            return
        elif word == b"u" and number is not None:
            self._pending = self._group.fallback
            self.pieces.append(chr(int(number) & 0xFFFF))
        elif word in _SIGNS:
            self.pieces.append(_SIGNS[word])
