# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bind each odd PDF of a folder by itself, and hold its pages against it by two engines.

    python bench/odd_pdfs.py FOLDER [--pages 8] [--twice]

Each file goes the whole way: taken in within a worker's limits, room made for its label, bound,
numbered, linked. Then its pages are drawn by PDFium and by MuPDF, from the file and from the
bundle, and compared outside of what is printed at the foot. A file is refused by name with its
reason, or included and looks the same; anything else is listed at the end and ends with code 1.
With `--twice` all of it is done again, and has to give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from measure import machine, now

#: Shares of pixels that clearly differ, of a page in its size, and of one that is shown smaller.
MOST_APART, MOST_APART_SHRUNK = 0.002, 0.004
#: The same for a form, whose values are drawn also where a viewer would first have to make them.
MOST_APART_FORM = 0.01
_DIFFERENT = 48
#: What of a page's foot is not compared, in points on a page as large as A4.
_FOOT = 40.0
_SECONDS, _MEMORY_MB = 60, 2048
#: Its fields were drawn onto the pages; a signature's picture is such a field.
_DRAWN_ANEW = {"EK-P004", "EK-P003"}
_ON_A4 = "EK-P008"


def bind(source: Path, folder: Path) -> tuple[Any, Path | None]:
    """Take the file in and bind it alone; return the outcome and the bundle."""
    from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, lay_out
    from evidencekit.pdf.assemble import assemble
    from evidencekit.pdf.placed import PlacedPart
    from evidencekit.pipeline.documents import _take_in

    item = "document:odd"
    outcome = _take_in(source, folder / "clean.pdf", source.name, item, "odd", None, None, None, ())
    if outcome.taken is None:
        return outcome, None
    front = (folder.parent / "front").read_bytes()
    head = SectionHead(letter="A", title="All")
    made = Item(id="part:index", title="Index", kind=ItemKind.GENERATED, section="A")
    odd = Item(id=item, title="An odd document", kind=ItemKind.DOCUMENT, section="A")
    layout = lay_out([head], [(made, 1), (odd, outcome.taken.pages)], numbering=Numbering.BATES)
    bundle = folder / "bundle.pdf"
    assemble(
        front,
        (PlacedPart(item="part:index", page=1, pages=1),),
        {item: outcome.taken},
        layout,
        title="Odd",
        language="en-GB",
        into=bundle,
    )
    return outcome, bundle


def front() -> bytes:
    """Set an index of one row."""
    from evidencekit.compose.index import index_part
    from evidencekit.model.bundle import Item, ItemKind, SectionHead
    from evidencekit.pdf.typeset import typeset

    odd = Item(id="document:odd", title="An odd document", kind=ItemKind.DOCUMENT, section="A")
    unused: Any = None
    head = SectionHead(letter="A", title="All")
    part = index_part(unused, unused, None, sections=[head], items=[odd])
    return typeset([part], title="Index", created=0).pdf


def by_pdfium(path: Path, index: int, scale: float) -> Any:
    """Draw a page by PDFium, in grey."""
    import numpy as np
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        # Fields of forms are drawn too, as they print: without the colour of what can be filled.
        document.init_forms()
        if document.formenv:
            pypdfium2.raw.FPDF_SetFormFieldHighlightAlpha(document.formenv, 0)
        page = document[index]
        longest = max(page.get_size())
        picture = page.render(scale=scale * min(1.0, 1400 / longest)).to_pil().convert("L")
        return np.asarray(picture, dtype=int)


def by_mupdf(path: Path, index: int, scale: float) -> Any:
    """Draw a page by MuPDF, in grey."""
    import numpy as np
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    with pymupdf.open(path, filetype="pdf") as document:
        page = document[index]
        factor = scale * min(1.0, 1400 / max(page.rect.width, page.rect.height))
        drawn = page.get_pixmap(
            matrix=pymupdf.Matrix(factor, factor), colorspace=pymupdf.csGRAY, alpha=False
        )
        rows = np.frombuffer(drawn.samples, dtype=np.uint8).reshape(drawn.height, drawn.stride)
        return rows[:, : drawn.width].astype(int)


ENGINES = {"PDFium": by_pdfium, "MuPDF": by_mupdf}


