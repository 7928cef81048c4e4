# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures on pages of A4, the right way up, and no finer than a court asks for (EW-GEN-10).

A JPEG that is fine enough and no finer goes in byte for byte. How large a picture is is read and
judged before any of it is unpacked.
"""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import DependencyMissing
from evidencekit.pdf.boxes import A4_HEIGHT, A4_WIDTH
from evidencekit.pdf.save import save_as
from evidencekit.pdf.takein_jpeg import taken_apart
from evidencekit.pdf.takein_kind import Kind
from evidencekit.pdf.takein_pixels import COLOURS, SPACES, Encoded, encoded, is_lossy, unpacked
from evidencekit.pdf.takein_result import TurnedPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pikepdf
    from PIL import Image as Pillow

    from evidencekit.pdf.takein_result import Notes

#: The largest sensors of telephones have 200 million.
MOST_PIXELS = 250_000_000
_MOST_FRAMES = 2_000
_DPI = 300
#: A picture of few pixels is not blown up beyond this many to the inch.
_FEWEST_DPI = 96
_MARGIN = 20 * 72 / 25.4
_ORIENTATION, _GPS = 0x0112, 0x8825
_UPRIGHT = 1
_TURNED = {2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
_ON_ITS_SIDE = frozenset((5, 6, 7, 8))
_PROFILES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
_LARGEST_PROFILE = 4_000_000
#: Pixels that are no squares, as a fax has them; what differs less is rounding.
_SQUARE = 0.02
_LEAST_RATIO = 0.25
_limit = threading.Lock()


@frozen(kw_only=True)
class _Place:
    """Where a picture stands on its page, in points from the bottom left."""

    page_width: float
    page_height: float
    x: float
    y: float
    width: float
    height: float


def picture_pages(source: Path, to: Path, *, kind: Kind, notes: Notes) -> None:
    """Write the picture *source* to *to*, a page for each picture in it that is a page.

    Raises:
        DependencyMissing: if it is HEIC, and what reads that is not installed.
        DocumentUnusable: if it is damaged, or has too many pixels.
    """
    import pikepdf

    with pikepdf.new() as pdf:
        try:
            with _opened(source, kind, notes) as picture:
                for number, frame in enumerate(_frames(picture, kind, notes), 1):
                    _add_page(pdf, source, frame, kind, number, notes)
        except (OSError, SyntaxError, ValueError, EOFError, TypeError, struct.error, zlib.error):
            # What Pillow raises on pictures that break the rules of their format.
            notes.refuse("is a picture that is damaged or breaks off")
        save_as(pdf, to, deterministic_id=True)


@contextmanager
def _opened(source: Path, kind: Kind, notes: Notes) -> Iterator[Pillow.Image]:
    """Open a picture of which nothing is unpacked yet, and judge its size."""
    from PIL import Image

    if kind is Kind.HEIC:
        yield _opened_heic(source, notes)
        return
    with _limit:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(source) as picture:
                    _check_size(*picture.size, notes)
                    yield picture
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _opened_heic(source: Path, notes: Notes) -> Pillow.Image:
    try:
        import pillow_heif
    except ImportError:
        extra = "heic"
        raise DependencyMissing(extra) from None
    container = pillow_heif.open_heif(source, convert_hdr_to_8bit=True)
    primary = container[container.primary_index]
    _check_size(*primary.size, notes)
    _note_frames(len(container), notes)
    picture: Pillow.Image = primary.to_pillow()
    # The decoder has turned it already; what its tag said is kept here.
    turned = picture.info.get("original_orientation")
    if turned not in {None, _UPRIGHT}:
        _note_turn(1, turned, notes)
    picture.getexif()[_ORIENTATION] = _UPRIGHT
    return picture


def _check_size(width: int, height: int, notes: Notes) -> None:
    if width < 1 or height < 1:
        notes.refuse("is a picture without pixels")
    if width * height > MOST_PIXELS:
        notes.refuse(
            f"is a picture of {width:,} x {height:,} pixels; the limit is "
            f"{MOST_PIXELS // 10**6} million"
        )


def _frames(picture: Pillow.Image, kind: Kind, notes: Notes) -> Iterator[Pillow.Image]:
    """Yield the pictures that are pages: all of a TIFF, the first of anything else."""
    if kind is Kind.HEIC:
        yield picture
        return
    count = getattr(picture, "n_frames", 1)
    if kind is not Kind.TIFF:
        _note_frames(count, notes)
        count = 1
    if count > _MOST_FRAMES:
        notes.refuse(f"holds more than {_MOST_FRAMES:,} pictures")
    for index in range(count):
        picture.seek(index)
        _check_size(*picture.size, notes)
        yield picture


def _note_frames(count: int, notes: Notes) -> None:
    if count > 1:
        notes.warn(
            "EK-P034", f"holds {count} pictures or moves; only its first picture is on the page"
        )


def _note_turn(page: int, orientation: int, notes: Notes) -> None:
    notes.turned.append(TurnedPage(page=page, degrees=_TURNED[orientation]))
    mirrored = ", and mirrored" if orientation in {2, 4, 5, 7} else ""
    notes.say(
        "EK-P032",
        f"picture {page} was turned clockwise by {_TURNED[orientation]} degrees{mirrored}, as the "
        "camera noted in it",
    )


def _add_page(
    pdf: pikepdf.Pdf, source: Path, frame: Pillow.Image, kind: Kind, number: int, notes: Notes
) -> None:
    """Add one page with one picture."""
    orientation = frame.getexif().get(_ORIENTATION, _UPRIGHT)
    if orientation not in _TURNED:
        orientation = _UPRIGHT
    if orientation != _UPRIGHT:
        _note_turn(number, orientation, notes)
    ratio = 1.0
    if kind is Kind.TIFF:
        ratio = _pixel_ratio(frame)
        if orientation in _ON_ITS_SIDE:
            ratio = 1 / ratio
        # Pillow turns these itself when it unpacks them.
        frame.load()
        orientation = _UPRIGHT
    profile = frame.info.get("icc_profile")
    size = frame.size
    place = _place(*size, ratio, on_its_side=orientation in _ON_ITS_SIDE)
    shown = (
        (place.height, place.width) if orientation in _ON_ITS_SIDE else (place.width, place.height)
    )
    most = (max(1, int(shown[0] / 72 * _DPI)), max(1, int(shown[1] / 72 * _DPI)))
    target = (min(size[0], most[0]), min(size[1], most[1]))
    if target != size:
        notes.say(
            "EK-P033",
            f"picture {number} was reduced from {size[0]} x {size[1]} to {target[0]} x {target[1]} "
            f"pixels, which is {_DPI} dpi on the page. The original is unchanged",
        )
    packed = None
    if kind is Kind.JPEG:
        packed = _as_it_is(source, frame, notes, shrinks=target != size)
    if packed is None:
        packed = encoded(unpacked(frame, target, notes), lossy=is_lossy(source, kind))
    _draw(pdf, packed, place, orientation, _profile(profile, packed.mode))


def _pixel_ratio(frame: Pillow.Image) -> float:
    """Return how wide a pixel is for its height."""
    try:
        across, down = (float(each) for each in frame.info.get("dpi", (1, 1)))
        ratio = down / across
    except (TypeError, ValueError, ZeroDivisionError):
        return 1.0
    plausible = _LEAST_RATIO <= ratio <= 1 / _LEAST_RATIO
    return ratio if plausible and abs(ratio - 1) > _SQUARE else 1.0


def _place(width: int, height: int, ratio: float, *, on_its_side: bool) -> _Place:
    """Put a picture in the middle of A4, upright or lying as the picture is."""
    across, down = width * max(ratio, 1.0), height * max(1 / ratio, 1.0)
    if on_its_side:
        across, down = down, across
    page = (A4_HEIGHT, A4_WIDTH) if across > down else (A4_WIDTH, A4_HEIGHT)
    scale = min((page[0] - 2 * _MARGIN) / across, (page[1] - 2 * _MARGIN) / down, 72 / _FEWEST_DPI)
    return _Place(
        page_width=page[0],
        page_height=page[1],
        x=(page[0] - across * scale) / 2,
        y=(page[1] - down * scale) / 2,
        width=across * scale,
        height=down * scale,
    )


def _as_it_is(source: Path, frame: Pillow.Image, notes: Notes, *, shrinks: bool) -> Encoded | None:
    """Return a JPEG's own bytes, where a PDF can hold them and they are not too many."""
    parts = taken_apart(source.read_bytes())
    if parts is None:
        notes.refuse("is a picture that breaks off")
    located = bool(frame.getexif().get_ifd(_GPS)) or b"GPSL" in frame.info.get("xmp", b"")
    if located:
        notes.say(
            "EK-P039",
            "says where it was taken (GPS). That is not carried into the bundle; the original is "
            "unchanged",
        )
    if parts.trailing:
        notes.say(
            "EK-P039",
            f"holds {parts.trailing:,} bytes after its picture, as a film or a second picture "
            "would be, which are not carried into the bundle",
        )
    mode, size = frame.mode, frame.size
    if shrinks or not parts.is_readable or mode not in SPACES:
        return None
    # Unpacked once, so that a picture that breaks off is not found by whoever opens the bundle.
    frame.load()
    inverted = mode == "CMYK" and "adobe" in frame.info
    return Encoded(
        data=parts.picture(with_about=not located),
        mode=mode,
        width=size[0],
        height=size[1],
        entries=(
            ("/Filter", "/DCTDecode"),
            *((("/Decode", (1, 0) * 4),) if inverted else ()),
        ),
    )


