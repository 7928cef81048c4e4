# SPDX-License-Identifier: AGPL-3.0-or-later
"""The faces that pages are set in, and a face for every script that a name may be written in.

Pages are set in Arimo, which has Arial's widths (EW-FAM-11 asks for Arial or Times New Roman); its
four static faces are shipped beside this module, and so is Noto Emoji, because people write in
emoji. What these lack comes from the fallback fonts inside the PyMuPDF wheel, written to a
temporary folder that lives as long as the process, and only for the scripts that a text really
holds: most bundles load none. The machine's own fonts are never looked at, so that the same matter
looks the same everywhere.
"""

from __future__ import annotations

import atexit
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
    from collections.abc import Callable, Iterable, Iterator, Mapping

#: Where the four static faces of Arimo are, and the emoji.
FACES = Path(__file__).parent / "fonts" / "arimo"
EMOJI = Path(__file__).parent / "fonts" / "emoji"

#: The family that pages are set in.
FAMILY = "Arimo"

#: The family for digests. Typst brings it along.
MONO_FAMILY = "DejaVu Sans Mono"

#: The part of the em that one character of it takes.
MONO_ADVANCE = 0.602

#: Characters of every script, tried in this order where neither Arimo nor a script's font has one.
_COMMON = ("symbol1", "symbol2", "math", "music", "Hani", "emoji")

# From here on, signs are pictures unless said otherwise; before it, only where U+FE0F asks for one.
_PICTURES = 0x1F000

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


class Undrawable(LookupError):
    """No font has all of these characters, which form one sign (most often there is just one)."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(characters)

    def __str__(self) -> str:
        """Name the code points."""
        return " with ".join(named(each) for each in self.characters)


def named(character: str) -> str:
    """Return a code point with its name, if it has one."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def segments(text: str) -> tuple[tuple[str, str | None], ...]:
    """Split *text* by the fonts that draw it; None is Arimo, and most text is nothing else.

    Each sign, with its marks and joiners, is drawn by one font that has all of it. That is seen to
    here because the typesetter takes a sign's parts from two fonts and loses some on the way.

    Raises:
        Undrawable: for the first sign that no font has.
    """
    if _main_characters().issuperset(text):
        return ((text, None),)
    in_use = {script for each in text if _is_certain(each) for script in _scripts(each)}
    found: list[tuple[str, str | None]] = []
    for sign in _signs(text):
        key = _key_of(sign, in_use)
        if found and found[-1][1] == key:
            found[-1] = (found[-1][0] + sign, key)
        else:
            found.append((sign, key))
    return tuple(found)


def family(key: str) -> str:
    """Return the name of a fallback font's family."""
    return _face(key).family


def folders(keys: Iterable[str]) -> tuple[Path, ...]:
    """Return where Arimo and the fallback fonts *keys* lie."""
    return (FACES, *(_face(key).folder for key in sorted(keys)))


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
def _main_characters() -> frozenset[str]:
    # What Arimo keeps in the private areas has no meaning elsewhere, and PDF/A does not admit it.
    drawn = (chr(each) for each in advances())
    return frozenset(each for each in drawn if unicodedata.category(each) != "Co") | {" ", "\n"}


def joins(previous: str, character: str) -> bool:
    """Say whether two characters are parts of one sign, which one font draws in one place."""
    return (
        ord(character) in _SHAPELESS
        or unicodedata.category(character)[0] == "M"
        or previous == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or ("\U0001f1e6" <= previous <= "\U0001f1ff" and "\U0001f1e6" <= character <= "\U0001f1ff")
    )


def _signs(text: str) -> Iterator[str]:
    """Split *text* into signs."""
    sign = ""
    for character in text:
        if sign and not joins(sign[-1], character):
            yield sign
            sign = ""
        sign += character
    if sign:
        yield sign


def _scripts(character: str) -> tuple[str, ...]:
    """Return the keys of the scripts that *character* is used in."""
    found = {"Hani" if script in _CJK else script for script in scripts.script_extension(character)}
    return tuple(sorted(found - _NO_SCRIPT))


def _is_certain(character: str) -> bool:
    """Say whether *character* shows which script a text is written in."""
    return scripts.script(character) not in _NO_SCRIPT


def _is_blank(character: str) -> bool:
    """Say whether *character* is a space; that of Ogham is a line in its fonts, and needs one."""
    return character.isspace() and character != "\u1680"


def _key_of(sign: str, in_use: set[str]) -> str | None:
    """Return the key of a font that has all of *sign*; None for Arimo.

    A comma or danda that several scripts share is taken from one that the text is written in.

    Raises:
        Undrawable: if no font has it.
    """
    shapes = [each for each in sign if ord(each) not in _SHAPELESS and not _is_blank(each)]
    if _main_characters().issuperset(shapes):
        return None
    points = {ord(each) for each in unicodedata.normalize("NFC", "".join(shapes))}
    if all(unicodedata.category(each) not in ("Cc", "Co", "Cs") for each in shapes):
        own: list[str] = sorted({script for each in shapes for script in _scripts(each)})
        pictured = "\ufe0f" in sign or max(points) >= _PICTURES
        common = ("emoji", *_COMMON) if pictured else _COMMON
        keys: tuple[str, ...] = (*(key for key in own if key in in_use), *own, *common)
        for key in keys:
            if points <= _points(key):
                return key
    lost = [each for each in shapes if each not in _main_characters()]
    alone = [each for each in lost if len(shapes) > 1 and not _has_font(each, in_use)]
    raise Undrawable("".join(alone[:1] or shapes))


def _has_font(character: str, in_use: set[str]) -> bool:
    try:
        _key_of(character, in_use)
    except Undrawable:
        return False
    return True


def _points(key: str) -> frozenset[int]:
    return _face(key).points if _data(key) else frozenset()


@functools.cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """Make the folder for fallback fonts; it goes when the process does."""
    folder = tempfile.TemporaryDirectory(prefix="evidencekit-fonts-")
    atexit.register(folder.cleanup)
    return folder


@functools.cache
def _face(key: str) -> Face:
    """Return one fallback font, written where typst can find it."""
    if key == "emoji":
        return Face(family="Noto Emoji", folder=EMOJI, points=_points_in(_data(key)))
    with TTFont(io.BytesIO(_data(key)), lazy=True, recalcTimestamp=False) as font:
        family = font["name"].getBestFamilyName() if "name" in font else None
        data = _data(key)
        if not family or key == "Hani":
            family = f"Fallback {key}"
            data = _renamed(font, family)
    folder = Path(_temporary().name) / key
    folder.mkdir()
    (folder / "font.otf").write_bytes(data)
    return Face(family=family, folder=folder, points=_points_in(data))


def _points_in(data: bytes) -> frozenset[int]:
    with TTFont(io.BytesIO(data), lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


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
    if key == "emoji":
        return (EMOJI / "NotoEmoji-Regular.ttf").read_bytes()
    import pymupdf

    mupdf = pymupdf.mupdf
    common = {
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
    # The plain call, not the wrapped one: MuPDF keeps the font, and a wrapper would drop it again.
    font = mupdf.ll_fz_load_fallback_font(script, 0, 0, 0, 0)
    if not font:
        return b""
    buffer = mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(font.buffer))
    return bytes(buffer.fz_buffer_extract_copy())


def _static(mupdf: Any, look_up: Callable[..., Any]) -> bytes:
    """Copy a font that lies in the library itself."""
    found = look_up()
    pointer, size = found if isinstance(found, (tuple, list)) else (found, 0)
    return bytes(mupdf.python_memoryview_from_memory(pointer, size, 0)) if size else b""
