# SPDX-License-Identifier: AGPL-3.0-or-later
"""Build a package: read, compose, typeset, assemble, and hand it over whole or not at all."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.compose.changes import contents_of
from evidencekit.court.check import court_findings
from evidencekit.court.profile import Profile
from evidencekit.court.profiles import choose_profile
from evidencekit.court.sections import resolve_sections
from evidencekit.custody.digests import FileDigest
from evidencekit.custody.intake import check_recordings
from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.custody.paths import inside
from evidencekit.errors import LimitExceeded
from evidencekit.isolate import kept_workers
from evidencekit.matterfile.pending import not_acted_on
from evidencekit.model.findings import Finding
from evidencekit.model.material import Material
from evidencekit.model.matter import Matter, Section
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.package.handover import staged, work_folder
from evidencekit.package.opened import Package, open_package
from evidencekit.package.served import followed_of, read_served
from evidencekit.pipeline.append import delivered
from evidencekit.pipeline.assembled import Assembled
from evidencekit.pipeline.contents import write_contents
from evidencekit.pipeline.disputed import check_pages, pages_of, passages
from evidencekit.pipeline.documents import STATEMENT_ITEM, Documents, take_in_documents
from evidencekit.pipeline.gaps import dates_that_disagree, gaps, parts_left_out, unnamed_intakes
from evidencekit.pipeline.late import bound_contents, follow
from evidencekit.pipeline.late_asked import inserted_finding, options_after
from evidencekit.pipeline.late_numbers import keep_numbers
from evidencekit.pipeline.late_pages import set_late_pages
from evidencekit.pipeline.pages import Pages, items_of, set_pages
from evidencekit.pipeline.preflight import check_inputs
from evidencekit.pipeline.read import read_recordings
from evidencekit.pipeline.tools import software

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from evidencekit.model.bundle import IndexEntry

#: The editions that this version makes.
EDITIONS = ("file",)


@frozen(kw_only=True)
class Draft:
    """A bundle whose pages are set and numbered, and not assembled yet."""

    material: Material
    profile: Profile
    sections: tuple[Section, ...]
    documents: Documents
    pages: Pages
    findings: tuple[Finding, ...]
    log_bytes: bytes
    digests: Mapping[str, FileDigest]
    contents: Mapping[str, str | None]


@kept_workers()
def build(
    matter: Matter,
    *,
    folder: Path | str,
    into: Path | str,
    edition: str = "file",
    originals: str = "copy",
    placeholders: Collection[str] = (),
    passwords: Mapping[str, str] | None = None,
    ocr: str | None = None,
    attachments: bool = False,
    append_to: Package | Path | str | None = None,
    inserts: Mapping[str, str] | None = None,
    matter_file: Path | None = None,
    replace_sealed: bool = False,
    now: dt.datetime | None = None,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Package:
    """Build the package of *matter* at *into*, from the files in *folder*.

    The recordings must have been taken in (`intake`); a file that differs from its first digest
    stops the build. The package appears whole or not at all, and an earlier one at *into* stays
    until the new one is complete. A sealed one is not replaced, unless *replace_sealed*: then it is
    kept beside the new one, as "NAME (sealed 1)".

    *originals* is "copy" or "leave"; *placeholders* names documents that may be missing;
    *passwords* opens documents by id; *ocr* names the languages ("eng") in which the words of
    scanned pages are read with the machine's tesseract; *attachments* asks for the files inside the
    documents, which go into the package and not into the bundle. *append_to* is an earlier package
    whose bundle somebody has: its pages keep their numbers, and what is new follows, as after a
    copy that was served; *inserts* gives, for a new document that is to stand between those pages
    all the same, the item after which, and its pages get numbers such as E3A. *now* is the time
    written into bag-info.txt and nowhere else.

    Raises:
        IntakeError, SpanError, TranscriptError, CustodyError, AssemblyError, OutputError: when
            an input cannot be used or the result not written; SeveralErrors for several at once.
        Cancelled: if *cancelled* returned True; nothing is left behind.
    """
    folder = Path(folder)
    if edition not in EDITIONS:
        msg = f"the editions this version makes: {', '.join(EDITIONS)}"
        raise LimitExceeded(msg, edition)
    tell = _Teller(progress)
    with staged(
        Path(into),
        needed_bytes=_needed(matter, folder),
        inputs=folder,
        replace_sealed=replace_sealed,
    ) as stage:
        scratch = work_folder(stage)
        draft = make_draft(
            matter,
            folder=folder,
            clips_folder=stage / "data" / "clips",
            scratch=scratch,
            placeholders=placeholders,
            passwords=passwords,
            ocr=ocr,
            attachments=attachments,
            append_to=append_to,
            inserts=inserts,
            matter_file=matter_file,
            executor=executor,
            progress=progress,
            cancelled=cancelled,
        )
        raise_if_cancelled(cancelled)
        tell("package", 0)
        write_contents(
            Assembled(
                material=draft.material,
                profile=draft.profile,
                documents=draft.documents,
                pages=draft.pages,
                findings=draft.findings,
                log_bytes=draft.log_bytes,
                digests=draft.digests,
                contents=draft.contents,
            ),
            stage=stage,
            scratch=scratch,
            folder=folder,
            edition=edition,
            originals=originals,
            matter_file=matter_file,
            now=now or dt.datetime.now(dt.UTC),
            cancelled=cancelled,
        )
        tell("package", 1)
    return open_package(into)


class _Teller:
    """Tells of stages that have no finer steps."""

    def __init__(self, progress: OnProgress | None) -> None:
        self._progress = progress

    def __call__(self, stage: str, done: int) -> None:
        if self._progress is not None:
            self._progress(Progress(stage=stage, done=done, total=1))


def _needed(matter: Matter, folder: Path) -> int:
    """Estimate the bytes a build writes: the originals once, and as much again for what is made."""
    files = [each.file for each in matter.recordings] + [each.file for each in matter.documents]
    sizes = (inside(folder, each).stat().st_size for each in files if inside(folder, each).exists())
    return 2 * sum(sizes) + 16_000_000


def make_draft(
    matter: Matter,
    *,
    folder: Path,
    clips_folder: Path,
    scratch: Path,
    viewing_copies: bool = True,
    placeholders: Collection[str] = (),
    passwords: Mapping[str, str] | None = None,
    ocr: str | None = None,
    attachments: bool = False,
    append_to: Package | Path | str | None = None,
    inserts: Mapping[str, str] | None = None,
    matter_file: Path | None = None,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> Draft:
    """Do everything up to the exact page numbers, writing only clips and scratch files.

    Without *viewing_copies* videos are not encoded anew for numbers alone, unless something was
    delivered: whether a sheet changed since is told by all that stands on it, also by the digest of
    the copy to watch.

    Raises:
        EvidenceError: as `build` says.
    """
    tell = _Teller(progress)
    profile = choose_profile(matter.case)
    sections = resolve_sections(matter, profile)
    check_inputs(matter, folder, placeholders=placeholders)
    log_bytes = read_bytes(folder / LOG_NAME)
    log = parse_log(log_bytes)
    served = read_served(folder, log)
    if append_to is not None:
        served = delivered(append_to, log=log, served=served)
    tell("hash", 0)
    digests = check_recordings(matter, folder, log, cancelled=cancelled)
    tell("hash", 1)
    if any(each.clips for each in matter.recordings):
        clips_folder.mkdir(parents=True, exist_ok=True)
    documents = take_in_documents(
        matter,
        folder=folder,
        scratch=scratch,
        placeholders=placeholders,
        passwords=passwords,
        ocr=ocr,
        attachments=attachments,
        executor=executor,
        progress=progress,
        cancelled=cancelled,
    )
    check_pages(matter, pages_of(documents.taken), matter_file=matter_file)
    recordings, read_findings = read_recordings(
        matter,
        folder=folder,
        digests=digests,
        log=log,
        clips_folder=clips_folder,
        viewing_copies=viewing_copies or followed_of(served) is not None,
        executor=executor,
        progress=progress,
        cancelled=cancelled,
    )
    options, options_findings = options_after(followed_of(served), matter.bundle)
    material = Material(
        matter=matter,
        served_options=options,
        recordings=keep_numbers(recordings, followed_of(served), clips_folder=clips_folder),
        documents=documents.taken,
        log=log,
        software=software(),
        minuted=documents.minuted,
        signed_statement=documents.signed,
    )
    tell("pages", 0)
    bound_pages = {item: taken.pages for item, taken in documents.bound}
    contents = contents_of(material, profile, sections) | bound_contents(
        matter, folder, bound_pages
    )
    late = follow(
        served,
        items_of(material, profile, sections, bound_pages),
        matter=matter,
        sections=sections,
        contents=contents,
        bound_pages=bound_pages,
        inserts=inserts or {},
    )
    pages = (
        set_pages(material, profile, sections, bound_pages=bound_pages, cancelled=cancelled)
        if late is None
        else set_late_pages(
            late, material, profile, sections, bound_pages=bound_pages, cancelled=cancelled
        )
    )
    tell("pages", 1)
    return Draft(
        material=material,
        profile=profile,
        sections=sections,
        documents=documents,
        pages=pages,
        findings=(
            *gaps(matter),
            *read_findings,
            *documents.findings,
            *passages(matter, documents.minuted),
            *unnamed_intakes(matter, log),
            *dates_that_disagree(matter, log),
            *parts_left_out(matter, sections),
            *options_findings,
            *inserted_finding(late),
            *court_findings(
                matter,
                profile,
                len(pages.layout.marks),
                statement_pages=_pages_of(pages, STATEMENT_ITEM),
            ),
            *not_acted_on(matter),
        ),
        log_bytes=log_bytes,
        digests=digests,
        contents=contents | (late.contents() if late else {}),
    )


def _pages_of(pages: Pages, item: str) -> int | None:
    entry = pages.layout.entry(item)
    return entry.pages if entry else None


@kept_workers()
def plan(
    matter: Matter,
    *,
    folder: Path | str,
    placeholders: Collection[str] = (),
    passwords: Mapping[str, str] | None = None,
    ocr: str | None = None,
    append_to: Package | Path | str | None = None,
    inserts: Mapping[str, str] | None = None,
    executor: Executor | None = None,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> tuple[IndexEntry, ...]:
    """Return the index with its exact labels, and write nothing.

    Raises:
        EvidenceError: as `build` does for the same input.
    """
    with tempfile.TemporaryDirectory(prefix="evidencekit-") as name:
        scratch = Path(name)
        draft = make_draft(
            matter,
            folder=Path(folder),
            clips_folder=scratch / "clips",
            scratch=scratch,
            viewing_copies=False,
            placeholders=placeholders,
            passwords=passwords,
            ocr=ocr,
            append_to=append_to,
            inserts=inserts,
            executor=executor,
            progress=progress,
            cancelled=cancelled,
        )
    return draft.pages.layout.entries
