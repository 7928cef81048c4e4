# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write everything a package holds into its stage: PDF, statement, originals, record, bag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidencekit.compose.blanks import blanks_in
from evidencekit.compose.statement import statement_paragraphs, statement_part
from evidencekit.custody.digests import hash_file
from evidencekit.custody.paths import inside
from evidencekit.errors import DigestMismatch
from evidencekit.model.progress import IsCancelled, raise_if_cancelled
from evidencekit.package.bag import seal_bag
from evidencekit.package.canonical import write_json
from evidencekit.package.docx import write_docx
from evidencekit.package.firm_read_me import write_firm_read_me
from evidencekit.package.index_csv import write_index_csv
from evidencekit.package.names import bundle_file_name
from evidencekit.package.record import BundleFile, StatementFile, make_record
from evidencekit.package.served import kept_pdf
from evidencekit.package.served_table import served_table
from evidencekit.pdf.assemble import assemble
from evidencekit.pdf.kept import KeptPages, take_out
from evidencekit.pdfread import reader_version
from evidencekit.pipeline.documents import STATEMENT_ITEM
from evidencekit.pipeline.inputs import copy_inputs
from evidencekit.pipeline.page_text import page_text_digests
from evidencekit.pipeline.signed import compare_signed
from evidencekit.pipeline.tools import tool_versions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from evidencekit.compose.plan import Part
    from evidencekit.model.findings import Finding
    from evidencekit.package.inputs import Input
    from evidencekit.pipeline.assembled import Assembled


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
    inputs = tuple(copy_inputs(made, data, folder, originals, matter_file))
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
            back_links=assembly.back_links,
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
    write_firm_read_me(stage)
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
            blanks=blanks_in(part),
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


def _check_originals(made: Assembled, folder: Path) -> None:
    """Compare every original with its digest once more: nothing here may have touched one."""
    for read in made.material.recordings:
        found = hash_file(inside(folder, read.recording.file)).digests[0]
        if found != read.digest:
            raise DigestMismatch(read.recording.file, read.digest.value, found.value)
