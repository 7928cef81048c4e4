# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the bytes of a transcript to its text.

A byte order mark decides; without one the text is UTF-8, unless the user names another encoding.
Nothing is guessed, because a wrong guess changes words: bytes that do not fit are an error that
says where they are and how to name the encoding.
"""

from __future__ import annotations

import codecs

from evidencekit.errors import TranscriptError

__all__ = ["decode", "split_lines"]

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HOW_TO_NAME = (
    'Save it as UTF-8, or name its encoding in the matter file, such as encoding = "cp1252"'
)
#: Of UTF-16 that holds plain letters every second byte is NUL; of text hardly any character is.
_PLAIN_LETTERS_NUL_SHARE = 4
#: Python's codecs that are no encoding of a text file, or that change what is written.
_NOT_OF_FILES = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def decode(data: bytes, *, name: str, encoding: str | None = None) -> str:
    """Return the text of *data*, without a byte order mark and otherwise as written.

    Raises:
        TranscriptError: if the bytes are not in the encoding, or no such encoding exists.
    """
    named = None if encoding is None else _known(encoding, name=name)
    mark, marked = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", None))
    if named and marked and not _agree(named, marked):
        msg = (
            f"its byte order mark says {marked}, but the encoding was given as {encoding}. "
            "Leave encoding out"
        )
        raise TranscriptError(name, 1, msg)
    body = data[len(mark) :]
    used = marked or named or "utf-8"
    try:
        text = body.decode(used)
    except UnicodeDecodeError as error:
        raise _not_in_encoding(body, error, used=used, skipped=len(mark), name=name) from None
    except (UnicodeError, LookupError) as error:
        msg = f"it cannot be read as {used}: {error}. {_HOW_TO_NAME}"
        raise TranscriptError(name, 0, msg) from None
    if marked is None and text.count("\0") * _PLAIN_LETTERS_NUL_SHARE > len(text):
        msg = (
            "it looks like UTF-16 without a byte order mark. Save it as UTF-8, or name its "
            'encoding in the matter file: encoding = "utf-16-le"'
        )
        raise TranscriptError(name, 1, msg)
    return text


def split_lines(text: str) -> list[str]:
    """Return the lines of *text*, which end in CR LF, LF or CR and in nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _known(encoding: str, *, name: str) -> str:
    try:
        known = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        known = "undefined"
    if known in _NOT_OF_FILES:
        msg = f'"{encoding}" is not an encoding that is known here. {_HOW_TO_NAME}'
        raise TranscriptError(name, 0, msg)
    return known


def _agree(named: str, marked: str) -> bool:
    return marked.startswith(named.removesuffix("-sig"))


def _not_in_encoding(
    body: bytes, error: UnicodeDecodeError, *, used: str, skipped: int, name: str
) -> TranscriptError:
    before = body[: error.start].decode(used, errors="replace")
    msg = (
        f"byte 0x{body[error.start]:02x} at position {error.start + skipped} is not {used}. "
        f"{_HOW_TO_NAME}"
    )
    return TranscriptError(name, len(split_lines(before)), msg)
