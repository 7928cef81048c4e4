# SPDX-License-Identifier: AGPL-3.0-or-later
"""The faces that pages are set in, and a face for every script that a name may be written in.

Pages are set in Arimo, which has Arial's widths (EW-FAM-11 asks for Arial or Times New Roman); its
four static faces are shipped beside this module. What Arimo lacks comes from the fallback fonts
inside the PyMuPDF wheel, written to a temporary folder that lives as long as the process, and only
for the scripts that a text really holds: most bundles load none. The machine's own fonts are never
looked at, so that the same matter looks the same everywhere.
"""

from __future__ import annotations

import functools
import io
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from attrs import frozen
from fontTools import unicodedata as scripts
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._n_a_m_e import NameRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: Where the four static faces of Arimo are.
FACES = Path(__file__).parent / "fonts"

#: The family that pages are set in.
FAMILY = "Arimo"

#: The family for digests. Typst brings it along.
MONO_FAMILY = "DejaVu Sans Mono"

#: The part of the em that one character of it takes.
MONO_ADVANCE = 0.602

#: Characters of every script, tried in this order where neither Arimo nor a script's font has one.
_COMMON = ("emoji", "symbol1", "symbol2", "math", "music", "Hani", "Zyyy")

# Scripts that one font draws, and values that name no script.
_CJK = frozenset(("Hani", "Hira", "Kana", "Hang", "Bopo"))
_NO_SCRIPT = frozenset(("Zyyy", "Zinh", "Zzzz"))

# Marks and joiners that steer their neighbours and need no glyph of their own.
_SHAPELESS = frozenset(
    (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFFA0, 0xFFFC)
) | frozenset(
    point
    for first, last in (
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xFE00, 0xFE0F),
        (0xE0001, 0xE007F),
        (0xE0100, 0xE01EF),
    )
    for point in range(first, last + 1)
)


@frozen(kw_only=True)
class Face:
    """A font file in a folder of its own, with the code points that it can draw."""

    family: str
    folder: Path
    points: frozenset[int]


@frozen(kw_only=True)
class FontChoice:
    """What a set of characters needs. `missing` holds the characters that no font has."""

    families: tuple[str, ...]
    folders: tuple[Path, ...]
    missing: tuple[str, ...]


def choose(characters: Iterable[str]) -> FontChoice:
    """Choose the families for *characters*: Arimo, and one more for each script it lacks."""
    main = _main_points()
    wanted = {
        each
        for each in characters
        if (point := ord(each)) not in main and point not in _SHAPELESS and not each.isspace()
    }
    in_use = {script for each in wanted for script in _scripts(each) if _is_certain(each)}
    faces: dict[str, Face] = {}
    missing: list[str] = []
    for each in sorted(wanted):
        key = _key_of(each, in_use)
        if key is None:
            missing.append(each)
        elif key not in faces:
            faces[key] = _face(key)
    ordered = [faces[key] for key in sorted(faces)]
    return FontChoice(
        families=(FAMILY, *(face.family for face in ordered)),
        folders=(FACES, *(face.folder for face in ordered)),
        missing=tuple(missing),
    )


@functools.lru_cache(maxsize=8)
def load(folders: tuple[Path, ...]) -> typst.Fonts:
    """Return the fonts of *folders* and those that typst brings along, and no others."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(folder) for folder in folders],
    )


@functools.cache
def advances(name: str = "Arimo-Regular") -> Mapping[int, float]:
    """Return how wide each code point is in a face of Arimo, in parts of the em."""
    with TTFont(FACES / f"{name}.ttf", lazy=True) as font:
        per_em = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {point: metrics[glyph][0] / per_em for point, glyph in font.getBestCmap().items()}


@functools.cache
def _main_points() -> frozenset[int]:
    return frozenset(advances())


def _scripts(character: str) -> tuple[str, ...]:
    """Return the keys of the scripts that *character* is used in."""
    found = {"Hani" if script in _CJK else script for script in scripts.script_extension(character)}
    return tuple(sorted(found - _NO_SCRIPT))


def _is_certain(character: str) -> bool:
    """Say whether *character* shows which script a text is written in."""
    return scripts.script(character) not in _NO_SCRIPT


def _key_of(character: str, in_use: set[str]) -> str | None:
    """Return the key of a font that has *character*, or None.

    A comma or danda that several scripts share is taken from one that the text is written in.
    """
    if unicodedata.category(character) in ("Cc", "Co", "Cs"):
        return None
    own = _scripts(character)
    keys = (*(key for key in own if key in in_use), *own, *_COMMON)
    return next((key for key in keys if ord(character) in _points(key)), None)


def _points(key: str) -> frozenset[int]:
    return _face(key).points if _data(key) else frozenset()


@functools.cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """Make the folder for fallback fonts; it goes when the process does."""
    return tempfile.TemporaryDirectory(prefix="evidencekit-fonts-")


@functools.cache
def _face(key: str) -> Face:
    """Write one fallback font where typst can find it."""
    with TTFont(io.BytesIO(_data(key)), lazy=True) as font:
        points = frozenset(font.getBestCmap() or ())
        family = font["name"].getBestFamilyName() if "name" in font else None
        data = _data(key)
        if not family or key == "Hani":
            family = f"Fallback {key}"
            data = _renamed(font, family)
    folder = Path(_temporary().name) / key
    folder.mkdir()
    (folder / "font.otf").write_bytes(data)
    return Face(family=family, folder=folder, points=points)


def _renamed(font: TTFont, family: str) -> bytes:
    """Return the font's bytes with a name table that typst reads.

    Droid Sans Fallback carries names only in a form that typst passes over, and with them the
    whole font.
    """
    names = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    table = font["name"]
    table.names = []
    for name_id, text in names.items():
        record = NameRecord()
        record.nameID, record.string = name_id, text.encode("utf-16-be")
        record.platformID, record.platEncID, record.langID = 3, 1, 0x409
        table.names.append(record)
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


@functools.cache
def _data(key: str) -> bytes:
    """Return a fallback font's bytes: a script's by its ISO 15924 code, or a common one by name.

    Empty where PyMuPDF has none.
    """
    import pymupdf

    mupdf = pymupdf.mupdf
    common = {
        "emoji": mupdf.ll_fz_lookup_noto_emoji_font,
        "symbol1": mupdf.ll_fz_lookup_noto_symbol1_font,
        "symbol2": mupdf.ll_fz_lookup_noto_symbol2_font,
        "math": mupdf.ll_fz_lookup_noto_math_font,
        "music": mupdf.ll_fz_lookup_noto_music_font,
    }
    if key in common:
        return _static(mupdf, common[key])
    name = scripts.script_name(key, default="none").replace(" ", "_").replace("-", "_").upper()
    script = getattr(mupdf, f"UCDN_SCRIPT_{name}", None)
    if script is None:
        return b""
    font = mupdf.fz_load_fallback_font(script, 0, 0, 0, 0)
    if not font.m_internal:
        return b""
    buffer = mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(font.m_internal.buffer))
    return bytes(buffer.fz_buffer_extract_copy())


def _static(mupdf: Any, look_up: Callable[..., Any]) -> bytes:
    """Copy a font that lies in the library itself."""
    found = look_up()
    pointer, size = found if isinstance(found, (tuple, list)) else (found, 0)
    return bytes(mupdf.python_memoryview_from_memory(pointer, size, 0)) if size else b""
