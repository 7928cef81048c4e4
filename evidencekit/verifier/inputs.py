# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that every input is accounted for, and that what is stored is what came in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from evidencekit.verifier.kinds import FILE, Kind
from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import COMPLETENESS, INTEGRITY, Checked, error, outcome, problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evidencekit.model.findings import Finding

_INCLUDED = "included"
_LEFT_OUT = "left out"
_BOUND_IN = "bound in"
_IDS = {
    kind: re.compile(pattern, re.DOTALL)
    for kind, pattern in (
        ("recording", "recording:.+"),
        ("transcript", "transcript:.+"),
        ("transcript before correction", "transcript-before-correction:.+"),
        ("document", "document:.+"),
        ("signed statement", "signed-statement"),
        ("matter", "matter|matter-file"),
        ("custody log", "custody-log"),
        ("served copies", "served"),
        ("served bundle", "served:[0-9]+"),
        ("earlier bundle", "earlier-bundle"),
        ("attachment", "attachment:.+:[0-9]+"),
    )
}


def check_inputs(
    record: Mapping[str, Any],
    files: Mapping[str, int],
    digests: Mapping[str, str],
    *,
    kind: Kind,
) -> Checked:
    """Compare the record's inputs with the files and with what the record says elsewhere."""
    inputs = list(rows(record, "inputs"))
    findings: list[Finding] = []
    accounted = 0
    for each in inputs:
        own = list(_check_input(each, files, digests, kind))
        accounted += not own
        findings += own
    findings += _check_twice(inputs)
    findings += _check_ids(inputs)
    findings += _check_named(record, inputs, kind)
    findings += _check_files(record, inputs, files, digests, kind)
    withheld = sum(text(each, "outcome") == "withheld" for each in inputs)
    held = f", {withheld} withheld" if withheld else ""
    message = f"{accounted} of {len(inputs)} accounted for{held}{problems(findings)}"
    return outcome("inputs", message, tuple(findings))


def _absent(code: str, subject: str, message: str, **more: Any) -> Finding:
    return error(code, subject, message, group=COMPLETENESS, **more)


def _check_input(
    each: Mapping[str, Any], files: Mapping[str, int], digests: Mapping[str, str], kind: Kind
) -> Iterator[Finding]:
    ident = text(each, "id") or "an input without id"
    state, stored = text(each, "outcome"), text(each, "stored")
    if state != _INCLUDED:
        if not text(each, "reason"):
            yield _absent("EK-K007", ident, f"is {state} without a reason")
        if stored:
            yield _absent("EK-K007", ident, f"is {state}, and stored at {stored} all the same")
        if state == _LEFT_OUT and not text(each, "sha256") and kind is FILE:
            yield _absent("EK-K007", ident, "is left out, and nothing says which file it is")
        return
    for key in ("reason", "holder"):
        if each.get(key) is not None:
            yield _absent("EK-K007", ident, f"is included, and has a {key} as if it were not")
    if stored not in files:
        where = f" at {stored}" if stored else ""
        yield _absent("EK-K008", ident, f"is included, and its file is not there{where}")
        return
    found = (digests.get(stored), files[stored])
    expected = (text(each, "sha256"), number(each, "size"))
    if found != expected:
        yield error(
            "EK-K009",
            ident,
            f"the file stored at {stored} is not the one that came in",
            group=INTEGRITY,
            expected="{}, {} bytes".format(*expected),
            found="{}, {} bytes".format(*found),
        )


def _check_twice(inputs: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """No two inputs have one id, and no two are one file."""
    idents = [text(each, "id") for each in inputs]
    for ident in sorted({each for each in idents if idents.count(each) > 1}):
        yield _absent("EK-K002", ident, "two inputs have this id")
    holders: dict[str, list[str]] = {}
    for each in inputs:
        if text(each, "stored"):
            holders.setdefault(text(each, "stored"), []).append(text(each, "id"))
    for stored, those in sorted(holders.items()):
        if len(set(those)) > 1:
            yield _absent("EK-K002", those[-1], f"is stored at {stored}, as {those[0]} is")


def _check_reasons(
    record: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]], kind: Kind
) -> Iterator[Finding]:
    """Why a document is not there is said twice, and alike."""
    for document in rows(record, "documents"):
        own = by_id.get(text(document, "input"))
        if own and document.get("reason") != own.get("reason") and kind is FILE:
            subject = text(document, "input")
            yield _absent("EK-K032", subject, "has another reason as a document than as an input")


