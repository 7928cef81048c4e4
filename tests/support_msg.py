# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small Outlook messages made for tests: a compound file ([MS-CFB]) of a few streams."""

from __future__ import annotations

import datetime as dt
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_SECTOR = 512
_MINI = 64
_MINI_LIMIT = 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)

Tree = dict[str, Any]


def message(
    *,
    text: dict[int, str] | None = None,
    binary: dict[int, bytes] | None = None,
    numbers: dict[int, int] | None = None,
    times: dict[int, dt.datetime] | None = None,
    narrow: str | None = None,
    people: tuple[Tree, ...] = (),
    files: tuple[Tree, ...] = (),
    header: int = 32,
) -> Tree:
    """Return a message, recipient or attachment as a tree of streams.

    With *narrow*, a code page, its text is in letters of one byte.
    """
    tree: Tree = {}
    for key, value in (text or {}).items():
        kind, data = (
            ("001E", value.encode(narrow)) if narrow else ("001F", value.encode("utf-16-le"))
        )
        tree[f"__substg1.0_{key:04X}{kind}"] = data
    for key, data in (binary or {}).items():
        tree[f"__substg1.0_{key:04X}0102"] = data
    entries = b""
    for key, number in (numbers or {}).items():
        entries += struct.pack("<IIQ", key << 16 | 3, 6, number)
    for key, moment in (times or {}).items():
        ticks = int((moment - _EPOCH).total_seconds()) * 10**7
        entries += struct.pack("<IIQ", key << 16 | 0x40, 6, ticks)
    tree["__properties_version1.0"] = bytes(header) + entries
    for number, person in enumerate(people):
        tree[f"__recip_version1.0_#{number:08X}"] = person
    for number, file in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = file
    return tree


def person(name: str, address: str, kind: int = 1) -> Tree:
    """Return a recipient: 1 is To, 2 is Cc, 3 is Bcc."""
    return message(text={0x3001: name, 0x39FE: address}, numbers={0x0C15: kind}, header=8)


def attached(name: str, data: bytes) -> Tree:
    """Return an attachment."""
    return message(text={0x3707: name}, binary={0x3701: data}, header=8)


def attached_message(name: str, inner: Tree) -> Tree:
    """Return a message attached to another; *inner* was made with a header of 24."""
    return {**message(text={0x3001: name}, header=8), "__substg1.0_3701000D": inner}


def write_compound(path: Path, root: Tree) -> Path:
    """Write a tree of streams as a compound file of version 3."""
    entries: list[list[Any]] = [["Root Entry", 5, _FREE, _FREE, _FREE, 0, 0]]
    contents: dict[int, bytes] = {}

    def add(tree: Tree) -> int:
        """Add a folder's entries as a chain to the right, which is a tree too."""
        first = last = _FREE
        for name in sorted(tree, key=lambda each: (len(each), each.upper())):
            value = tree[name]
            number = len(entries)
            folder = isinstance(value, dict)
            entries.append([name, 1 if folder else 2, _FREE, _FREE, _FREE, 0, 0])
            if folder:
                entries[number][4] = add(value)
            else:
                contents[number] = value
            if last == _FREE:
                first = number
            else:
                entries[last][3] = number
            last = number
        return first

    entries[0][4] = add(root)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = b"", []

    def put(data: bytes) -> int:
        count = max(-(-len(data) // _SECTOR), 1)
        start = len(sectors)
        padded = data.ljust(count * _SECTOR, b"\0")
        sectors.extend(padded[at * _SECTOR : (at + 1) * _SECTOR] for at in range(count))
        fat.extend([*range(start + 1, start + count), _END])
        return start

    for number, data in contents.items():
        entries[number][6] = len(data)
        if not data:
            entries[number][5] = _END
        elif len(data) < _MINI_LIMIT:
            count = -(-len(data) // _MINI)
            start = len(mini) // _MINI
            mini += data.ljust(count * _MINI, b"\0")
            mini_fat += [*range(start + 1, start + count), _END]
            entries[number][5] = start
        else:
            entries[number][5] = put(data)
    entries[0][5], entries[0][6] = (put(mini), len(mini)) if mini else (_END, 0)
    mini_fat_start = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(_SECTOR, b"\xff"))
    mini_fat_sectors = -(-len(mini_fat) * 4 // _SECTOR) or 1
    directory = b"".join(_entry(*each) for each in entries)
    while len(directory) % _SECTOR:
        directory += _entry("", 0, _FREE, _FREE, _FREE, 0, 0)
    directory_start = put(directory)
    fat_sectors = 1
    while (len(fat) + fat_sectors) * 4 > fat_sectors * _SECTOR:
        fat_sectors += 1
    fat_start = len(sectors)
    fat += [_FAT] * fat_sectors
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_sectors * _SECTOR, b"\xff")
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        bytes(6),
        0,
        fat_sectors,
        directory_start,
        0,
        _MINI_LIMIT,
        mini_fat_start,
        mini_fat_sectors,
        _END,
        0,
        fat_start,
    )
    places = [*range(fat_start, fat_start + fat_sectors)][1:]
    head += struct.pack(f"<{len(places)}I", *places)
    path.write_bytes(head.ljust(_SECTOR, b"\xff") + b"".join(sectors) + table)
    return path


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    letters = (name + "\0").encode("utf-16-le") if kind else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        letters,
        len(letters),
        kind,
        1,
        left,
        right,
        child,
        bytes(16),
        0,
        0,
        0,
        start,
        size,
    )
