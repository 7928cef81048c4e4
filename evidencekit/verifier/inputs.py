# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that every input is accounted for, and that what is stored is what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.verifier.record import number, rows, table, text
from evidencekit.verifier.result import Checked, error, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.findings import Finding

_GROUP = "completeness"
_OUTCOMES = ("included", "withheld", "placeholder", "left out")
#: What the package makes itself; everything else in data/ must be an input.
_MADE = ("data/bundle.json", "data/index.csv")


def check_inputs(
    record: Mapping[str, Any], files: Mapping[str, int], digests: Mapping[str, str]
) -> Checked:
    """Compare the record's inputs with the files and with what the record says elsewhere."""
    findings: list[Finding] = []
    inputs = list(rows(record, "inputs"))
    accounted = sum(_accounted(each, files, digests, findings) for each in inputs)
    idents = [text(each, "id") for each in inputs]
    if len(set(idents)) != len(idents):
        findings.append(error("EK-K002", "inputs", "two inputs have one id", group=_GROUP))
    findings += [
        error("EK-K003", each, "is in the bundle and among no inputs", group=_GROUP)
        for each in sorted(_named(record) - set(idents))
    ]
    known = {text(each, "stored") for each in inputs}
    known |= {text(each, "file") for each in rows(record, "clips")}
    known |= {text(table(record, "bundle"), "path"), text(table(record, "statement"), "docx")}
    findings += [
        error("EK-K004", name, "is in the package and in no account of it", group=_GROUP)
        for name in sorted(files)
        if name.startswith("data/") and name not in known and name not in _MADE
    ]
    pdfs = [name for name in files if _is_top_pdf(name)]
    if pdfs != [text(table(record, "bundle"), "path")]:
        findings.append(
            error("EK-K005", "data/", "must hold the bundle and no other PDF", group=_GROUP)
        )
    message = f"{accounted} of {len(inputs)} accounted for"
    if findings:
        message += f"; {len(findings)} problem(s)"
    return outcome("inputs", message, tuple(findings))


def _is_top_pdf(name: str) -> bool:
    return name.startswith("data/") and name.count("/") == 1 and name.lower().endswith(".pdf")


def _named(record: Mapping[str, Any]) -> set[str]:
    """The inputs that the recordings and documents of the record name."""
    named = {text(each, "input") for each in rows(record, "recordings")}
    named |= {text(each, "input") for each in rows(record, "documents")}
    named |= {
        text(table(each, "transcript"), "input")
        for each in rows(record, "recordings")
        if table(each, "transcript")
    }
    return named


def _accounted(
    each: Mapping[str, Any],
    files: Mapping[str, int],
    digests: Mapping[str, str],
    findings: list[Finding],
) -> bool:
    ident = text(each, "id") or "an input without id"
    state, stored = text(each, "outcome"), text(each, "stored")
    if state not in _OUTCOMES:
        findings.append(error("EK-K006", ident, "has no known outcome", group=_GROUP, found=state))
        return False
    if state != "included":
        if not text(each, "reason"):
            findings.append(error("EK-K007", ident, f"is {state} without a reason", group=_GROUP))
            return False
        return True
    if stored not in files:
        findings.append(
            error("EK-K008", ident, "is included and its file is missing", group=_GROUP)
        )
        return False
    if digests.get(stored) != text(each, "sha256") or files[stored] != number(each, "size"):
        findings.append(
            error(
                "EK-K009",
                ident,
                "the file stored is not the one that came in",
                group="integrity",
                expected=text(each, "sha256"),
                found=digests.get(stored),
            )
        )
        return False
    return True