def _profile(profile: Any, mode: str) -> bytes | None:
    """Return a colour profile if it is one for the picture's own colours."""
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= _LARGEST_PROFILE:  # noqa: PLR2004
        return None
    fits = profile[16:20] == _PROFILES.get(mode) and profile[36:40] == b"acsp"
    return profile if fits else None


def _draw(
    pdf: pikepdf.Pdf,
    packed: Encoded,
    place: _Place,
    orientation: int,
    profile: bytes | None,
) -> None:
    """Add a page that shows a packed picture."""
    import pikepdf

    entries = {key: _value(value) for key, value in packed.entries}
    space: Any = pikepdf.Name(SPACES[packed.mode])
    if profile is not None:
        stream = pdf.make_stream(profile)
        stream["/N"] = COLOURS[packed.mode]
        space = pikepdf.Array([pikepdf.Name.ICCBased, stream])
    image = pikepdf.Stream(pdf, packed.data)
    for key, value in {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": packed.width,
        "/Height": packed.height,
        "/BitsPerComponent": 1 if packed.mode == "1" else 8,
        "/ColorSpace": space,
        **entries,
    }.items():
        image[key] = value
    page = pdf.add_blank_page(page_size=(place.page_width, place.page_height))
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
    matrix = " ".join(f"{each:.4f}" for each in _matrix(place, orientation))
    page.obj["/Contents"] = pdf.make_stream(f"q {matrix} cm /Im Do Q\n".encode())


def _value(value: Any) -> Any:
    import pikepdf

    if isinstance(value, str):
        return pikepdf.Name(value)
    if isinstance(value, dict):
        return pikepdf.Dictionary(value)
    return pikepdf.Array(list(value))


def _matrix(place: _Place, orientation: int) -> tuple[float, ...]:
    """Return what puts a picture where it belongs, turned and mirrored as its tag says."""
    x, y, wide, high = place.x, place.y, place.width, place.height
    return {
        1: (wide, 0, 0, high, x, y),
        2: (-wide, 0, 0, high, x + wide, y),
        3: (-wide, 0, 0, -high, x + wide, y + high),
        4: (wide, 0, 0, -high, x, y + high),
        5: (0, -high, -wide, 0, x + wide, y + high),
        6: (0, -high, wide, 0, x, y + high),
        7: (0, high, wide, 0, x, y),
        8: (0, high, -wide, 0, x + wide, y),
    }[orientation]
