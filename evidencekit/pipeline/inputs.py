# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copy every input into the package, byte for byte, and account for each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.custody.digests import hash_file
from evidencekit.custody.log import LOG_NAME, read_bytes
from evidencekit.custody.paths import inside
from evidencekit.errors import DigestMismatch
from evidencekit.matterfile.document import to_document
from evidencekit.model.digest import Digest
from evidencekit.model.material import Outcome
from evidencekit.package.canonical import write_json
from evidencekit.package.inputs import Input
from evidencekit.package.names import unique_names
from evidencekit.package.record_documents import SIGNED, inner_ids
from evidencekit.package.served import SERVED_NAME, kept_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.model.material import TakenFile
    from evidencekit.pipeline.assembled import Assembled


def copy_inputs(
    made: Assembled, data: Path, folder: Path, originals: str, matter_file: Path | None
) -> Iterator[Input]:
    """Copy every input into the package, byte for byte, and account for each."""
    yield from _copy_recordings(made, data, folder, originals)
    yield from _copy_texts(made, data, folder)
    yield from _copy_documents(made, data, folder)
    yield from _copy_attachments(made, data)
    yield _write(
        data / "custody" / LOG_NAME, made.log_bytes, "custody-log", "custody log", LOG_NAME
    )
    yield from _copy_served(made, data, folder)
    yield from _write_matter(made, data, matter_file)


def _write_matter(made: Assembled, data: Path, matter_file: Path | None) -> Iterator[Input]:
    """Write the matter as programs read it, and the file it was read from as it was written."""
    folder = data / "matter"
    folder.mkdir(parents=True)
    values = folder / "matter.json"
    write_json(values, to_document(made.material.matter))
    yield _account(
        values,
        Input(
            id="matter",
            kind="matter",
            path=values.name,
            name=values.name,
            outcome=Outcome.INCLUDED,
            stored="data/matter/matter.json",
        ),
    )
    if matter_file is not None:
        _, name = unique_names([values.name, matter_file.name])
        shutil.copyfile(matter_file, folder / name)
        yield _account(
            folder / name,
            Input(
                id="matter-file",
                kind="matter",
                path=matter_file.name,
                name=matter_file.name,
                outcome=Outcome.INCLUDED,
                stored=f"data/matter/{name}",
            ),
        )


def _copy_served(made: Assembled, data: Path, folder: Path) -> Iterator[Input]:
    """Copy the record of what was served, and the PDF whose pages the bundle keeps."""
    late = made.pages.late
    if late is None:
        return
    if lines := read_bytes(folder / SERVED_NAME):
        yield _write(data / "custody" / SERVED_NAME, lines, "served", "served copies", SERVED_NAME)
    followed = late.followed
    stored = f"data/custody/{followed.kept_at}"
    target = data / "custody" / followed.kept_at
    _copy(kept_pdf(folder, followed), target, followed.bundle_sha256, followed.kept_at)
    yield _account(
        target,
        Input(
            id=f"served:{followed.number}" if followed.was_served else "earlier-bundle",
            kind="served bundle" if followed.was_served else "earlier bundle",
            path=followed.kept_at,
            name=target.name,
            outcome=Outcome.INCLUDED,
            stored=stored,
        ),
    )


def _copy_recordings(made: Assembled, data: Path, folder: Path, originals: str) -> Iterator[Input]:
    """Copy the recordings, or leave them and say who holds them."""
    for read in made.material.recordings:
        recording = read.recording
        account = Input(
            id=f"recording:{recording.id}",
            kind="recording",
            path=recording.file,
            name=Path(recording.file).name,
            outcome=Outcome.INCLUDED,
            digest=read.digest,
            size=read.size,
            stored=f"data/recordings/{read.file_name}",
        )
        if originals == "leave":
            entry = made.material.log.intake_of(recording.id)
            yield evolve(
                account,
                outcome=Outcome.LEFT_OUT,
                reason="the original was left with its holder",
                stored=None,
                holder=(entry.holder or entry.entered_by) if entry else None,
            )
            continue
        stored = data / "recordings" / read.file_name
        _copy(inside(folder, recording.file), stored, read.digest.value, recording.file)
        yield account


