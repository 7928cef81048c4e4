# SPDX-License-Identifier: AGPL-3.0-or-later
"""The four schemas, and what is wrong with a document by one of them.

The schemas are JSON Schema 2020-12, hand-written, self-contained and portable, so that a document
can be validated in any language. `validate` adds plain words.

>>> case = {"title": "Re E", "cuort": "Norbury"}
>>> [finding] = validate({"schema": "evidencekit/matter/1", "case": case})
>>> str(finding)
'/case/cuort: "cuort" is not a key of [case]. Did you mean "court"?  EK-M001'
"""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from evidencekit.matterfile.explain import WRONG_VALUE, Complaint, explain
from evidencekit.matterfile.failures import failures
from evidencekit.matterfile.jsonform import Flaw, Json, json_form
from evidencekit.matterfile.names import Scrubber
from evidencekit.matterfile.pointer import Path, pointer
from evidencekit.model.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("matter", "bundle", "custody", "report")


def schema(kind: str) -> dict[str, Any]:
    """Return the schema of "matter", "bundle", "custody" or "report", free to change.

    Raises:
        ValueError: if there is no such schema.
    """
    return copy.deepcopy(_schema(kind))


def schema_text(kind: str) -> str:
    """Return the schema's text as it was written, its layout included.

    Raises:
        ValueError: if there is no such schema.
    """
    if kind not in KINDS:
        msg = f"there is no schema {kind!r}; there are: {', '.join(KINDS)}"
        raise ValueError(msg)
    package = FilePath(__file__).resolve().parent.parent
    # In the wheel the schemas lie inside the package; in a checkout, beside it.
    installed = package / "schemas" / f"{kind}.schema.json"
    source = installed if installed.is_file() else package.parent / "schemas" / installed.name
    return source.read_text(encoding="utf-8")


def validate(document: Mapping[str, Any], kind: str = "matter") -> tuple[Finding, ...]:
    """Return what is wrong with *document*, each with its JSON pointer; nothing where it fits.

    Whatever the document holds, this does not raise. TOML's dates and times count as the text that
    they are in JSON.

    Raises:
        ValueError: if there is no schema of this *kind*.
    """
    _schema(kind)
    plain, flaws = json_form(document)
    scrubber = Scrubber(plain if isinstance(plain, dict) else {})
    return tuple(
        Finding(
            code=each.code,
            severity=Severity.ERROR,
            subject=scrubber.path(pointer(each.path)),
            message=each.message,
            group="schema",
        )
        for each in complaints(plain, flaws, kind)
    )


def complaints(plain: Json, flaws: tuple[Flaw, ...], kind: str) -> tuple[Complaint, ...]:
    """Return what is wrong with a document in its JSON form, and the flaws that it came with."""
    own = tuple(
        Complaint(path=each.path, code=WRONG_VALUE, message=f"{each.message}.") for each in flaws
    )
    if not isinstance(plain, dict):
        if flaws:
            return own
        message = "the document must be a table of keys and values."
        return (Complaint(path=(), code=WRONG_VALUE, message=message),)
    found = explain(
        failures(_validator(kind).iter_errors(plain)), schema=_schema(kind), document=plain
    )
    flawed = [each.path for each in flaws]
    rest = (each for each in found if not any(each.path[: len(path)] == path for path in flawed))
    return _in_document_order((*own, *rest), plain)


def _in_document_order(found: tuple[Complaint, ...], plain: Json) -> tuple[Complaint, ...]:
    """Order complaints as a reader meets them; what is missing stands at its table."""
    order: dict[Path, int] = {}
    waiting: list[tuple[Path, Json]] = [((), plain)]
    while waiting:
        path, value = waiting.pop()
        order[path] = len(order)
        inner: list[tuple[Path, Json]] = []
        if isinstance(value, dict):
            inner = [((*path, key), each) for key, each in value.items()]
        elif isinstance(value, list):
            inner = [((*path, index), each) for index, each in enumerate(value)]
        waiting.extend(reversed(inner))
    return tuple(sorted(found, key=lambda each: order.get(each.path, 0)))


@functools.cache
def _schema(kind: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema_text(kind))
    return loaded


@functools.cache
def _validator(kind: str) -> Any:
    import jsonschema  # here, because it costs 0.1 s and only validating needs it

    return jsonschema.Draft202012Validator(_schema(kind))
