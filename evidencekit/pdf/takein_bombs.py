# SPDX-License-Identifier: AGPL-3.0-or-later
"""Streams that unpack to far more than they weigh, found without unpacking them into memory."""

from __future__ import annotations

import contextlib
import zlib
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.written import written

if TYPE_CHECKING:
    import pikepdf

#: A scan of A0 at 600 dpi in colour unpacks to 1.7 GB, which no court's reader opens either.
MOST_UNPACKED = 1_000_000_000
#: What a packed picture may weigh beyond what it unpacks to.
_SLACK = 1 << 16
_STEP = 1 << 20
_DEFLATE = frozenset(("/FlateDecode", "/Fl"))
_COMPONENTS = {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/RGB": 3, "/DeviceCMYK": 4, "/CMYK": 4}
_MOST_DECLARED = 4


def oversized_picture(pdf: pikepdf.Pdf) -> str:
    """Return why a picture in *pdf* is too large to be looked at, or nothing."""
    import pikepdf

    for each in pdf.objects:
        if not isinstance(each, pikepdf.Stream) or each.get("/Subtype") != "/Image":
            continue
        width, height = _whole(each.get("/Width")), _whole(each.get("/Height"))
        unpacked = width * height * _bits(each) // 8
        if unpacked > MOST_UNPACKED:
            return (
                f"holds a picture of {width:,} x {height:,} pixels, which unpacks to more than "
                f"{MOST_UNPACKED // 10**6:,} MB"
            )
        if _may_hide_more(each, unpacked) and inflated_size(each, most=MOST_UNPACKED) is None:
            return f"holds a picture that unpacks to more than {MOST_UNPACKED // 10**6:,} MB"
    return ""


def inflated_size(stream: pikepdf.Object, *, most: int) -> int | None:
    """Return what a stream unpacks to, counted in steps, or None if that is more than *most*.

    Only deflated layers are unpacked; pictures compressed otherwise say how large they are.
    """
    layers = sum(1 for each in filters(stream) if each in _DEFLATE)
    chain = [zlib.decompressobj() for _ in range(layers)]
    counted = [0] * (layers or 1)
    with contextlib.suppress(zlib.error):
        _count(chain, 0, stream.read_raw_bytes(), counted, most)
    return None if max(counted) > most else counted[-1]


def filters(stream: pikepdf.Object) -> list[str]:
    """Return the names of a stream's filters, in the order in which they are undone."""
    import pikepdf

    value: Any = stream.get("/Filter")
    if value is None:
        return []
    return [written(each) for each in (value if isinstance(value, pikepdf.Array) else [value])]


def _count(chain: list[Any], layer: int, data: bytes, counted: list[int], most: int) -> None:
    """Push *data* through the layers from *layer* on, a step at a time, and count each."""
    if layer == len(chain):
        if not chain:
            counted[0] = len(data)
        return
    while data and counted[layer] <= most:
        step = chain[layer].decompress(data, _STEP)
        counted[layer] += len(step)
        _count(chain, layer + 1, step, counted, most)
        if max(counted) > most:
            return
        data = chain[layer].unconsumed_tail


def _may_hide_more(image: pikepdf.Object, unpacked: int) -> bool:
    """Return whether a picture weighs more than it says it unpacks to, or is packed twice."""
    names = filters(image)
    if not names or not set(names) <= _DEFLATE:
        return False
    return len(names) > 1 or _whole(image.get("/Length")) > unpacked + _SLACK


def _bits(image: pikepdf.Object) -> int:
    """Return how many bits a pixel takes; a colour space that is not plain counts as the most."""
    if bool(image.get("/ImageMask")):
        return 1
    depth = _whole(image.get("/BitsPerComponent")) or 8
    space: Any = image.get("/ColorSpace")
    name = written(space[0] if _is_array(space) and len(space) else space)
    if name in {"/Indexed", "/I", "/DeviceGray", "/G", "/CalGray", "/Separation"}:
        return depth
    if name == "/ICCBased" and len(space) > 1 and hasattr(space[1], "get"):
        return depth * min(max(_whole(space[1].get("/N")), 1), _MOST_DECLARED)
    return depth * _COMPONENTS.get(name, 1 if space is None else _MOST_DECLARED)


def _is_array(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Array)


def _whole(value: Any) -> int:
    try:
        return max(int(value), 0)
    except (TypeError, ValueError):
        return 0