def _check_named(
    record: Mapping[str, Any], inputs: list[Mapping[str, Any]], kind: Kind
) -> Iterator[Finding]:
    """What the record speaks of elsewhere must be an input, with the same fate; and the reverse."""
    by_id = {text(each, "id"): each for each in inputs}
    named = dict(_named(record))
    for ident in sorted(named.keys() - by_id.keys()):
        yield _absent("EK-K003", ident, "is in the bundle and among no inputs")
    for ident, each in by_id.items():
        what = text(each, "kind")
        if what in {"recording", "document", "transcript"} and ident not in named:
            yield _absent("EK-K032", ident, f"is among the inputs, and no {what} of the record")
    for document in rows(record, "documents"):
        found = text(by_id.get(text(document, "input"), {}), "outcome")
        expected = text(document, "outcome")
        if kind is not FILE and expected in {_INCLUDED, _LEFT_OUT}:
            expected = _BOUND_IN
        if found and found != expected:
            yield _absent(
                "EK-K032",
                text(document, "input"),
                f"is {found} among the inputs, and {text(document, 'outcome')} as a document",
                expected=expected,
                found=found,
            )
    yield from _check_reasons(record, by_id, kind)
    for recording in rows(record, "recordings"):
        own = by_id.get(text(recording, "input"), {})
        digest = (text(recording, "sha256"), number(recording, "size"))
        if text(own, "sha256") and (text(own, "sha256"), number(own, "size")) != digest:
            yield error(
                "EK-K009",
                text(recording, "input"),
                f"is another file among the inputs than as recording {text(recording, 'id')}",
                group=INTEGRITY,
                expected="{}, {} bytes".format(*digest),
                found=f"{text(own, 'sha256')}, {number(own, 'size')} bytes",
            )
        if text(recording, "input") != f"recording:{text(recording, 'id')}":
            message = f"is said to be recording {text(recording, 'id')}, which is another"
            yield _absent("EK-K032", text(recording, "input"), message)


def _check_ids(inputs: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """An input's id begins with its kind, and its name is the last part of its path.

    A recording's name is printed, and a served copy has it without the path.
    """
    for each in inputs:
        ident, kind, path = text(each, "id"), text(each, "kind"), text(each, "path")
        if not _IDS.get(kind, re.compile("")).fullmatch(ident):
            yield _absent("EK-K032", ident, f"is no id of a {kind}")
        unnamed = kind == "recording" and text(each, "outcome") in {_INCLUDED, _LEFT_OUT}
        if unnamed and not text(each, "name"):
            yield _absent("EK-K032", ident, "has not the name of its file")
        elif path and text(each, "name") != path.rpartition("/")[2]:
            yield _absent(
                "EK-K032",
                ident,
                "has not the name of its file",
                expected=path.rpartition("/")[2],
                found=text(each, "name"),
            )


def _named(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the inputs that recordings, documents and statement name, each with who names it."""
    for each in rows(record, "recordings"):
        yield text(each, "input"), text(each, "id")
        if table(each, "transcript"):
            yield text(table(each, "transcript"), "input"), text(each, "id")
    for each in rows(record, "documents"):
        yield text(each, "input"), text(each, "id")
    signed = text(table(record, "statement"), "signed_input")
    if signed:
        yield signed, "statement"


def _check_files(
    record: Mapping[str, Any],
    inputs: list[Mapping[str, Any]],
    files: Mapping[str, int],
    digests: Mapping[str, str],
    kind: Kind,
) -> Iterator[Finding]:
    """Every file must be an input, a clip or something that the package makes."""
    bundle = table(record, "bundle")
    known = {text(each, "stored") for each in inputs}
    known |= {text(each, "file") for each in rows(record, "clips")}
    known |= {text(table(each, "viewing_copy"), "file") for each in rows(record, "clips")}
    known |= {text(bundle, "path"), text(table(record, "statement"), "docx")}
    for name in sorted(files):
        if name.startswith(kind.payload) and name not in known and name not in kind.made:
            yield _absent("EK-K004", name, "is in the package and in no account of it")
    pdfs = sorted(name for name in files if _is_top_pdf(name, kind) and name not in kind.made)
    if pdfs != [text(bundle, "path")]:
        found = ", ".join(pdfs) or "none"
        where = kind.payload or kind.name
        yield _absent("EK-K005", where, f"must hold the bundle and no other PDF, and has {found}")
    path = text(bundle, "path")
    if path in digests and digests[path] != text(bundle, "sha256"):
        yield error(
            "EK-K009",
            path,
            "is not the bundle whose digest the record gives",
            group=INTEGRITY,
            expected=text(bundle, "sha256"),
            found=digests[path],
        )


def _is_top_pdf(name: str, kind: Kind) -> bool:
    top = name.startswith(kind.payload) and name.count("/") == kind.payload.count("/")
    return top and name.lower().endswith(".pdf")
