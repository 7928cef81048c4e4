# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serve: make the copy that leaves the firm, and freeze the numbers that it carries.

The order keeps two promises. Nothing is frozen for a copy that is refused: the copy is written and
searched first. And no copy is handed over whose numbers are not frozen: the PDF is kept, the line
in served.jsonl and the entry in the custody log are on the disk before the copy gets its name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from evidencekit.compose.blanks import TO_COMPLETE
from evidencekit.compose.facts import counted
from evidencekit.custody.append import EntryDraft, Stamp, append
from evidencekit.custody.digests import hash_file
from evidencekit.custody.draft import digest_id
from evidencekit.custody.durable import flush, flush_folder
from evidencekit.custody.log import LOG_NAME, parse_log, read_bytes
from evidencekit.errors import AlreadyExists, NotAPackage, OutputError
from evidencekit.model.custody import CustodyLog, EntryKind
from evidencekit.model.digest import Digest
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.material import Outcome
from evidencekit.model.moment import Moment
from evidencekit.model.progress import IsCancelled, OnProgress, Progress, raise_if_cancelled
from evidencekit.model.served import Served
from evidencekit.package.handover import recover, staged
from evidencekit.package.names import package_name
from evidencekit.package.opened import Package, open_package
from evidencekit.package.served import (
    KEPT_FOLDER,
    KEPT_NAME,
    SERVED_NAME,
    add_line,
    followed_of,
    keep_pdf,
    parse_served,
    read_served,
    served_from_record,
)
from evidencekit.package.served_copy import Written, bytes_needed, write_copy, write_zip
from evidencekit.package.served_record import EDITION
from evidencekit.package.served_search import needles, search
from evidencekit.pipeline.tools import software

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@frozen(kw_only=True)
class ServedCopy:
    """A copy that was made to be served.

    `path` is its folder, or its zip file. `checksums_sha256` is the digest of CHECKSUMS.txt, for
    the letter that goes with it; `files` are the paths in the copy. `withheld` is the number of
    documents that are not in it because they must not leave.
    """

    path: Path
    number: int
    to: str
    served_at: str
    pages: int
    bundle_sha256: str
    checksums_sha256: str
    files: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    withheld: int = 0
    served: Served = field(repr=False)


def serve(
    package: Package | Path | str,
    *,
    into: Path | str,
    to: str,
    now: dt.datetime,
    folder: Path | str,
    as_zip: bool = False,
    by: str = "not stated",
    progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
) -> ServedCopy:
    """Make the copy of *package* that is served on *to*, at *into*, and freeze its numbers.

    *folder* is the matter's folder, whose custody log and served.jsonl each gain a line; every
    later build keeps what was served. *by* is who does it, for the log. The same package, *to* and
    *now* give the same bytes, and freeze once.

    Raises:
        NotAPackage: if *package* is none, or not of the matter in *folder*.
        ServeRefused: if the copy would hold what must not leave; nothing was handed over.
        AlreadyExists: if there is something at *into*.
        OutputError: if the package was built before the copy that was served last, or the copy
            cannot be written.
        Cancelled: if *cancelled* returned True; nothing is left behind.
    """
    _check_arguments(to, now)
    package = package if isinstance(package, Package) else open_package(package)
    folder, into = Path(folder), Path(into)
    record = package.record
    log = parse_log(read_bytes(folder / LOG_NAME))
    before = read_bytes(folder / SERVED_NAME)
    served = read_served(folder, log)
    _check_package(package, log, served)
    at = f"{now.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    line = _line(record, served, to=to, at=at)
    tell = progress or (lambda _: None)
    tell(Progress(stage="serve", done=0, total=2))
    with _handing_over(into, needed=bytes_needed(record, package.path), as_zip=as_zip) as stage:
        written = write_copy(
            package.path,
            record,
            stage=stage,
            folder=folder,
            to=to,
            now=now,
            served_at=at,
            cancelled=cancelled,
        )
        tell(Progress(stage="serve", done=1, total=2))
        search(
            stage,
            written.files,
            needles(record, folders=_folders(folder, package.path), names=written.files),
            record=record,
            name=into.name,
        )
        raise_if_cancelled(cancelled)
        if as_zip:
            write_zip(stage, written.files, stage.with_name("copy.zip"))
        _freeze(line, folder=folder, before=before, known=served, log=log, package=package, by=by)
    tell(Progress(stage="serve", done=2, total=2))
    return _result(into, line, written, record, remarks=_remarks(record, log))


