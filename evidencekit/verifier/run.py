# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run every check over one package and say what the whole shows, and what it does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.custody.seal_check import check_seal
from evidencekit.errors import Cancelled, EvidenceError, NotAPackage
from evidencekit.isolate import Isolate
from evidencekit.model.findings import CheckLine, Report, Severity
from evidencekit.model.progress import IsCancelled, OnProgress, raise_if_cancelled
from evidencekit.verifier.clips import check_clips
from evidencekit.verifier.concluding import conclude
from evidencekit.verifier.custody import check_custody
from evidencekit.verifier.decoding import ready
from evidencekit.verifier.files import check_files
from evidencekit.verifier.folder import Seen, look
from evidencekit.verifier.inputs import check_inputs
from evidencekit.verifier.kinds import CHECKSUMS, FILE, SERVED, Kind
from evidencekit.verifier.pages import check_pages
from evidencekit.verifier.papers import check_papers
from evidencekit.verifier.pdf_read import read_bundle
from evidencekit.verifier.read_me import check_read_me
from evidencekit.verifier.record import inside, read_record, table, text
from evidencekit.verifier.result import (
    GROUPS,
    PAGES,
    Checked,
    error,
    group_outcomes,
    in_groups,
    outcome,
    safe,
)
from evidencekit.verifier.served import check_printed_head, check_served_files, checksums_digest
from evidencekit.verifier.whole import check_whole
from evidencekit.verifier.words import PageWords
from evidencekit.verifier.workers import Workers, processors
from evidencekit.verifier.zipped import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor, Future

    from evidencekit.custody.seal_status import SealStatus

#: A recording of a day decodes in minutes; what takes longer than this hangs.
_SECONDS = 3600
_PAGE_SECONDS = 60
_MEMORY_MB = 4096
#: The checks that a record is needed for.
_BY_THE_RECORD = ("custody", "clips", "pages", "inputs")


@frozen(kw_only=True)
class Trusted:
    """What the user believes, from somewhere else than the package: see `custody.seal_check`."""

    fingerprint: str | None = None
    signer_roots: Path | None = None
    tsa_roots: Path | None = None


@frozen(kw_only=True)
class _Look:
    """One look at a package: where it lies, what it is, and how it is looked at."""

    root: Path
    seen: Seen
    kind: Kind
    recordings: Path | None
    trusted: Trusted
    full: bool
    workers: Workers
    reader: Isolate
    progress: OnProgress | None
    cancelled: IsCancelled | None


def verify(
    path: Path | str,
    *,
    recordings: Path | str | None = None,
    trusted: Trusted | None = None,
    full: bool = False,
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    worker: Isolate | None = None,
) -> Report:
    """Check the package at *path* and report everything that is wrong with it.

    *path* is the firm's file, a served copy, or a zip of either. *recordings* is a folder that
    holds originals which the package was told to leave out, *trusted* what to believe about its
    seal. With *full* every recording is decoded as a whole and the digest of all its samples worked
    out again, which takes as long as taking them in did; without it, only what clips hold is
    compared, and the report says so. Recordings and PDFs are read in processes apart, as many
    recordings at a time as there are processors; a caller with many packages can give one process,
    *worker*, for all of them, which then reads one thing after another.

    Raises:
        NotAPackage: if nothing of that name is there, or nothing of a package in it, or if it is a
            zip that is not safe to unpack.
        Cancelled: if *cancelled* returned True.
    """
    given = Path(path)
    with ExitStack() as stack:
        root = given
        if given.is_file():
            root = stack.enter_context(unpacked(given, cancelled=cancelled))
        elif not given.is_dir():
            raise NotAPackage(str(given), "there is no folder and no zip of that name")
        seen = look(root)
        kind = _kind_of(given, seen)
        workers, reader = _processes(stack, worker, cancelled)
        looked = _Look(
            root=root,
            seen=seen,
            kind=kind,
            recordings=None if recordings is None else Path(recordings),
            trusted=trusted or Trusted(),
            full=full,
            workers=workers,
            reader=reader,
            progress=progress,
            cancelled=cancelled,
        )
        return _report(given, looked)


def _processes(
    stack: ExitStack, given: Isolate | None, cancelled: IsCancelled | None
) -> tuple[Workers, Isolate]:
    """Return what decodes recordings and what reads PDFs: processes of ours, or the one given."""
    if given is not None:
        return Workers((given,)), given

    def decoder(unwanted: IsCancelled | None = cancelled) -> Isolate:
        return Isolate(seconds=_SECONDS, memory_mb=_MEMORY_MB, cancelled=unwanted)

    decoding = [stack.enter_context(decoder()) for _ in range(processors())]
    # A page takes no hour: what reads the PDFs is given up on sooner.
    reader = Isolate(seconds=_PAGE_SECONDS, memory_mb=_MEMORY_MB, cancelled=cancelled)
    return Workers(decoding, decoder), stack.enter_context(reader)