def apart(before: Any, after: Any, small: Any | None) -> float | None:
    """Return the share of pixels that clearly differ, the foot aside; None for another size.

    *small* is the page drawn in the size that the bundle shows it in, where that is another. What
    was drawn so is not to the pixel where it would be: there, a pixel may be as a neighbour is.
    """
    import numpy as np

    if before.shape != after.shape:
        return None
    height, width = before.shape
    foot = int(_FOOT * max(1.0, min(height, width) / 595.0))
    rows = slice(0, max(1, height - foot))
    if small is None:
        return float((np.abs(before - after)[rows] > _DIFFERENT).mean())
    sheet = np.full((height, width), 255)
    left = max(0, (width - small.shape[1]) // 2)
    part = small[:height, : width - left]
    sheet[: part.shape[0], left : left + part.shape[1]] = part
    return float((beyond(sheet, after) | beyond(after, sheet))[rows].mean())


def beyond(one: Any, other: Any) -> Any:
    """Return where *one* is clearly lighter or darker than all of *other* around there."""
    import numpy as np

    framed = np.pad(other, 1, mode="edge")
    height, width = other.shape
    around = [
        framed[row : row + height, column : column + width]
        for row in range(3)
        for column in range(3)
    ]
    return (one > np.maximum.reduce(around) + _DIFFERENT) | (
        one < np.minimum.reduce(around) - _DIFFERENT
    )


def compare(source: Path, taken: Any, bundle: Path, pages: int) -> list[str]:
    """Say on which pages the bundle looks otherwise than the file."""
    codes = {each.code for each in taken.findings}
    shrunk = {each.page: each.per_mille for each in taken.shrunk}
    wrong = []
    source = unlocked(source, bundle.with_name("unlocked.pdf"))
    for index in range(min(taken.pages, pages)):
        for name, draw in ENGINES.items():
            try:
                before = draw(source, index, 0.5)
            except Exception as error:  # noqa: BLE001 - what an engine cannot draw, it cannot judge
                wrong.append(f"? page {index + 1} by {name}: the file is not drawn ({error})")
                continue
            after = draw(bundle, index + 1, 0.5)
            small = None
            if index + 1 in shrunk:
                small = draw(source, index, 0.5 * shrunk[index + 1] / 1000)
            share = apart(before, after, small)
            if _ON_A4 in codes and share is None:
                continue
            most = MOST_APART_SHRUNK if index + 1 in shrunk else MOST_APART
            most = MOST_APART_FORM if codes & _DRAWN_ANEW else most
            if share is None or share > most:
                wrong.append(f"page {index + 1} by {name}: {share}")
    return wrong


def unlocked(source: Path, to: Path) -> Path:
    """Return a copy that is not encrypted of a file whose password is empty: not every engine
    tries that. Any other file is returned as it is.
    """
    import pikepdf

    try:
        with pikepdf.open(source) as pdf:
            if not pdf.is_encrypted:
                return source
            pdf.save(to, encryption=False)
    except pikepdf.PdfError:
        return source
    return to


def digest(path: Path | None) -> str:
    """Return the digest of a bundle."""
    return "" if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Go through the folder and print what became of each file."""
    # The worker finds what it is to do by the name of its module, which is not that of a script.
    from odd_pdfs import bind, compare

    from evidencekit.errors import EvidenceError
    from evidencekit.isolate import Isolate

    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--pages", type=int, default=8)
    options.add_argument("--twice", action="store_true")
    chosen = options.parse_args()
    print(machine())
    start = now()
    counts: Counter[str] = Counter()
    failed: list[str] = []
    with (
        tempfile.TemporaryDirectory() as name,
        Isolate(seconds=_SECONDS, memory_mb=_MEMORY_MB) as worker,
    ):
        root = Path(name)
        (root / "front").write_bytes(front())
        for number, source in enumerate(sorted(chosen.folder.rglob("*.pdf"))):
            shown = source.relative_to(chosen.folder).as_posix()
            digests = []
            for turn in range(2 if chosen.twice else 1):
                folder = root / f"{number}-{turn}"
                folder.mkdir()
                try:
                    outcome, bundle = worker.call(bind, source, folder)
                except EvidenceError as error:
                    counts["failed"] += 1
                    failed.append(f"{shown}: {error}")
                    break
                digests.append(digest(bundle))
            else:
                if len(set(digests)) != 1:
                    failed.append(f"{shown}: other bytes the second time")
                if bundle is None:
                    counts["refused"] += 1
                    print(f"refused  {shown}: {outcome.error.reason}")
                    continue
                wrong = worker.call(compare, source, outcome.taken, bundle, chosen.pages)
                unseen = [each for each in wrong if each.startswith("?")]
                failed += [f"{shown}: {each}" for each in wrong if each not in unseen]
                counts["included"] += 1
                counts["of those not drawn by one engine before"] += bool(unseen)
    print(f"{dict(counts)} in {now() - start:.0f} s")
    print("\n".join(failed) or "all as they should be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
