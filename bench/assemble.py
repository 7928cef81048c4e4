# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bind 200 PDFs of 5,035 pages, half scans and half text, beside qpdf and pypdf on the same files.

    python bench/assemble.py [--short] [--times 3] [--folder DIR] [--real FOLDER]

The floor is `qpdf --empty --pages`, which copies the pages and does nothing else; where pages share
their resources, as a word processor's do, it also looks into each for what it uses. So it is run a
second time without that (`--remove-unreferenced-resources=no`), which only copies, and ours is held
against both. pypdf appends the files and lays a page with its number over each, in two ways that
`overlays` describes: in one pass, and pass by pass as a program for bundles does it. Ours is the
whole assembly: pages set by the typesetter as the base, layers and named destinations kept, every
page tagged and stamped, page labels, bookmarks, a link for each row of the index and one back on
every page. Once with the documents taken in before, once with taking them in (neutralised,
balanced, checked) by this machine's cores. Each is a process of its own, in turn with the others,
and the medians are given. Beside it: a thousand index rows set, and the finished bundle looked
through by `pdfread`.

With `--real`, the same is done with all PDFs of a folder that each of the programs can open.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import machine, now
from overlays import append_and_overlay, pass_by_pass
from papers import gather, write_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DOCUMENTS, PAGES = 200, 5035
#: What the issue asks for.
MOST_OVER_QPDF, LEAST_UNDER_PYPDF, MOST_MEMORY, MOST_READING = 2.0, 4.0, 2.0, 2.0
COPY_ONLY = ("--remove-unreferenced-resources=no",)


def sources(folder: Path) -> list[Path]:
    """Return the documents in their order."""
    return sorted(folder.glob("[0-9][0-9][0-9].pdf"))


def _take_in(path: Path, to: Path) -> Any:
    from evidencekit.pdf.takein import take_in

    return take_in(path, to, name=path.name, item=f"document:{path.stem}")


def bind(folder: Path, *, afresh: bool) -> float:
    """Assemble, from documents taken in already or *afresh*, and return the seconds it took."""
    import pikepdf  # noqa: F401 - loaded before the clock starts, as for the peers

    from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, lay_out
    from evidencekit.pdf.assemble import assemble
    from evidencekit.pdf.placed import PlacedPart
    from evidencekit.pdf.takein import TakenIn

    start = now()
    clean = folder / "clean"
    if afresh:
        with ProcessPoolExecutor() as pool:
            jobs = [pool.submit(_take_in, p, folder / "again" / p.name) for p in sources(folder)]
            taken = [job.result() for job in jobs]
    else:
        counts = json.loads((folder / "counts.json").read_text())
        taken = [TakenIn(path=clean / f"{stem}.pdf", pages=pages) for stem, pages in counts]
    documents = {f"document:{each.path.stem}": each for each in taken}
    front = (folder / "front").read_bytes()
    placed = tuple(PlacedPart(**each) for each in json.loads((folder / "placed").read_text()))
    items = [
        (
            Item(id=each.item, title=each.item, kind=ItemKind.GENERATED, section="A"),
            each.pages,
        )
        for each in placed
    ]
    items += [
        (Item(id=item, title=f"Document {item}", kind=ItemKind.DOCUMENT, section="B"), each.pages)
        for item, each in documents.items()
    ]
    heads = (SectionHead(letter="A", title="Front"), SectionHead(letter="B", title="Documents"))
    layout = lay_out(heads, items, numbering=Numbering.BATES)
    assemble(
        front,
        placed,
        documents,
        layout,
        title="A bundle of five thousand pages",
        language="en-GB",
        into=folder / "ours.pdf",
    )
    return now() - start


def qpdf(folder: Path, options: Sequence[str] = ()) -> float:
    """Run the floor."""
    files = [str(path) for path in sources(folder)]
    command = ["qpdf", "--empty", *options, "--pages", *files, "--", str(folder / "qpdf.pdf")]
    start = now()
    done = subprocess.run(command, check=False, capture_output=True)
    took = now() - start
    # 3: it is done, and there were warnings, as of what was repaired.
    assert done.returncode in {0, 3}, done.stderr.decode()
    return took


def overlay(folder: Path, way: Callable[[bytes, Sequence[Path], Path], None]) -> float:
    """Run a peer, whose libraries are loaded before the clock starts, as for ours."""
    import pikepdf  # noqa: F401
    import pypdf  # noqa: F401
    import reportlab.pdfgen.canvas  # noqa: F401

    front, files = (folder / "front").read_bytes(), sources(folder)
    start = now()
    way(front, files, folder / "peer.pdf")
    return now() - start


def set_rows(rows: int) -> float:
    """Set an index of so many rows and return the seconds it took."""
    from evidencekit.pdf.typeset import typeset

    # Fonts are found and loaded once in a process, whatever it sets.
    typeset([_index(1)], title="Index", created=0)
    start = now()
    typeset([_index(rows)], title="Index", created=0)
    return now() - start


def _index(rows: int) -> Any:
    from evidencekit.compose.index import index_part
    from evidencekit.model.bundle import Item, ItemKind, SectionHead

    items = [
        Item(
            id=f"document:{number:03}",
            title=f"Letter number {number} about the contact of 3 March",
            kind=ItemKind.DOCUMENT,
            section="B",
        )
        for number in range(rows)
    ]
    unused: Any = None
    heads = (SectionHead(letter="B", title="Documents"),)
    return index_part(unused, unused, None, sections=heads, items=items)


