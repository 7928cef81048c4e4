# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write a served copy: only what is meant to leave, each file checked as it is copied.

    READ ME FIRST.pdf   what is here, how to listen, how to check, what this does not show
    Bundle.pdf          the bundle, byte for byte as it was built
    Clips/              the passages relied on, and of a video copies to watch
    Whole recordings/   those that the matter says are served
    bundle.json         the record, as far as it leaves
    CHECKSUMS.txt       the digest of each file but itself, for `sha256sum -c`

The same package, served to the same person at the same time, gives the same bytes.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.compose.readme import BUNDLE, CHECKSUMS, CLIPS, RECORD, RECORDINGS
from evidencekit.compose.recordings import LOCATION_WORDS
from evidencekit.custody.digests import hash_file
from evidencekit.custody.paths import inside
from evidencekit.errors import DigestMismatch
from evidencekit.model.findings import Finding, Severity
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.package.bag import walk
from evidencekit.package.canonical import write_json
from evidencekit.package.names import unique_names
from evidencekit.package.read_me import READ_ME, write_read_me
from evidencekit.package.served_record import served_record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

SERVED = "served"
#: No clock enters a zip: every file in it has the first day that the format knows.
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


@frozen(kw_only=True)
class Wanted:
    """A file that leaves: where it lies, its path in the copy, and the digest that it must have."""

    source: Path
    to: str
    sha256: str
    shown: str


@frozen(kw_only=True)
class Written:
    """A copy as written: the paths of its files in it, the digest of its list, and findings."""

    files: tuple[str, ...]
    checksums_sha256: str
    findings: tuple[Finding, ...] = ()


def write_copy(
    package: Path,
    record: Mapping[str, Any],
    *,
    stage: Path,
    folder: Path,
    to: str,
    now: dt.datetime,
    served_at: str,
    cancelled: IsCancelled | None = None,
) -> Written:
    """Write the copy of *package* into *stage*; *folder* holds recordings that it leaves out.

    Raises:
        DigestMismatch: if a file is not the one that the record names.
        IntakeError: if a recording that is to be served is nowhere.
        TypesettingFailed: if READ ME FIRST.pdf cannot be set.
    """
    recordings = dict(_recordings(package, record, folder))
    for each in (*_pdf_and_clips(package, record), *recordings.values()):
        raise_if_cancelled(cancelled)
        _copy(each, stage)
    paths = {ident: each.to for ident, each in recordings.items()}
    write_read_me(
        stage / READ_ME,
        record,
        to=to,
        now=now,
        recordings={ident: path.rpartition("/")[2] for ident, path in paths.items()},
    )
    leaving = served_record(
        record,
        to=to,
        served_at=served_at,
        recordings=paths,
        read_me_sha256=hash_file(stage / READ_ME).sha256,
    )
    write_json(stage / RECORD, leaving)
    raise_if_cancelled(cancelled)
    listed = list(walk(stage))
    lines = "".join(f"{hash_file(stage / each).sha256}  {each}\n" for each in listed)
    (stage / CHECKSUMS).write_bytes(lines.encode())
    return Written(
        files=tuple(sorted((*listed, CHECKSUMS))),
        checksums_sha256=hash_file(stage / CHECKSUMS).sha256,
        findings=tuple(_locations(record, recordings)),
    )


def bytes_needed(record: Mapping[str, Any], package: Path) -> int:
    """Estimate what a copy takes on the disk."""
    whole = sum(each["size"] for each in record["recordings"] if each["whole_recording"] == SERVED)
    clips = sum(
        (each["samples"]["end"] - each["samples"]["first"])
        * each["samples"]["channels"]
        * (each["samples"]["bits"] // 8)
        for each in record["clips"]
    )
    watched = sum(
        (package / each["viewing_copy"]["file"]).stat().st_size
        for each in record["clips"]
        if each.get("viewing_copy")
    )
    pages = (package / record["bundle"]["path"]).stat().st_size
    return int(whole + clips + watched + pages) + 4_000_000


def write_zip(stage: Path, files: tuple[str, ...], to: Path) -> None:
    """Write the copy in *stage* as one zip file, the same for the same files."""
    with zipfile.ZipFile(to, "x", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for each in files:
            info = zipfile.ZipInfo(each, date_time=_ZIP_DAY)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = (stage / each).stat().st_size
            with (stage / each).open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def _pdf_and_clips(package: Path, record: Mapping[str, Any]) -> Iterator[Wanted]:
    bundle = record["bundle"]
    yield Wanted(
        source=package / bundle["path"],
        to=BUNDLE,
        sha256=bundle["sha256"],
        shown=BUNDLE,
    )
    for each in record["clips"]:
        yield Wanted(
            source=package / each["file"],
            to=f"{CLIPS}/{each['file'].rpartition('/')[2]}",
            sha256=each["file_sha256"],
            shown=f"clip {each['number']}",
        )
        viewing = each.get("viewing_copy")
        if viewing is not None:
            yield Wanted(
                source=package / viewing["file"],
                to=f"{CLIPS}/{viewing['file'].rpartition('/')[2]}",
                sha256=viewing["file_sha256"],
                shown=f"the viewing copy of clip {each['number']}",
            )


def _recordings(
    package: Path, record: Mapping[str, Any], folder: Path
) -> Iterator[tuple[str, Wanted]]:
    """Yield the recordings that were told to be served, by id, wherever they lie."""
    inputs = {each["id"]: each for each in record["inputs"]}
    names = unique_names([inputs[each["input"]]["name"] for each in record["recordings"]])
    for each, name in zip(record["recordings"], names, strict=True):
        if each["whole_recording"] != SERVED:
            continue
        source = inputs[each["input"]]
        stored = source["stored"]
        path = package / stored if stored else inside(folder, source["path"], must_exist=True)
        yield (
            each["id"],
            Wanted(
                source=path,
                to=f"{RECORDINGS}/{path.name if stored else name}",
                sha256=each["sha256"],
                shown=f"recording {each['id']}",
            ),
        )


def _copy(wanted: Wanted, stage: Path) -> None:
    """Copy bytes, and see that what arrived is what the record names."""
    target = stage / wanted.to
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(wanted.source, target)
    found = hash_file(target).sha256
    if found != wanted.sha256:
        raise DigestMismatch(wanted.shown, wanted.sha256, found)


def _locations(record: Mapping[str, Any], recordings: Mapping[str, Wanted]) -> Iterator[Finding]:
    """Say so where a recording leaves whole and its file says where it was made."""
    for each in record["recordings"]:
        names = [
            f"{fact['name']} {(fact['stated'] or {}).get('source') or ''}".lower()
            for fact in each["file_says"]
        ]
        if each["id"] in recordings and any(
            word in name for name in names for word in LOCATION_WORDS
        ):
            yield Finding(
                code="EK-K011",
                severity=Severity.WARNING,
                subject=each["id"],
                message="the file holds the place where it was recorded, which the bundle does not "
                "print. It leaves with the whole recording, which is served as it was received.",
                group="served",
            )
