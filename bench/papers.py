# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write documents as courts are sent them: half of the pages scans, half from a word processor.

The text is set by LibreOffice, so fonts, their subsets, streams and bookmarks are what a word
processor writes and not what suits one program or another. A scan is a page that is one JPEG. One
text in five has names that its own links lead to, one in ten a layer that is hidden.

`gather` takes real documents instead: all of a folder that every program of the comparison opens.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SCAN_BYTES = 150_000
_SECONDS, _MEMORY_MB = 60, 2048
_WORDS = (  # noqa: SIM905 - words, to be read
    "the mother said that she had asked for the minutes of the meeting and was told they would be "
    "sent by the social worker within five working days of the conference which was held at the "
    "council offices on Tuesday morning when the health visitor the class teacher and the "
    "independent reviewing officer were present and contact arrangements school attendance and the "
    "written agreement were discussed in turn no objection was recorded"
).split()
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for name, full in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
)
_START = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {_NAMESPACES} office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls>
<style:font-face style:name="Serif" svg:font-family="'Liberation Serif'"/>
<style:font-face style:name="Sans" svg:font-family="'Liberation Sans'"/>
</office:font-face-decls>
<office:styles>
<style:style style:name="Standard" style:family="paragraph">
<style:paragraph-properties fo:margin-bottom="0.2cm" fo:text-align="justify"/>
<style:text-properties style:font-name="Serif" fo:font-size="11pt"/></style:style>
<style:style style:name="H" style:family="paragraph" style:default-outline-level="1">
<style:text-properties style:font-name="Sans" fo:font-size="14pt" fo:font-weight="bold"/>
</style:style>
</office:styles>
<office:automatic-styles>
<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm"
 fo:page-height="29.7cm" fo:margin-top="2cm" fo:margin-bottom="1.5cm" fo:margin-left="2.5cm"
 fo:margin-right="2.5cm"/><style:footer-style/></style:page-layout>
<style:style style:name="N" style:family="paragraph" style:parent-style-name="H">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="B" style:family="text">
<style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="I" style:family="text">
<style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="C" style:family="table-cell">
<style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4">
<style:footer><text:p text:style-name="Standard">Page <text:page-number>1</text:page-number> of
<text:page-count>1</text:page-count></text:p></style:footer></style:master-page>
</office:master-styles>
<office:body><office:text>
"""
_END = "</office:text></office:body></office:document>"


def page_counts(documents: int, pages: int) -> list[int]:
    """Return how many pages each document has: many short ones, some long ones."""
    chance = random.Random(5)  # noqa: S311 - the same files each time
    weights = [chance.paretovariate(1.3) for _ in range(documents)]
    counts = [max(1, int(pages * each / sum(weights))) for each in weights]
    counts[counts.index(max(counts))] += pages - sum(counts)
    return counts


def write_documents(folder: Path, documents: int, pages: int) -> None:
    """Write so many documents, every other one a scan, with half of the pages each."""
    half = documents // 2
    scanned = page_counts(half, pages // 2)
    written = page_counts(documents - half, pages - pages // 2)
    _write_scans(folder, scanned)
    _write_texts(folder, written)


def gather(source: Path, folder: Path) -> None:
    """Copy the PDFs of *source* that each program opens to *folder*, and say which are left out."""
    from evidencekit.errors import EvidenceError
    from evidencekit.isolate import Isolate

    kept = 0
    left_out = []
    with (
        tempfile.TemporaryDirectory() as name,
        Isolate(seconds=_SECONDS, memory_mb=_MEMORY_MB) as worker,
    ):
        for path in sorted(source.rglob("*.pdf")):
            refused = []
            for program, opens in _PROGRAMS.items():
                try:
                    worker.call(opens, path, Path(name) / "tried.pdf")
                except EvidenceError:
                    refused.append(program)
            if refused:
                left_out.append(f"{path.relative_to(source)} ({', '.join(refused)})")
                continue
            shutil.copyfile(path, folder / f"{kept:03}.pdf")
            kept += 1
    print(f"{kept} real PDFs; not opened by all: {len(left_out)}")
    print("".join(f"  {each}\n" for each in left_out), end="")


def _opened_here(path: Path, to: Path) -> None:
    from evidencekit.pdf.takein import take_in

    take_in(path, to, name=path.name, item="document:tried")


def _opened_by_qpdf(path: Path, to: Path) -> None:
    done = subprocess.run(
        ["qpdf", "--empty", "--pages", str(path), "--", str(to)], check=False, capture_output=True
    )
    # 3: it is done, and there were warnings.
    assert done.returncode in {0, 3}


def _opened_by_pypdf(path: Path, to: Path) -> None:
    from overlays import append_and_overlay

    append_and_overlay(_empty_page(), [path], to)


def _opened_pass_by_pass(path: Path, to: Path) -> None:
    from overlays import pass_by_pass

    pass_by_pass(_empty_page(), [path], to)


def _empty_page() -> bytes:
    import pikepdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        made = io.BytesIO()
        pdf.save(made)
    return made.getvalue()


_PROGRAMS = {
    "evidencekit": _opened_here,
    "qpdf": _opened_by_qpdf,
    "pypdf": _opened_by_pypdf,
    "pass by pass": _opened_pass_by_pass,
}


def _write_scans(folder: Path, counts: list[int]) -> None:
    import pikepdf
    from pikepdf import Dictionary, Name

    pictures = _scans()
    made = 0
    for number, count in enumerate(counts):
        with pikepdf.new() as pdf:
            for _ in range(count):
                page = pdf.add_blank_page(page_size=(595, 842))
                made += 1
                # A comment at its end makes each picture a file of its own, as scans are.
                picture = pdf.make_stream(
                    pictures[made % len(pictures)] + b"%08d" % made,
                    Type=Name.XObject,
                    Subtype=Name.Image,
                    Width=1240,
                    Height=1754,
                    ColorSpace=Name.DeviceGray,
                    BitsPerComponent=8,
                    Filter=Name.DCTDecode,
                )
                page.obj["/Resources"] = Dictionary(XObject=Dictionary(Im=picture))
                page.obj["/Contents"] = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q\n")
            pdf.save(folder / f"{2 * number:03}.pdf")


def _scans() -> list[bytes]:
    """Return pictures of paper as a scanner makes them: grey, noisy, of the usual size."""
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(3)
    made = []
    for _ in range(8):
        paper = noise.normal(228, 13, (1754, 1240))
        for line in range(120, 1640, 34):
            words = noise.random(1240) > 0.35
            paper[line : line + 12, 110:1130] -= 130 * words[110:1130]
        picture = Image.fromarray(paper.clip(0, 255).astype("uint8"), "L")
        quality = 60
        while True:
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=quality, dpi=(150, 150))
            if buffer.tell() <= SCAN_BYTES or quality <= 5:
                break
            quality -= 3
        made.append(buffer.getvalue())
    return made


def _write_texts(folder: Path, counts: list[int]) -> None:
    import pikepdf

    chance = random.Random(7)  # noqa: S311 - the same words each time
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for number, count in enumerate(counts):
            (scratch / f"{2 * number + 1:03}.fodt").write_text(_text(chance, count))
        _convert(scratch)
        for number, count in enumerate(counts):
            with pikepdf.open(scratch / f"{2 * number + 1:03}.pdf") as pdf:
                assert len(pdf.pages) == count, f"{len(pdf.pages)} pages of {count}"
                if number % 5 == 0:
                    _name_and_link(pdf)
                if number % 10 == 1:
                    _add_layer(pdf)
                pdf.save(folder / f"{2 * number + 1:03}.pdf")


def _convert(folder: Path) -> None:
    """Let the word processor write what it is given as PDFs, with bookmarks, as its users do."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        sys.exit("LibreOffice sets the documents that are bound, and was not found")
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder)]
    files = sorted(map(str, folder.glob("*.fodt")))
    subprocess.run([*command, *files], check=True, capture_output=True)


