# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import contextlib
import io
import struct
import sys
import zlib

import numpy as np
import pikepdf
import pymupdf
import pypdfium2
import pytest
from PIL import Image, ImageCms, ImageOps
from support_pdf import CORPORA, picture

from evidencekit.errors import DependencyMissing, DocumentUnusable
from evidencekit.isolate import Isolate
from evidencekit.pdf.takein import TakenIn, TurnedPage, take_in, take_in_isolated


def take(path) -> TakenIn:
    return take_in(path, path.with_name("clean.pdf"), name=path.name, item="document:x")


def codes(taken: TakenIn) -> list[str]:
    return [each.code for each in taken.findings]


def refusal(path) -> str:
    with pytest.raises(DocumentUnusable) as caught:
        take(path)
    return caught.value.reason


def scene(width: int = 300, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A picture whose four corners differ, so that no turn of it looks like another."""
    image = Image.new("RGB", (width, height), (120, 130, 140))
    half_width, half_height = width // 2, height // 2
    image.paste((200, 30, 30), (0, 0, half_width, half_height))
    image.paste((30, 160, 30), (half_width, 0, width, half_height))
    image.paste((30, 30, 200), (0, half_height, half_width, height))
    return image.convert(mode)


def exif(**tags) -> bytes:
    data = Image.Exif()
    if "orientation" in tags:
        data[0x0112] = tags["orientation"]
    if tags.get("located"):
        data.get_ifd(0x8825)[1] = "N"
        data.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    return data.tobytes()


def jpeg(path, image: Image.Image | None = None, **how):
    (image or scene()).save(path, "JPEG", quality=95, **how)
    return path


@pytest.fixture
def stored():
    """Return the picture of a page as the PDF holds it."""
    with contextlib.ExitStack() as opened:

        def _stored(taken: TakenIn, page: int = 0) -> pikepdf.Stream:
            pdf = opened.enter_context(pikepdf.open(taken.path))
            return pdf.pages[page].obj.Resources.XObject.Im

        yield _stored


def shown(taken: TakenIn, page: int = 0) -> Image.Image:
    """Return what PDFium shows inside the margins of a page."""
    with pypdfium2.PdfDocument(taken.path) as document:
        seen = document[page].render(scale=1).to_pil().convert("RGB")
    ink = ImageOps.invert(seen).getbbox()
    return seen.crop(ink)


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    wide, high = image.size
    return [
        image.convert("RGB").getpixel(at)
        for at in (
            (wide // 4, high // 4),
            (3 * wide // 4, high // 4),
            (wide // 4, 3 * high // 4),
            (3 * wide // 4, 3 * high // 4),
        )
    ]


def assert_alike(one: Image.Image, other: Image.Image, *, within: int = 12) -> None:
    assert np.abs(np.array(corners(one)) - np.array(corners(other))).max() <= within
    assert abs(one.width / one.height - other.width / other.height) < 0.03


def test_a_jpeg_goes_in_byte_for_byte_on_a4_lying_as_it_lies(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg")
    taken = take(path)
    assert (taken.kind, taken.pages, codes(taken)) == ("JPEG", 1, [])
    assert stored(taken).read_raw_bytes() == path.read_bytes()
    with pikepdf.open(taken.path) as pdf:
        box = [float(each) for each in pdf.pages[0].MediaBox]
    assert box == pytest.approx([0, 0, 841.89, 595.276], abs=0.01)
    assert_alike(shown(taken), scene())


def test_an_upright_picture_stands_on_an_upright_page_with_margins(tmp_path):
    taken = take(jpeg(tmp_path / "x.jpg", scene(1000, 1500)))
    grey = picture(taken.path, scale=1)
    assert grey.shape == (842, 596)
    rows, columns = np.nonzero(grey < 250)
    assert min(rows.min(), columns.min(), 842 - rows.max(), 596 - columns.max()) > 55


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_is_turned_as_its_camera_noted(tmp_path, orientation, kind):
    path = tmp_path / f"x.{kind.lower()}"
    scene().save(path, kind, exif=exif(orientation=orientation))
    taken = take(path)
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
    assert_alike(shown(taken), upright)
    degrees = {3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
    turned = (TurnedPage(page=1, degrees=degrees.get(orientation, 0)),)
    assert taken.turned == (turned if orientation > 1 else ())
    assert ("EK-P032" in codes(taken)) == (orientation > 1)


def test_a_turned_jpeg_still_goes_in_byte_for_byte(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg", exif=exif(orientation=6))
    assert stored(take(path)).read_raw_bytes() == path.read_bytes()


@pytest.mark.parametrize(("size", "orientation"), [((4000, 3000), 1), ((4000, 3000), 6)])
def test_a_picture_finer_than_300_dpi_is_reduced_to_it_and_says_so(tmp_path, size, orientation):
    taken = take(jpeg(tmp_path / "x.jpg", scene(*size), exif=exif(orientation=orientation)))
    assert "EK-P033" in codes(taken)
    with pymupdf.open(taken.path) as document:
        (info,) = document[0].get_image_info()
    box = pymupdf.Rect(info["bbox"])
    sides = (box.height, box.width) if orientation == 6 else (box.width, box.height)
    across, down = info["width"] / sides[0] * 72, info["height"] / sides[1] * 72
    assert 297 < min(across, down) <= max(across, down) <= 300


def test_a_picture_of_300_dpi_is_left_as_it_is(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg", scene(2000, 1400))
    taken = take(path)
    assert codes(taken) == []
    assert stored(taken).read_raw_bytes() == path.read_bytes()


def test_a_small_picture_is_not_blown_up(tmp_path):
    taken = take(jpeg(tmp_path / "x.jpg", scene(96, 48)))
    assert shown(taken).size == pytest.approx((72, 36), abs=2)


def test_a_png_is_kept_without_loss(tmp_path, stored):
    image = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8))
    image.save(tmp_path / "x.png")
    taken = take(tmp_path / "x.png")
    assert pikepdf.PdfImage(stored(taken)).as_pil_image().tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA", "RGB"])
def test_what_is_clear_is_shown_on_white(tmp_path, mode):
    image = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 150, 200))
    how = {}
    if mode == "RGB":
        image, how = Image.new("RGB", (300, 200), (7, 7, 7)), {"transparency": (7, 7, 7)}
        image.paste((200, 0, 0), (0, 0, 150, 200))
    elif mode == "P":
        image = image.quantize(4)
    else:
        image = image.convert(mode)
    image.save(tmp_path / ("x.tif" if mode == "PA" else "x.png"), **how)
    taken = take(tmp_path / ("x.tif" if mode == "PA" else "x.png"))
    grey = picture(taken.path)
    assert grey[:, -60:].min() == 255
    assert grey.min() < 160


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LAB", "I;16"])
def test_pictures_of_every_kind_of_colour_look_as_they_did(tmp_path, mode):
    path = tmp_path / "x.tif"
    if mode == "I;16":
        grey = np.array(scene(mode="L"), dtype=np.uint16) * 257
        Image.fromarray(grey).save(path)
        wanted = scene(mode="L")
    else:
        plain = {"1": {"dither": 0}, "P": {"palette": 1}}.get(mode, {})
        scene().convert(mode, **plain).save(path)
        with Image.open(path) as image:
            wanted = image.convert("RGB")
    # Each engine makes its own of inks.
    assert_alike(shown(take(path)), wanted, within=90 if mode == "CMYK" else 12)


def test_a_cmyk_jpeg_with_inverted_inks_is_not_shown_as_a_negative(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg", scene(mode="CMYK"))
    taken = take(path)
    assert stored(taken).read_raw_bytes() == path.read_bytes()
    assert_alike(shown(taken), scene(), within=90)
    with pymupdf.open(taken.path) as document:
        pixel = document[0].get_pixmap().pixel(340, 250)
    assert pixel[0] > 150 > max(pixel[1:])


def test_a_colour_profile_is_kept_where_it_fits(tmp_path, stored):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    taken = take(jpeg(tmp_path / "x.jpg", icc_profile=profile))
    assert bytes(stored(taken).ColorSpace[1].read_bytes()) == profile
    grey = take(jpeg(tmp_path / "g.jpg", scene(mode="L"), icc_profile=profile))
    assert stored(grey).ColorSpace == "/DeviceGray"


def test_all_pages_of_a_tiff_are_pages(tmp_path, stored):
    path = tmp_path / "x.tif"
    frames = [scene(60 + 20 * number, 100) for number in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    taken = take(path)
    assert taken.pages == 3
    assert [stored(taken, page).Width for page in range(3)] == [60, 80, 100]


def test_a_fax_whose_pixels_are_no_squares_keeps_its_shape(tmp_path):
    path = tmp_path / "x.tif"
    Image.new("1", (1728, 1145)).save(path, compression="group4", dpi=(204, 98))
    seen = shown(take(path))
    assert seen.height / seen.width == pytest.approx((1145 / 98) / (1728 / 204), rel=0.01)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_picture_that_moves_shows_its_first_and_says_so(tmp_path, kind):
    path = tmp_path / f"x.{kind.lower()}"
    scene().save(path, kind, save_all=True, append_images=[Image.new("RGB", (300, 200), "white")])
    taken = take(path)
    assert codes(taken) == ["EK-P034"]
    assert_alike(shown(taken), scene(), within=30)


def test_the_place_where_a_picture_was_taken_does_not_go_into_the_bundle(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg", exif=exif(located=True), comment=b"at home")
    taken = take(path)
    assert codes(taken) == ["EK-P039"]
    data = stored(taken).read_raw_bytes()
    assert b"Exif" in path.read_bytes()
    assert b"Exif" not in data
    assert b"at home" not in data
    with Image.open(path) as before, Image.open(io.BytesIO(data)) as after:
        assert before.tobytes() == after.tobytes()


def test_a_film_behind_a_picture_does_not_go_into_the_bundle(tmp_path, stored):
    path = jpeg(tmp_path / "x.jpg")
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0\0\0\x18ftypmp42" + b"film" * 1000)
    taken = take(path)
    assert codes(taken) == ["EK-P039"]
    assert stored(taken).read_raw_bytes() == whole


def test_a_heic_is_decoded_and_turned(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    path = tmp_path / "x.heic"
    pillow_heif.from_pillow(scene()).save(path, quality=95)
    taken = take(path)
    assert (taken.kind, taken.pages, codes(taken)) == ("HEIC", 1, [])
    assert_alike(shown(taken), scene(), within=25)
    pillow_heif.from_pillow(scene()).save(path, quality=95, exif=exif(orientation=6))
    taken = take(path)
    assert_alike(shown(taken), scene().transpose(Image.Transpose.ROTATE_270), within=25)
    assert taken.turned == (TurnedPage(page=1, degrees=90),)


def test_a_heic_without_what_reads_it_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "x.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    with pytest.raises(DependencyMissing) as caught:
        take(path)
    assert caught.value == DependencyMissing("heic")


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it has so many pixels, and weighs nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_of_60000_by_60000_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(png_of(60_000, 60_000))
    with (
        Isolate(seconds=30, memory_mb=700) as worker,
        pytest.raises(DocumentUnusable, match=r"60,000 x 60,000 pixels; the limit is 250 million"),
    ):
        take_in_isolated(worker, path, tmp_path / "clean.pdf", name="x.png", item="document:x")
    assert Image.MAX_IMAGE_PIXELS is not None


def test_a_second_page_of_too_many_pixels_is_refused_too(tmp_path):
    path = tmp_path / "x.tif"
    Image.new("1", (64, 64)).save(path, save_all=True, append_images=[Image.new("1", (8, 8))])
    data = bytearray(path.read_bytes())
    second = data.rfind(struct.pack("<HHI", 256, 4, 1)), data.rfind(struct.pack("<HHI", 257, 4, 1))
    assert min(second) > 0
    for at in second:
        data[at + 8 : at + 12] = struct.pack("<I", 60_000)
    path.write_bytes(data)
    assert "60,000 x 60,000" in refusal(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "GIF"])
@pytest.mark.parametrize("tenths", [1, 5, 9])
def test_a_picture_that_breaks_off_is_refused_by_name(tmp_path, kind, tenths):
    path = tmp_path / f"x.{kind.lower()}"
    noise = np.random.default_rng(2).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    assert "damaged" in refusal(path) or "breaks off" in refusal(path)


def test_the_same_picture_gives_the_same_bytes(tmp_path):
    path = jpeg(tmp_path / "x.jpg", scene(4000, 3000))
    first = take_in(path, tmp_path / "1.pdf", name="x.jpg", item="document:x")
    second = take_in(path, tmp_path / "2.pdf", name="x.jpg", item="document:x")
    assert first.path.read_bytes() == second.path.read_bytes()


def test_an_image_in_a_pdf_that_unpacks_to_more_than_any_reader_holds_is_refused(tmp_path):
    path = tmp_path / "x.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        image = pikepdf.Stream(pdf, zlib.compress(bytes(10)), Filter=pikepdf.Name.FlateDecode)
        for key, value in {"Width": 60_000, "Height": 60_000, "BitsPerComponent": 8}.items():
            image[f"/{key}"] = value
        image["/Subtype"], image["/ColorSpace"] = pikepdf.Name.Image, pikepdf.Name.DeviceRGB
        page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        pdf.save(path)
    assert "60,000 x 60,000 pixels" in refusal(path)


@pytest.mark.parametrize("layers", [1, 2])
def test_an_image_in_a_pdf_that_hides_how_far_it_unpacks_is_refused(tmp_path, layers):
    path = tmp_path / "x.pdf"
    deflate = zlib.compressobj(9)
    data = b"".join(deflate.compress(bytes(10**7)) for _ in range(110)) + deflate.flush()
    if layers == 2:
        data = zlib.compress(data, 9)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        image = pikepdf.Stream(pdf, data)
        image["/Filter"] = pikepdf.Array([pikepdf.Name.FlateDecode] * layers)
        image["/Width"] = image["/Height"] = 10
        image["/BitsPerComponent"] = 8
        image["/Subtype"], image["/ColorSpace"] = pikepdf.Name.Image, pikepdf.Name.DeviceGray
        page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        pdf.save(path)
    with Isolate(seconds=60, memory_mb=700) as worker, pytest.raises(DocumentUnusable) as caught:
        take_in_isolated(worker, path, tmp_path / "clean.pdf", name="x.pdf", item="document:x")
    assert caught.value.reason == "holds a picture that unpacks to more than 1,000 MB"


PICTURES = sorted(each for each in CORPORA.rglob("*") if each.suffix in {".png", ".jpg", ".tif"})


@pytest.mark.skipif(not PICTURES, reason="the folder of odd files is not here")
@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_of_others_are_taken_in_and_look_as_they_did(path, tmp_path):
    taken = take_in(path, tmp_path / "clean.pdf", name=path.name, item="document:x")
    assert taken.pages == 1
    with Image.open(path) as image:
        clear = image.convert("RGBA")
        if profile := image.info.get("icc_profile"):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            clear = ImageCms.profileToProfile(clear.convert("RGB"), own, srgb).convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    white.alpha_composite(clear)
    wanted = np.asarray(white.convert("L").resize((64, 64)), dtype=int)
    with pymupdf.open(taken.path) as document:
        box = document[0].get_image_info()[0]["bbox"]
    with pypdfium2.PdfDocument(taken.path) as document:
        seen = document[0].render(scale=2).to_pil().convert("L")
    seen = seen.crop([round(each * 2) for each in box]).resize((64, 64))
    assert np.abs(np.asarray(seen, dtype=int) - wanted).mean() < 10