def look_through(path: Path) -> float:
    """Read the finished bundle as the verifier does."""
    from evidencekit.pdfread import read_pdf

    start = now()
    seen = read_pdf(path)
    assert all(page.label in page.printed for page in seen.pages)
    return now() - start


def prepare(folder: Path) -> int:
    """Take the documents of *folder* in and set the index; return how many pages there are."""
    from evidencekit.pdf.typeset import typeset

    for name in ("clean", "again"):
        (folder / name).mkdir()
    start = now()
    files = sources(folder)
    taken = [_take_in(path, folder / "clean" / path.name) for path in files]
    print(f"taking in, one after the other: {now() - start:.1f} s")
    counts = [(each.path.stem, each.pages) for each in taken]
    (folder / "counts.json").write_text(json.dumps(counts))
    part = _index(len(files))
    made = typeset([part], title="Index", created=0)
    (folder / "front").write_bytes(made.pdf)
    placed = [{"item": part.item, "page": 1, "pages": made.pages[0]}]
    (folder / "placed").write_text(json.dumps(placed))
    pages = sum(each.pages for each in taken)
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{len(files)} PDFs, {pages} pages, {size:.0f} MB")
    return pages


STEPS = {
    "qpdf": qpdf,
    "qpdf, copying only": lambda folder: qpdf(folder, COPY_ONLY),
    "bind": lambda folder: bind(folder, afresh=False),
    "bind afresh": lambda folder: bind(folder, afresh=True),
    "pypdf": lambda folder: overlay(folder, append_and_overlay),
    "pypdf, pass by pass": lambda folder: overlay(folder, pass_by_pass),
    "1,000 index rows": lambda _folder: set_rows(1000),
    "pdfread": lambda folder: look_through(folder / "ours.pdf"),
}


@dataclass(frozen=True)
class Taken:
    """What one step took: seconds on the clock and of the processors, and peak memory in MB."""

    seconds: float
    cpu: float
    peak_mb: float


def step(name: str, folder: Path) -> Taken:
    """Run one step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Taken(*(float(each) for each in done.stdout.split()))


def cpu() -> float:
    """Return the processor seconds of this process and of those that it waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, who))


def peak() -> float:
    """Return the peak memory, in MB, of this process or of the largest that it waited for.

    `ru_maxrss` of a process starts with what its parent had, so the kernel's own mark is asked.
    """
    status = Path("/proc/self/status").read_text()
    own = next(int(each.split()[1]) for each in status.splitlines() if "VmHWM" in each)
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> None:
    """Measure everything and print the table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--folder", type=Path)
    options.add_argument("--real", type=Path)
    options.add_argument("--step", choices=list(STEPS))
    chosen = options.parse_args()
    if chosen.step:
        before = cpu()
        print(STEPS[chosen.step](chosen.folder), cpu() - before, peak())
        return
    print(machine("pypdf", "reportlab"))
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        made = folder / "made"
        made.mkdir()
        write_documents(made, *((20, 300) if chosen.short else (DOCUMENTS, PAGES)))
        held = measure(made, chosen.times)
        if chosen.real:
            real = folder / "real"
            real.mkdir()
            gather(chosen.real, real)
            # Shown, and not judged: what is aimed at is said of the bundle of 5,035 pages.
            measure(real, chosen.times)
    sys.exit(0 if held else 1)


def measure(folder: Path, times: int) -> bool:
    """Run every step so many times on the documents of *folder*; return whether all is kept."""
    pages = prepare(folder)
    ways: dict[str, list[Taken]] = {each: [] for each in STEPS}
    for _ in range(times):
        for way, runs in ways.items():
            runs.append(step(way, folder))
    return report(ways, folder, pages)


def report(ways: dict[str, list[Taken]], folder: Path, pages: int) -> bool:
    """Print the medians and ratios; return whether all of what is asked is kept."""
    median = {
        way: Taken(*(statistics.median(each) for each in zip(*map(astuple, runs), strict=True)))
        for way, runs in ways.items()
    }
    floor, ours = median["qpdf"], median["bind"]
    for way, took in median.items():
        print(
            f"{way:20} {took.seconds:7.2f} s  {took.seconds / floor.seconds:5.2f} x qpdf  "
            f"processor {took.cpu:7.2f} s  {took.cpu / floor.cpu:5.2f} x qpdf  "
            f"peak {took.peak_mb:5.0f} MB"
        )
    output = (folder / "ours.pdf").stat().st_size / 1e6
    over = [ours.seconds / median[way].seconds for way in ("qpdf", "qpdf, copying only")]
    under = [median[way].seconds / ours.seconds for way in ("pypdf", "pypdf, pass by pass")]
    reading = median["pdfread"].seconds / pages * 1000
    print(f"ours to qpdf: {over[0]:.2f}; to qpdf that copies only: {over[1]:.2f}")
    print(f"pypdf to ours: {under[0]:.1f}; pass by pass: {under[1]:.1f}; output {output:.0f} MB")
    print(f"peak memory: {ours.peak_mb / output:.2f} x output")
    print(f"pdfread: {reading:.2f} s for 1,000 pages\n")
    return all(
        (
            max(over) <= MOST_OVER_QPDF,
            min(under) >= LEAST_UNDER_PYPDF,
            ours.peak_mb <= MOST_MEMORY * output,
            median["1,000 index rows"].seconds < 1,
            reading < MOST_READING,
        )
    )


if __name__ == "__main__":
    main()