def _kind_of(given: Path, seen: Seen) -> Kind:
    """Say what a folder is, by the files at its top.

    Raises:
        NotAPackage: if it is nothing that is known here.
    """
    if "bagit.txt" in seen.files or FILE.record in seen.files:
        return FILE
    if CHECKSUMS in seen.files:
        return SERVED
    reason = "neither bagit.txt, data/bundle.json nor CHECKSUMS.txt is in it"
    raise NotAPackage(str(given), reason)


def _report(given: Path, looked: _Look) -> Report:
    checks = _checks(looked)
    seal = _seal(looked)
    findings = tuple(finding for each in checks for finding in each.findings) + seal.findings
    summary = in_groups((*(each.line for each in checks), *seal.lines))
    return safe(
        Report(
            subject=str(given),
            kind="verify",
            findings=tuple(sorted(findings, key=lambda each: GROUPS.index(each.group))),
            summary=summary,
            groups=group_outcomes(findings, summary),
            full=looked.full,
            conclusion=conclude(
                findings,
                seal,
                checksums=checksums_digest(looked.root) if looked.kind is SERVED else None,
            ),
        )
    )


def _seal(looked: _Look) -> SealStatus:
    trusted = looked.trusted
    return check_seal(
        looked.root,
        trusted_fingerprint=trusted.fingerprint,
        signer_roots=trusted.signer_roots,
        tsa_roots=trusted.tsa_roots,
    )


def _checks(looked: _Look) -> tuple[Checked, ...]:
    check = check_files if looked.kind is FILE else check_served_files
    # Files are hashed, sound is decoded and pages are read side by side.
    with ThreadPoolExecutor(max_workers=3) as beside:
        hashing = beside.submit(
            check, looked.root, looked.seen, progress=looked.progress, cancelled=looked.cancelled
        )
        if any("clips/" in name for name in looked.seen.files):
            beside.submit(_make_ready, looked.workers.first)
        read = read_record(looked.root, path=looked.kind.record)
        if read.value is None:
            files, _ = hashing.result()
            message = f"cannot be used: {read.findings[0].message}"
            return (files, outcome("record", message, read.findings), *_unchecked())
        raise_if_cancelled(looked.cancelled)
        return _by_the_record(looked, read.value, read.findings, hashing, beside)


def _make_ready(worker: Isolate) -> None:
    """Have the process that decodes started; what hinders it is said when it is needed."""
    with suppress(EvidenceError):
        worker.call(ready)


def _unchecked() -> tuple[Checked, ...]:
    """Return the lines of what cannot be checked without a record."""
    return tuple(
        Checked(
            line=CheckLine(
                check=each,
                outcome=Severity.NOT_CHECKED,
                message="not checked: the record cannot be used",
            )
        )
        for each in _BY_THE_RECORD
    )


def _by_the_record(
    looked: _Look,
    record: Mapping[str, Any],
    found: tuple[Any, ...],
    hashing: Future[tuple[Checked, Mapping[str, str]]],
    beside: Executor,
) -> tuple[Checked, ...]:
    root, kind = looked.root, looked.kind
    clips = beside.submit(
        check_clips,
        root,
        record,
        lambda: hashing.result()[1],
        workers=looked.workers,
        recordings=looked.recordings,
        cancelled=looked.cancelled,
    )
    words, pages = _pages(looked, record)
    files, digests = hashing.result()
    raise_if_cancelled(looked.cancelled)
    if kind is SERVED:
        found = (*found, *check_read_me(root, record, digests, worker=looked.reader))
    custody = (
        check_custody(root, record, words) if kind is FILE else check_printed_head(record, words)
    )
    return (
        files,
        check_papers(root, record, words, found, kind=kind),
        custody,
        clips.result(),
        *_whole(looked, record),
        pages,
        check_inputs(record, looked.seen.files, digests, kind=kind),
    )


def _whole(looked: _Look, record: Mapping[str, Any]) -> tuple[Checked, ...]:
    """Decode the recordings as a whole, if that was asked for."""
    if not looked.full:
        return ()
    return (
        check_whole(
            looked.root,
            record,
            workers=looked.workers,
            recordings=looked.recordings,
            cancelled=looked.cancelled,
        ),
    )


def _pages(looked: _Look, record: Mapping[str, Any]) -> tuple[PageWords | None, Checked]:
    stored = text(table(record, "bundle"), "path")
    path = inside(looked.root, stored)
    if path is None:
        finding = error("EK-P100", stored or "the bundle", "missing", group=PAGES)
        return None, outcome("pages", "the bundle is missing", (finding,))
    try:
        bundle = read_bundle(looked.root, record, path, worker=looked.reader)
    except Cancelled:
        raise
    except EvidenceError as unreadable:
        reason = getattr(unreadable, "reason", f"cannot be read: {unreadable}")
        finding = error("EK-P100", stored, reason, group=PAGES)
        return None, outcome("pages", "the bundle cannot be read", (finding,))
    if bundle.file.repaired:
        return None, check_pages(bundle)
    texts = {ordinal: page.text for ordinal, page in bundle.pages.items()}
    return PageWords(texts, bundle.labels, bundle.exhibit_labels), check_pages(bundle)