def _remarks(record: Mapping[str, Any], log: CustodyLog) -> tuple[Finding, ...]:
    """Say what whoever serves may want to know before the letter goes out."""
    remarks = []
    since = log.entries[record["custody"]["entries"] :]
    if missing := sum(each.kind is not EntryKind.SERVED for each in since):
        remarks.append(
            Finding(
                code="EK-K012",
                severity=Severity.WARNING,
                subject="custody log",
                message=f"has {missing} newer entr{'y' if missing == 1 else 'ies'} than this "
                "package. Build again, and serve that, if they are to be in the copy.",
                group="provenance",
            )
        )
    statement = record["statement"]
    if statement is not None and statement["state"] == "draft":
        blanks = _blanks(statement)
        left = f", with {counted(blanks, 'blank')} to be completed" if blanks else ""
        remarks.append(
            Finding(
                code="EK-S003",
                severity=Severity.WARNING,
                subject="part:statement",
                message=f"the statement in this copy is an unsigned draft{left}.",
                group="statement",
            )
        )
    return tuple(remarks)


def _blanks(statement: Mapping[str, Any]) -> int:
    """Return how many marked blanks a draft has; an older record has only its paragraphs."""
    known = statement.get("blanks")
    if isinstance(known, int):
        return known
    return sum(each["text"].count(TO_COMPLETE) for each in statement["paragraphs"])


def copy_name(package: Package, folder: Path | str, *, now: dt.datetime) -> str:
    """Return a name for the next copy, such as "NB26C00123 served copy 2 2026-05-29".

    The date is the day of serving, *now* in the time zone of the matter.
    """
    case = package.record["case"]
    number = len(parse_served(read_bytes(Path(folder) / SERVED_NAME))) + 1
    return package_name(
        number=case["number"],
        title=case["title"],
        edition=f"served copy {number}",
        prepared_on=Moment.of(f"{now.astimezone(ZoneInfo(package.record['timezone'])):%Y-%m-%d}"),
    )


def _check_arguments(to: str, now: dt.datetime) -> None:
    if now.tzinfo is None:
        msg = "now has no time zone"
        raise ValueError(msg)
    if not to.strip():
        msg = "to is empty: say on whom the copy is served"
        raise ValueError(msg)


def _check_package(package: Package, log: CustodyLog, served: Sequence[Served]) -> None:
    """Refuse a package of another matter, or one that does not keep what was served before."""
    record = package.record
    if record["edition"] == EDITION:
        reason = "it is a served copy. Serve the package that it was made from"
        raise NotAPackage(str(package.path), reason)
    count, head = record["custody"]["entries"], record["custody"]["head"]
    stood = CustodyLog().head if count == 0 else ""
    if 0 < count <= log.count:
        stood = log.entries[count - 1].line_sha256
    if stood != head:
        msg = (
            f"{package.path.name} was not built from the custody log in the folder of the matter. "
            "Name the matter file that it was built from (--matter FILE). Nothing was served."
        )
        raise OutputError(msg)
    followed = followed_of(served)
    known = {each.bundle_sha256 for each in served}
    keeps = {str(each["bundle_sha256"]) for each in record["served"]}
    if (
        followed is not None
        and record["bundle"]["sha256"] not in known
        and followed.bundle_sha256 not in keeps
    ):
        msg = (
            f"{package.path.name} was built before the copy that was served on "
            f"{followed.served_at[:10]}, and may not keep its numbers. Build again, and serve "
            "that. Nothing was served."
        )
        raise OutputError(msg)


