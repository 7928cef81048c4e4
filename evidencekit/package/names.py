# SPDX-License-Identifier: AGPL-3.0-or-later
"""File names that mean the same on Windows, macOS and Linux, in a zip and in a BagIt manifest.

A name is one that every one of those takes and none of them changes: no separator, no character
that Windows forbids, no control or invisible character, no dot or space at either end, no device
name, composed characters (NFC), and no other name in the folder that differs only in capitals.
`%` goes too, because the tools that read BagIt disagree on it. Letters of every script stay.

>>> portable_name('Who said "no"? 50%: part 1/2.')
"Who said 'no' 50 per cent- part 1-2"
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidencekit.model.moment import Moment
    from evidencekit.model.timecode import Span

#: Most bytes of a name in UTF-8. Disks take 255; the rest is for what is put around a package's
#: name while it is written, and for Windows, whose limit of 260 is for the whole path.
MOST_BYTES = 180
_DISK_BYTES = 255

_REPLACED = str.maketrans(
    {
        "/": "-", "\\": "-", ":": "-", "|": "-", '"': "'", "<": "(", ">": ")", "?": "", "*": "",
        "%": " per cent",
    }
)  # fmt: skip
_FORBIDDEN = frozenset('/\\:|"<>?*%')
_SPACES = re.compile(r"\s+")
# A leading - is an option to a command, = + @ a formula to a spreadsheet, ~ a home folder.
_ENDS = " .-=+@~"
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?= *(?:\.|$))", re.IGNORECASE
)
_NO_CHARACTER = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (65534, 65535))
    + "]"
)
# These two join letters (Persian, Hindi) and pictures, and are part of the text.
_JOINERS = "\u200c\u200d"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


def portable_name(text: str, *, ending: str = "", otherwise: str = "untitled") -> str:
    """Return *text* as a file name with *ending* (such as ".wav"), cut where it is too long.

    *otherwise* stands in where nothing of *text* can be kept.
    """
    ending = ending if not ending or ending.startswith(".") else f".{ending}"
    kept = _tidy(text)
    kept = _cut(kept, MOST_BYTES - len(ending.encode())) or otherwise
    if _DEVICE.match(kept + ending):
        stem, dot, rest = kept.partition(".")
        kept = f"{stem.rstrip()}_{dot}{rest}"
    return kept + ending


def is_portable(name: str) -> bool:
    """Say whether *name* can stand in a package as it is."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= _DISK_BYTES
        and unicodedata.is_normalized("NFC", name)
        and not any(each in _FORBIDDEN or not _is_kept(each) for each in name)
        and name == name.strip(" ")
        and not name.endswith(".")
        and not _DEVICE.match(name)
    )


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names* made portable, in their order, each different from all others in any case.

    The first to have a name keeps it; a later one gets " (2)" before its ending.
    """
    taken: set[str] = set()
    unique: list[str] = []
    for name in names:
        stem, ending = split_ending(name)
        candidate, count = portable_name(stem, ending=ending), 1
        while _folded(candidate) in taken:
            count += 1
            candidate = _with_mark(stem, f" ({count})", ending)
        taken.add(_folded(candidate))
        unique.append(candidate)
    return tuple(unique)


def split_ending(name: str) -> tuple[str, str]:
    """Split a file name into its stem and its ending with the dot; "" where it has none."""
    stem, dot, ending = name.rpartition(".")
    if stem and _ENDING.fullmatch(dot + ending):
        return stem, dot + ending
    return name, ""


def clip_file_name(*, number: int, title: str, span: Span, ending: str = ".wav") -> str:
    """Return a clip's name, such as "Clip 1 - Home visit 0m12.400s to 0m31.900s.wav"."""
    times = f" {_time(span.start_ms)} to {_time(span.end_ms)}"
    return _around(f"Clip {number} - ", title, times, ending)


def viewing_copy_name(clip: str) -> str:
    """Return the name of the copy to watch that lies beside the file *clip*."""
    stem, _ = split_ending(clip)
    return _with_mark(stem, " (viewing copy)", ".mp4")


def bundle_file_name(title: str, hearing: Moment | None = None, *, ending: str = ".pdf") -> str:
    """Return the bundle's name, such as "Re E (A Child) - Bundle - 2026-06-15.pdf"."""
    when = f" - {_day(hearing)}" if hearing is not None and _day(hearing) else ""
    return _around("", title, f" - Bundle{when}", ending)


def package_name(
    *, number: str | None, title: str, edition: str = "file", prepared_on: Moment | None = None
) -> str:
    """Return a package folder's name, such as "NB26C00123 file 2026-05-29"."""
    when = f" {_day(prepared_on)}" if prepared_on is not None and _day(prepared_on) else ""
    return _around("", number or title, f" {_tidy(edition)}{when}", "")


def _around(before: str, title: str, after: str, ending: str) -> str:
    """Return a name in which only *title* is cut for length."""
    room = MOST_BYTES - len(f"{before}{after}{ending}".encode())
    return portable_name(f"{before}{_cut(_tidy(title), room) or 'untitled'}{after}", ending=ending)


def _with_mark(stem: str, mark: str, ending: str) -> str:
    """Return a name whose stem is followed by *mark*, cut before it where it is too long."""
    room = MOST_BYTES - len(f"{mark}{ending}".encode())
    return portable_name(f"{_cut(_tidy(stem), room) or 'untitled'}{mark}", ending=ending)


def _tidy(text: str) -> str:
    """Take out of *text* all that a file name may not have."""
    text = _SPACES.sub(" ", text.translate(_REPLACED))
    text = "".join(each for each in text if _is_kept(each))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text)).lstrip(_ENDS).rstrip(" .")


def _is_kept(character: str) -> bool:
    """Say whether a character is visible, or joins visible ones."""
    if character in _JOINERS or character == " ":
        return True
    category = unicodedata.category(character)
    # Cc and Cs: control and half characters; Cf: invisible, or turns the text around it;
    # Z: other spaces; Co: private, shown differently everywhere. Cn, not assigned yet, stays:
    # a newer emoji is not for an older Python to drop, unless it is no character at all.
    if category == "Cn":
        return not _NO_CHARACTER.match(character)
    return category not in {"Cc", "Cs", "Cf", "Co", "Zl", "Zp", "Zs"}


def _cut(text: str, room: int) -> str:
    """Return the start of *text* that fits in *room* bytes, cut between characters as read."""
    if len(text.encode()) <= room:
        return text
    kept = text.encode()[: max(room, 0)].decode("utf-8", "ignore")
    while kept and (_leans(text[len(kept)]) or kept[-1] == "\u200d"):
        kept = kept[:-1]
    return kept.rstrip(" .")


def _leans(character: str) -> bool:
    """Say whether a character belongs to the one before it: an accent, a joiner, a skin tone."""
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character in _JOINERS
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _folded(name: str) -> str:
    """Return what two names have in common that some disk takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def _day(moment: Moment) -> str:
    """Return the date as ISO writes it, or the words that stand for it."""
    return moment.on.isoformat() if moment.on is not None else _tidy(moment.written)


def _time(ms: int) -> str:
    """Write milliseconds as 0m12.400s, or 1h02m03.004s."""
    hours, rest = divmod(ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    head = f"{hours}h{minutes:02}m" if hours else f"{minutes}m"
    return f"{head}{seconds:02}.{millis:03}s" if hours else f"{head}{seconds}.{millis:03}s"