def _copy_texts(made: Assembled, data: Path, folder: Path) -> Iterator[Input]:
    """Copy transcripts, and what they were before correction."""
    wanted = []
    for read in made.material.recordings:
        source = read.recording.transcript
        if source is None:
            continue
        ident = read.recording.id
        wanted.append((f"transcript:{ident}", "transcript", source.file))
        if source.before_correction is not None:
            wanted.append(
                (
                    f"transcript-before-correction:{ident}",
                    "transcript before correction",
                    source.before_correction,
                )
            )
    yield from _copy_all(wanted, "transcripts", data, folder)


def _copy_documents(made: Assembled, data: Path, folder: Path) -> Iterator[Input]:
    """Copy documents as received; a placeholder's file is copied too where there is one."""
    matter = made.material.matter
    taken = {each.document.id: each for each in made.documents.taken}
    wanted = []
    for document in matter.documents:
        each = taken[document.id]
        source = inside(folder, document.file)
        if each.outcome in {Outcome.PLACEHOLDER, Outcome.WITHHELD}:
            digest = hash_file(source) if source.is_file() else None
            yield Input(
                id=f"document:{document.id}",
                kind="document",
                path=document.file,
                name=Path(document.file).name,
                outcome=each.outcome,
                reason=each.reason,
                digest=digest.digests[0] if digest else None,
                size=digest.size if digest else None,
            )
            continue
        wanted.append((f"document:{document.id}", "document", document.file))
    if matter.statement is not None and matter.statement.signed is not None:
        wanted.append(("signed-statement", "signed statement", matter.statement.signed))
    yield from _copy_all(wanted, "documents", data, folder)


def _copy_attachments(made: Assembled, data: Path) -> Iterator[Input]:
    """Copy the files inside documents that were written out, under numbers: what a document calls
    one of them may hold anybody's name.
    """
    holders: list[tuple[str, str, TakenFile]] = [
        (each.document.id, each.document.file, each) for each in made.documents.taken
    ]
    statement = made.material.matter.statement
    if made.documents.signed is not None and statement is not None:
        holders.append((SIGNED, statement.signed or "", made.documents.signed))
    for holder, path, taken in holders:
        ids = inner_ids(taken, name=holder)
        for number, (file, ident) in enumerate(zip(taken.files, ids, strict=True), start=1):
            if file.path is None or ident is None:
                continue
            name = f"{number:03}{file.ending}"
            stored = f"data/attachments/{holder}/{name}"
            _copy(file.path, data / "attachments" / holder / name, file.sha256, stored)
            yield Input(
                id=ident,
                kind="attachment",
                path=path,
                name=Path(path).name,
                outcome=Outcome.INCLUDED,
                digest=Digest(algorithm="sha256", value=file.sha256),
                size=file.size,
                stored=stored,
            )


def _copy_all(
    wanted: list[tuple[str, str, str]], kind_folder: str, data: Path, folder: Path
) -> Iterator[Input]:
    names = unique_names([Path(path).name for _, _, path in wanted])
    for (ident, kind, path), name in zip(wanted, names, strict=True):
        source = inside(folder, path)
        digest = hash_file(source)
        _copy(source, data / kind_folder / name, digest.digests[0].value, path)
        yield Input(
            id=ident,
            kind=kind,
            path=path,
            name=Path(path).name,
            outcome=Outcome.INCLUDED,
            digest=digest.digests[0],
            size=digest.size,
            stored=f"data/{kind_folder}/{name}",
        )


def _copy(source: Path, to: Path, expected: str, shown: str) -> None:
    """Copy bytes and prove that what arrived is what was expected."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to)
    found = hash_file(to).digests[0].value
    if found != expected:
        raise DigestMismatch(shown, expected, found)


def _write(to: Path, content: bytes, ident: str, kind: str, name: str) -> Input:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(content)
    stored = "data/" + "/".join(to.parts[-2:])
    return _account(
        to,
        Input(id=ident, kind=kind, path=name, name=name, outcome=Outcome.INCLUDED, stored=stored),
    )


def _account(path: Path, each: Input) -> Input:
    digest = hash_file(path)
    return evolve(each, digest=digest.digests[0], size=digest.size)