def _text(chance: random.Random, pages: int) -> str:
    """Return a document of so many pages, each begun by a heading; on some there is a table."""
    parts = [_START]
    for page in range(pages):
        style = "N" if page else "H"
        heading = _words(chance, 5).capitalize()
        parts.append(f'<text:h text:style-name="{style}" text:outline-level="1">{heading}</text:h>')
        table = chance.random() < 0.2
        parts += (_paragraph(chance) for _ in range(6 if table else 9))
        if table:
            parts.append(_table(chance))
    return "".join([*parts, _END])


def _words(chance: random.Random, number: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(number))


def _paragraph(chance: random.Random) -> str:
    words = _words(chance, chance.randint(40, 75)).capitalize()
    kind = chance.random()
    if kind < 0.25:
        words += f' <text:span text:style-name="B">{_words(chance, 4)}</text:span>'
    elif kind < 0.4:
        words += f' <text:span text:style-name="I">{_words(chance, 8)}</text:span>'
    number = chance.randint(1, 99)
    return f'<text:p text:style-name="Standard">{number}. {words}.</text:p>'


def _table(chance: random.Random) -> str:
    cells = (
        "".join(
            '<table:table-cell table:style-name="C"><text:p text:style-name="Standard">'
            f"{_words(chance, each)}</text:p></table:table-cell>"
            for each in (2, 6, 1)
        )
        for _ in range(6)
    )
    rows = "".join(f"<table:table-row>{each}</table:table-row>" for each in cells)
    columns = '<table:table-column table:number-columns-repeated="3"/>'
    return f"<table:table>{columns}{rows}</table:table>"


def _name_and_link(pdf: Any) -> None:
    """Give the document a named destination, and each page a link to it."""
    from pikepdf import Array, Dictionary, Name

    pdf.Root["/Dests"] = Dictionary(end=Array([pdf.pages[-1].obj, Name.Fit]))
    for page in pdf.pages:
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([72, 700, 200, 714]), Dest=Name("/end")
        )
        page.obj["/Annots"] = Array([pdf.make_indirect(link)])


def _add_layer(pdf: Any) -> None:
    """Give the document a layer that is hidden."""
    from pikepdf import Array, Dictionary, Name, String

    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Notes")))
    pdf.Root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    for page in pdf.pages:
        font = next(iter(page.obj.Resources.Font.keys()))
        page.obj.Resources["/Properties"] = Dictionary(L1=layer)
        draw = b"/OC /L1 BDC BT %b 20 Tf 72 60 Td (a note) Tj ET EMC\n" % font.encode()
        page.contents_add(draw)