def _line(record: Mapping[str, Any], served: Sequence[Served], *, to: str, at: str) -> Served:
    """Return what is frozen; the same copy served at the same time is the one already there."""
    sha256 = record["bundle"]["sha256"]
    entry = digest_id("served", sha256, to, at)
    for each in served:
        if each.entry == entry:
            return each
    number = len(served) + 1
    kept_at = next(
        (each.kept_at for each in served if each.bundle_sha256 == sha256),
        f"{KEPT_FOLDER}/{number}/{KEPT_NAME}",
    )
    return served_from_record(
        record, number=number, entry=entry, to=to, served_at=at, kept_at=kept_at
    )


def _folders(folder: Path, package: Path) -> tuple[Path, ...]:
    """Return the folders whose paths must not leave: the matter's and the package's."""
    return tuple(dict.fromkeys((folder.resolve(), package.resolve())))


@contextmanager
def _handing_over(into: Path, *, needed: int, as_zip: bool) -> Iterator[Path]:
    """Yield an empty folder for the copy, which is at *into* once the block ends: as it is, or as
    the zip file that the block has put beside it.

    Raises:
        AlreadyExists: if there is something at *into*: what was handed over is never replaced.
        OutputError, NoSpace: as `staged`.
    """
    if os.path.lexists(into):
        recover(into)  # what a run left that was killed once the copy had its name
        raise AlreadyExists(str(into))
    if not as_zip:
        with staged(into, needed_bytes=needed) as stage:
            yield stage
        return
    into.parent.mkdir(parents=True, exist_ok=True)
    recover(into)
    # A name that `recover` knows: what a killed run leaves goes with the next one.
    work = into.with_name(f".{into.name}.new-{os.getpid()}")
    try:
        work.mkdir()
        stage = work / "copy"
        stage.mkdir()
        yield stage
        made = work / "copy.zip"
        with made.open("rb+") as file:
            flush(file.fileno())
        if os.path.lexists(into):
            raise AlreadyExists(str(into))
        made.rename(into)
        flush_folder(into.parent)
    except OSError as error:
        msg = f"{into} could not be written: {error.strerror}. Nothing was handed over."
        raise OutputError(msg) from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(work)


def _freeze(
    line: Served,
    *,
    folder: Path,
    before: bytes,
    known: Sequence[Served],
    log: CustodyLog,
    package: Package,
    by: str,
) -> None:
    """Keep the PDF, the line and the log's entry, in this order: an entry has always its line."""
    if line not in known:
        # One that a killed run left may be of another bundle.
        kept = folder / line.kept_at
        if not kept.is_file() or hash_file(kept).sha256 != line.bundle_sha256:
            keep_pdf(package.pdf_path, folder, line.kept_at)
        add_line(folder, line, before=before)
    stamp = Stamp(recorded_at=line.served_at, entered_by=by, software=software())
    draft = EntryDraft(
        id=line.entry,
        kind=EntryKind.SERVED,
        recorded_at=line.served_at,
        entered_by=by,
        name=KEPT_NAME,
        size=package.pdf_path.stat().st_size,
        digests=(Digest("sha256", line.bundle_sha256),),
        receiver=line.to,
        how="a copy of the bundle was made to be served",
        software=stamp.software,
    )
    if all(each.id != line.entry for each in log.entries):
        append(folder / LOG_NAME, [draft], stamp=stamp)


def _result(
    into: Path,
    line: Served,
    written: Written,
    record: Mapping[str, Any],
    *,
    remarks: tuple[Finding, ...],
) -> ServedCopy:
    return ServedCopy(
        path=into,
        number=line.number,
        to=line.to,
        served_at=line.served_at,
        pages=record["bundle"]["pages"],
        bundle_sha256=line.bundle_sha256,
        checksums_sha256=written.checksums_sha256,
        files=written.files,
        findings=(*written.findings, *remarks),
        withheld=sum(each["outcome"] == Outcome.WITHHELD for each in record["documents"]),
        served=line,
    )
