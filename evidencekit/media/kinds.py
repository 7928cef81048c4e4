# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kinds of recording, as a file's name, its first bytes and its content tell them.

Only whether the three agree matters here, so kinds that share a container count as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: FFmpeg's name of a container, and the kind as it is printed.
_CONTAINERS = {
    "aac": "raw AAC",
    "ac3": "AC-3",
    "aiff": "AIFF",
    "amr": "AMR",
    "ape": "Monkey's Audio",
    "asf": "WMA / ASF",
    "au": "AU",
    "avi": "AVI",
    "caf": "CAF",
    "dsf": "DSF",
    "dss": "DSS",
    "eac3": "AC-3",
    "flac": "FLAC",
    "iff": "DFF",
    "matroska,webm": "Matroska / WebM",
    "mov,mp4,m4a,3gp,3g2,mj2": "MP4 / QuickTime",
    "mp3": "MP3",
    "mpc": "Musepack",
    "mpc8": "Musepack",
    "mpeg": "MPEG",
    "mpegts": "MPEG-TS",
    "ogg": "Ogg",
    "tak": "TAK",
    "tta": "TTA",
    "w64": "Wave64",
    "wav": "WAV",
    "wv": "WavPack",
}

_MP4, _MATROSKA, _OGG, _ASF = "MP4 / QuickTime", "Matroska / WebM", "Ogg", "WMA / ASF"
_NAMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("m4a", "m4b", "m4v", "mp4", "mov", "3gp", "3g2", "3ga", "qt"), (_MP4,)),
    **dict.fromkeys(("ogg", "oga", "ogv", "opus", "spx", "oggflac", "oggtheora"), (_OGG,)),
    **dict.fromkeys(("mkv", "mka", "webm", "weba"), (_MATROSKA,)),
    **dict.fromkeys(("wma", "wmv", "asf"), (_ASF,)),
    **dict.fromkeys(("aif", "aiff", "aifc"), ("AIFF",)),
    **dict.fromkeys(("amr", "awb"), ("AMR",)),
    **dict.fromkeys(("ac3", "eac3"), ("AC-3",)),
    "mp3": ("MP3",),
    "aac": ("raw AAC",),
    "wav": ("WAV", "Wave64"),
    "w64": ("Wave64",),
    "flac": ("FLAC",),
    "caf": ("CAF",),
    "au": ("AU",),
    "avi": ("AVI",),
    "ape": ("Monkey's Audio",),
    "mpc": ("Musepack",),
    "tak": ("TAK",),
    "tta": ("TTA",),
    "wv": ("WavPack",),
    "dsf": ("DSF",),
    "dff": ("DFF",),
    "dss": ("DSS",),
    **dict.fromkeys(("ts", "mts", "m2ts"), ("MPEG-TS",)),
    **dict.fromkeys(("mpg", "mpeg", "vob"), ("MPEG", "MPEG-TS")),
}

#: Where the bytes stand, the bytes, and the kinds that begin so.
_MAGIC: tuple[tuple[int, bytes, tuple[str, ...]], ...] = (
    (8, b"WAVE", ("WAV",)),
    (8, b"AVI ", ("AVI",)),
    (8, b"AIFF", ("AIFF",)),
    (8, b"AIFC", ("AIFF",)),
    *((4, each, (_MP4,)) for each in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    (0, b"fLaC", ("FLAC",)),
    (0, b"OggS", (_OGG,)),
    (0, b"\x1aE\xdf\xa3", (_MATROSKA,)),
    (0, b"#!AMR", ("AMR",)),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", (_ASF,)),
    (0, b"caff", ("CAF",)),
    (0, b".snd", ("AU",)),
    (0, b"riff\x2e\x91\xcf\x11", ("Wave64",)),
    (0, b"MAC ", ("Monkey's Audio",)),
    (0, b"MPCK", ("Musepack",)),
    (0, b"MP+", ("Musepack",)),
    (0, b"tBaK", ("TAK",)),
    (0, b"TTA", ("TTA",)),
    (0, b"wvpk", ("WavPack",)),
    (0, b"DSD ", ("DSF",)),
    (0, b"FRM8", ("DFF",)),
    (0, b"\x02dss", ("DSS",)),
    (0, b"\x03ds2", ("DSS",)),
    (0, b"\x0b\x77", ("AC-3",)),
    (0, b"\x00\x00\x01\xba", ("MPEG",)),
    (0, b"\x47", ("MPEG-TS",)),
    (4, b"\x47", ("MPEG-TS",)),
    # A tag that other kinds take in front as well.
    (0, b"ID3", ("MP3", "raw AAC", "FLAC", "TTA", "Musepack", "WavPack", "Monkey's Audio")),
)
_SYNC = 0xFFE0


def kind_of_container(name: str) -> str:
    """Return the kind of a container by FFmpeg's name for it."""
    return _CONTAINERS.get(name, name)


def kind_by_name(path: Path) -> tuple[str, ...] | None:
    """Return the kinds that a file's ending stands for, or None for one that says nothing."""
    return _NAMES.get(path.suffix.lower().removeprefix("."))


def kind_by_magic(head: bytes) -> tuple[str, ...] | None:
    """Return the kinds that begin with these bytes, or None if none is known to."""
    for at, magic, kinds in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return kinds
    if len(head) > 1 and int.from_bytes(head[:2]) & _SYNC == _SYNC:
        layer = head[1] >> 1 & 3
        return ("raw AAC",) if layer == 0 else ("MP3",)
    return None
