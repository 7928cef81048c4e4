# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write everything a package holds into its stage: PDF, statement, originals, record, bag."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.compose.statement import statement_paragraphs, statement_part
from evidencekit.court.profile import Profile
from evidencekit.custody.digests import FileDigest, hash_file
from evidencekit.custody.log import LOG_NAME, read_bytes
from evidencekit.custody.paths import inside
from evidencekit.errors import DigestMismatch
from evidencekit.matterfile.document import to_document
from evidencekit.model.findings import Finding
from evidencekit.model.material import Material, Outcome
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.package.bag import seal_bag
from evidencekit.package.canonical import write_json
from evidencekit.package.docx import write_docx
from evidencekit.package.index_csv import write_index_csv
from evidencekit.package.inputs import Input
from evidencekit.package.names import bundle_file_name, unique_names
from evidencekit.package.record import BundleFile, StatementFile, make_record
from evidencekit.package.served import SERVED_NAME, kept_pdf
from evidencekit.package.served_table import served_table
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.kept import KeptPages, take_out
from evidencekit.pdfread import reader_version
from evidencekit.pipeline.documents import STATEMENT_ITEM, Documents
from evidencekit.pipeline.page_text import page_text_digests
from evidencekit.pipeline.pages import Pages
from evidencekit.pipeline.signed import compare_signed
from evidencekit.pipeline.tools import tool_versions

if TYPE_CHECKING:
    import datetime as dt

    from evidencekit.compose.plan import Part


@frozen(kw_only=True)
class Assembled:
    """All that the package is written from."""

    material: Material
    profile: Profile
    documents: Documents
    pages: Pages
    findings: tuple[Finding, ...]
    log_bytes: bytes
    digests: Mapping[str, FileDigest]
    contents: Mapping[str, str | None]


def write_contents(
    made: Assembled,
    *,
    stage: Path,
    scratch: Path,
    folder: Path,
    edition: str,
    originals: str,
    matter_file: Path | None,
    now: dt.datetime,
    cancelled: IsCancelled | None = None,
) -> None:
    """Write the package's files into *stage* and close the bag.

    Raises:
        DigestMismatch: if an original changed while the build ran.
        AssemblyError: if the PDF cannot be put together.
    """
    data = stage / "data"
    matter = made.material.matter
    data.mkdir(exist_ok=True)
    bundle_path = data / bundle_file_name(matter.case.title, matter.case.hearing_on)
    assembly = assemble(
        made.pages.pdf,
        made.pages.placed,
        dict(made.documents.bound),
        made.pages.layout,
        title=f"{matter.case.title} - Bundle",
        language=matter.language,
        into=bundle_path,
        kept=_kept_pages(made, scratch, folder),
        cancelled=cancelled,
    )
    raise_if_cancelled(cancelled)
    statement, statement_findings = _write_statement(made, data)
    inputs = tuple(_copy_inputs(made, data, folder, originals, matter_file))
    write_index_csv(
        data / "index.csv",
        made.pages.layout,
        bundle_name=bundle_path.name,
        file_names=_own_files(made, inputs, statement),
    )
    record = make_record(
        made.material,
        made.profile,
        made.pages.layout,
        edition=edition,
        inputs=inputs,
        bundle=BundleFile(
            path=f"data/{bundle_path.name}",
            sha256=hash_file(bundle_path).digests[0].value,
            page_text_sha256=page_text_digests(bundle_path, assembly.pages, cancelled=cancelled),
            page_text_by=reader_version(),
        ),
        statement=statement,
        findings=(*made.findings, *assembly.findings, *statement_findings),
        tools=tool_versions(),
        contents=made.contents,
        served=served_table(made.pages.late.served, made.pages.layout) if made.pages.late else (),
    )
    write_json(data / "bundle.json", record)
    raise_if_cancelled(cancelled)
    _check_originals(made, folder)
    seal_bag(
        stage,
        run_at=now,
        external_id=matter.case.number or matter.case.title,
        software=made.material.software,
    )


