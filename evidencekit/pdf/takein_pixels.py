# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pixels of a picture, packed as a PDF holds them."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.pdf.takein_kind import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image as Pillow

    from evidencekit.pdf.takein_result import Notes

_QUALITY = 92
SPACES = {"1": "/DeviceGray", "L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}
COLOURS = {"1": 1, "L": 1, "RGB": 3, "CMYK": 4}


@frozen(kw_only=True)
class Encoded:
    """A picture as a PDF holds it: packed bytes, and the entries that say how."""

    data: bytes
    mode: str
    width: int
    height: int
    entries: tuple[tuple[str, Any], ...]


def is_lossy(source: Path, kind: Kind) -> bool:
    """Return whether a picture was packed with loss by whoever made it, so that it may be again."""
    if kind is Kind.WEBP:
        with source.open("rb") as file:
            return b"VP8 " in file.read(4096)
    return kind in {Kind.JPEG, Kind.HEIC}


def unpacked(frame: Pillow.Image, target: tuple[int, int], notes: Notes) -> Pillow.Image:
    """Return a frame's pixels in a mode that a PDF has, on white, at most *target* of them."""
    from PIL import Image

    if target != frame.size and frame.format in {"JPEG", "MPO"}:
        frame.draft(None, (target[0] * 2, target[1] * 2))
    frame.load()
    picture = _plain(frame, notes)
    if picture.size[0] > target[0] or picture.size[1] > target[1]:
        if picture.mode == "1":
            picture = picture.convert("L")
        picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture


def _plain(frame: Pillow.Image, notes: Notes) -> Pillow.Image:
    """Return a picture as black and white, grey, RGB or CMYK of eight bits, without gaps."""
    from PIL import Image

    if frame.has_transparency_data:
        layer = frame.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        return white.convert("RGB")
    if frame.mode in SPACES:
        return frame
    if frame.mode.startswith("I;16"):
        return frame.point(lambda value: value / 256).convert("L")
    if frame.mode in {"I", "F"}:
        notes.refuse("is a picture of measurements, which have no colours of their own")
    return frame.convert("RGB")


def encoded(picture: Pillow.Image, *, lossy: bool) -> Encoded:
    """Pack a picture: as JPEG what was packed with loss before, anything else without loss."""
    out = io.BytesIO()
    entries: tuple[tuple[str, Any], ...]
    if lossy and picture.mode in {"L", "RGB"}:
        picture.save(out, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
        data, entries = out.getvalue(), (("/Filter", "/DCTDecode"),)
    elif picture.mode == "CMYK":
        data, entries = zlib.compress(picture.tobytes(), 6), (("/Filter", "/FlateDecode"),)
    else:
        picture.save(out, "PNG", compress_level=6, icc_profile=None)
        data = _png_data(out.getvalue())
        how = {
            "/Predictor": 15,
            "/Colors": COLOURS[picture.mode],
            "/BitsPerComponent": 1 if picture.mode == "1" else 8,
            "/Columns": picture.width,
        }
        entries = (("/Filter", "/FlateDecode"), ("/DecodeParms", how))
    return Encoded(
        data=data, mode=picture.mode, width=picture.width, height=picture.height, entries=entries
    )


def _png_data(png: bytes) -> bytes:
    """Return the packed pixels of a PNG file, which a PDF takes as they are."""
    at, data = 8, bytearray()
    while at + 8 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return bytes(data)
