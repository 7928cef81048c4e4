# SPDX-License-Identifier: AGPL-3.0-or-later
"""Give scanned pages a layer of words that can be searched, under a picture that stays as it is.

The tesseract of this machine reads each page that has no words of its own. What it reads goes under
the picture, unseen; the picture's bytes are not touched. A page that lies on its side is turned, by
a number on the page, not by redrawing it, and the turn is recorded. What was read is kept in a
folder by the digest of the page as seen, so that no page is read twice.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.errors import DependencyMissing
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.pdf.save import save_as
from evidencekit.pdf.takein_graft import Grafter
from evidencekit.pdf.takein_minder import run
from evidencekit.pdf.takein_result import TurnedPage
from evidencekit.pdfread.mupdf import mupdf_errors, quiet_mupdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.pdf.takein_result import TakenIn

_DPI = 300
#: A page larger than A2 is read less finely.
_MOST_PIXELS = 36_000_000
_SECONDS = 120
#: How sure tesseract must be which way is up; on clear print it says 15 and more.
_SURE = 5.0
_ROTATE = re.compile(r"^Rotate:\s*(\d+)", re.MULTILINE)
_CONFIDENCE = re.compile(r"^Orientation confidence:\s*([\d.]+)", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z_/]+(\+[A-Za-z_/]+)*")
_KEPT = b"evidencekit words 1"


@frozen(kw_only=True)
class _Reading:
    """What was read of a page: how far it was turned for that, and a PDF of unseen words."""

    degrees: int
    pdf: bytes


@frozen(kw_only=True)
class _Reader:
    """The tesseract of this machine, told which languages to read."""

    program: str
    version: str
    language: str
    cache: Path | None

    def read(self, picture: Path, key: str) -> _Reading | None:
        """Read the picture of a page, unless that was done before; None if it cannot be read."""
        reading = self._kept(key)
        if reading is None:
            reading = self._read(picture)
            if reading is not None:
                self._keep(key, reading)
        picture.unlink()
        return reading

    def key(self, samples: bytes, size: str) -> str:
        """Return what a page as seen is known by."""
        digest = hashlib.sha256(f"{self.version}\n{self.language}\n{size}\n".encode())
        digest.update(samples)
        return digest.hexdigest()

    def _read(self, picture: Path) -> _Reading | None:
        degrees = self._turn(picture)
        upright = picture
        if degrees:
            upright = picture.with_suffix(".turned.pgm")
            _turn(picture, upright, degrees)
        self._run(upright, "-l", self.language, "-c", "textonly_pdf=1", "pdf")
        made = picture.with_suffix(".pdf")
        if not made.is_file():
            return None
        return _Reading(degrees=degrees, pdf=made.read_bytes())

    def _turn(self, picture: Path) -> int:
        """Return how far a page must be turned clockwise to stand upright; 0 if that is unsure."""
        self._run(picture, "--psm", "0", "-l", "osd")
        told = picture.with_suffix(".osd")
        text = told.read_text(encoding="utf-8", errors="replace") if told.is_file() else ""
        turn, sure = _ROTATE.search(text), _CONFIDENCE.search(text)
        if turn is None or sure is None or float(sure[1]) < _SURE:
            return 0
        return int(turn[1]) // 90 % 4 * 90

    def _run(self, picture: Path, *options: str) -> None:
        base = picture.name.partition(".")[0]
        run(
            [self.program, picture.name, base, "--dpi", str(_DPI), *options],
            seconds=_SECONDS,
            folder=str(picture.parent),
            environment={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )

    def _kept(self, key: str) -> _Reading | None:
        if self.cache is None:
            return None
        try:
            head, _, pdf = (self.cache / key).read_bytes().partition(b"\n")
        except OSError:
            return None
        mark, degrees, digest = head.rsplit(b" ", 2) if head.count(b" ") > 1 else (b"", b"", b"")
        if mark != _KEPT or digest.decode("ascii", "replace") != hashlib.sha256(pdf).hexdigest():
            return None
        return _Reading(degrees=int(degrees), pdf=pdf)

    def _keep(self, key: str, reading: _Reading) -> None:
        if self.cache is None:
            return
        self.cache.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(reading.pdf).hexdigest()
        head = b"%s %d %s\n" % (_KEPT, reading.degrees, digest.encode())
        with tempfile.NamedTemporaryFile(dir=self.cache, delete=False) as file:
            file.write(head + reading.pdf)
        Path(file.name).replace(self.cache / key)


def recognise(
    taken: TakenIn,
    to: Path,
    *,
    item: str,
    language: str = "eng",
    cache: Path | None = None,
    workers: int = 1,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> TakenIn:
    """Write to *to* what was taken in, with words under each page that has none.

    Args:
        taken: a clean PDF, of which the file is only read.
        to: the PDF to write.
        item: what findings call the document.
        language: the languages to read, as tesseract names them, such as "eng" or "eng+cym".
        cache: a folder that keeps what was read, so that it need not be read again.
        workers: how many pages to read at a time.
        progress: called after each page.
        cancelled: asked before each page.

    Raises:
        DependencyMissing: if tesseract is not installed, or not for a language.
        Cancelled: if the caller asked for it; nothing is written.
    """
    import pikepdf

    reader = _reader(language, cache)
    with (
        tempfile.TemporaryDirectory(dir=to.parent) as scratch,
        pikepdf.open(taken.path) as pdf,
    ):
        grafter = Grafter(pdf)
        turned: list[TurnedPage] = []
        recognised: list[int] = []
        unread = 0
        readings = _readings(reader, taken.path, Path(scratch), workers)
        for number, total, reading in readings:
            raise_if_cancelled(cancelled)
            if reading is None:
                unread += 1
            elif grafter.graft(number, reading.pdf, degrees=reading.degrees):
                recognised.append(number)
                if reading.degrees:
                    turned.append(TurnedPage(page=number, degrees=reading.degrees))
            if progress is not None:
                progress(Progress(stage="words", done=number, total=total, subject=item))
        save_as(pdf, to, encryption=False, deterministic_id=True, fix_metadata_version=False)
    findings = (*taken.findings, *_findings(item, recognised, turned, unread, reader))
    return evolve(
        taken,
        path=to,
        findings=tuple(sorted(findings, key=lambda each: each.code)),
        turned=(*taken.turned, *turned),
        recognised=tuple(recognised),
    )


def _reader(language: str, cache: Path | None) -> _Reader:
    """Find tesseract, and see that it knows the languages.

    Raises:
        DependencyMissing: if it is not there, or does not.
    """
    program = shutil.which("tesseract")
    extra = "ocr"
    if program is None:
        raise DependencyMissing(extra, "tesseract")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    known = set(listed.stdout.split())
    wanted = language.split("+") if _LANGUAGE.fullmatch(language) else [""]
    for each in (*wanted, "osd"):
        if each not in known:
            raise DependencyMissing(extra, f"tesseract's data for the language {each!r}")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return _Reader(
        program=program,
        version=(version.stdout or version.stderr).partition("\n")[0].strip(),
        language=language,
        cache=cache,
    )


def _readings(
    reader: _Reader, path: Path, scratch: Path, workers: int
) -> Iterator[tuple[int, int, _Reading | None]]:
    """Yield number, number of pages and what was read, for each page without words, in order.

    Pages are drawn one after the other, because MuPDF is not made for threads, and only a few more
    than are being read, because each takes megabytes.
    """
    waiting: deque[tuple[int, Future[_Reading | None]]] = deque()
    with quiet_mupdf().open(path, filetype="pdf") as document, ThreadPoolExecutor(workers) as lanes:
        total = document.page_count
        try:
            for number in range(1, total + 1):
                drawn = _drawn(document, number, scratch, reader)
                if drawn is None:
                    continue
                picture, key = drawn
                waiting.append((number, lanes.submit(reader.read, picture, key)))
                if len(waiting) > workers:
                    done, future = waiting.popleft()
                    yield done, total, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, total, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _drawn(document: Any, number: int, scratch: Path, reader: _Reader) -> tuple[Path, str] | None:
    """Draw a page for reading; None if it has words, or nothing to read."""
    pymupdf = quiet_mupdf()
    page = document[number - 1]
    try:
        if page.get_text().strip() or not page.get_bboxlog():
            return None
        inches = (page.rect.width / 72) * (page.rect.height / 72)
        scale = min(1.0, (_MOST_PIXELS / (inches * _DPI**2)) ** 0.5) * _DPI / 72
        pixels = page.get_pixmap(
            matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=False
        )
        if pixels.is_unicolor:
            return None
    except mupdf_errors():
        return None
    picture = scratch / f"{number}.pgm"
    pixels.save(picture, output="pnm")
    return picture, reader.key(pixels.samples, f"{pixels.width}x{pixels.height}")


def _turn(picture: Path, to: Path, degrees: int) -> None:
    from PIL import Image

    turn = {90: "ROTATE_270", 180: "ROTATE_180", 270: "ROTATE_90"}[degrees]
    with Image.open(picture) as image:
        image.transpose(Image.Transpose[turn]).save(to, "PPM")


def _findings(
    item: str, recognised: list[int], turned: list[TurnedPage], unread: int, reader: _Reader
) -> Iterator[Finding]:
    def finding(code: str, severity: Severity, message: str) -> Finding:
        return Finding(code=code, severity=severity, subject=item, message=message, group="pages")

    if recognised:
        yield finding(
            "EK-P044",
            Severity.NOTE,
            f"the words of {len(recognised)} scanned pages were read by {reader.version}, so that "
            "they can be searched. They can be wrong; the pages look as they did",
        )
    if turned:
        listed = ", ".join(f"page {each.page} by {each.degrees} degrees" for each in turned)
        yield finding("EK-P045", Severity.NOTE, f"turned clockwise to stand upright: {listed}")
    if unread:
        yield finding(
            "EK-P044", Severity.NOT_CHECKED, f"the words of {unread} scanned pages were not read"
        )