def _kept_pages(made: Assembled, scratch: Path, folder: Path) -> KeptPages | None:
    """Take the pages that stand as they were served out of the PDF that was served."""
    late = made.pages.late
    if late is None:
        return None
    return take_out(
        kept_pdf(folder, late.followed),
        late.taken,
        late.items,
        to=scratch / "served.pdf",
    )


def _own_files(
    made: Assembled, inputs: Iterable[Input], statement: StatementFile | None
) -> dict[str, str]:
    """Map items to the file in the package that holds each alone, where there is one."""
    files = {each.id: each.stored for each in inputs if each.stored and each.kind == "document"}
    files |= {f"clip:{each.number}": f"data/clips/{each.file_name}" for each in made.material.clips}
    if statement is not None and statement.docx is not None:
        files[STATEMENT_ITEM] = statement.docx
    return files


def _write_statement(
    made: Assembled, data: Path
) -> tuple[StatementFile | None, tuple[Finding, ...]]:
    """Write the draft as .docx; compare a signed statement with it."""
    matter = made.material.matter
    part = draft_statement(made)
    if matter.statement is None or part is None:
        return None, ()
    name = statement_file_name(matter.statement.number, matter.statement.exhibit)
    path = data / "statement" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_docx(part, path, title=part.title, prepared_on=matter.case.prepared_on)
    paragraphs = statement_paragraphs(part)
    signed = made.documents.of(STATEMENT_ITEM)
    return (
        StatementFile(
            paragraphs=paragraphs,
            docx=f"data/statement/{name}",
            signed_input="signed-statement" if signed else None,
        ),
        compare_signed(paragraphs, signed.path) if signed else (),
    )


def draft_statement(made: Assembled) -> Part | None:
    """Return the draft statement, also where a signed one is bound in its place."""
    return statement_part(made.material, made.profile, made.pages.layout)


def statement_file_name(number: int, exhibit: str | None) -> str:
    """Name the .docx without anybody's name."""
    mark = f" ({exhibit})" if exhibit else ""
    return f"Statement {number}{mark} - draft.docx"


def _copy_inputs(
    made: Assembled, data: Path, folder: Path, originals: str, matter_file: Path | None
) -> Iterator[Input]:
    """Copy every input into the package, byte for byte, and account for each."""
    yield from _copy_recordings(made, data, folder, originals)
    yield from _copy_texts(made, data, folder)
    yield from _copy_documents(made, data, folder)
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
    lines = read_bytes(folder / SERVED_NAME)
    yield _write(data / "custody" / SERVED_NAME, lines, "served", "served copies", SERVED_NAME)
    followed = late.followed
    stored = f"data/custody/{followed.kept_at}"
    target = data / "custody" / followed.kept_at
    _copy(kept_pdf(folder, followed), target, followed.bundle_sha256, followed.kept_at)
    yield _account(
        target,
        Input(
            id=f"served:{followed.number}",
            kind="served bundle",
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
        if each.outcome is Outcome.PLACEHOLDER:
            digest = hash_file(source) if source.is_file() else None
            yield Input(
                id=f"document:{document.id}",
                kind="document",
                path=document.file,
                name=Path(document.file).name,
                outcome=Outcome.PLACEHOLDER,
                reason=each.reason,
                digest=digest.digests[0] if digest else None,
                size=digest.size if digest else None,
            )
            continue
        wanted.append((f"document:{document.id}", "document", document.file))
    if matter.statement is not None and matter.statement.signed is not None:
        wanted.append(("signed-statement", "signed statement", matter.statement.signed))
    yield from _copy_all(wanted, "documents", data, folder)


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


def _check_originals(made: Assembled, folder: Path) -> None:
    """Compare every original with its digest once more: nothing here may have touched one."""
    for read in made.material.recordings:
        found = hash_file(inside(folder, read.recording.file)).digests[0]
        if found != read.digest:
            raise DigestMismatch(read.recording.file, read.digest.value, found.value)
