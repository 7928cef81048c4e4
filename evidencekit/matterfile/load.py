# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read a matter file: TOML for people, JSON of the same schema for programs.

Everything that is wrong comes at once, each with its place and line, so that one reading of the
list puts the file right. Messages carry ids and never names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from evidencekit.errors import MatterError, Problem
from evidencekit.matterfile.check import check
from evidencekit.matterfile.explain import UNKNOWN_ID, Complaint
from evidencekit.matterfile.jsonform import json_form
from evidencekit.matterfile.locate import line_of
from evidencekit.matterfile.names import Scrubber
from evidencekit.matterfile.pointer import Path, place, pointer
from evidencekit.matterfile.references import CONFLICT, MISPLACED
from evidencekit.matterfile.schema import complaints
from evidencekit.matterfile.structure import structure
from evidencekit.matterfile.syntax import Parsed, SyntaxFlaw, parse_json, parse_toml

if TYPE_CHECKING:
    from evidencekit.model.matter import Matter

#: No matter file that a person or a program writes comes near this.
LARGEST_BYTES = 4_000_000

_PARSERS = {".toml": parse_toml, ".json": parse_json}
_Locate = Callable[[], dict[Path, int]]


def load_matter(path: str | os.PathLike[str]) -> Matter:
    """Read the matter file at *path*, by its ending TOML or JSON.

    Raises:
        MatterError: with every problem of the file.
    """
    shown = os.fspath(path)
    try:
        parsed = _parse(FilePath(path))
    except SyntaxFlaw as flaw:
        problem = Problem(pointer="", message=flaw.message, line=flaw.line)
        raise MatterError(shown, [problem]) from None
    return _matter(parsed.document, shown, parsed.locate)


def load_document(document: Mapping[str, Any], *, path: str = "matter") -> Matter:
    """Return the matter that a document of the schema describes; *path* is what errors call it.

    Raises:
        MatterError: with every problem of the document.
    """
    return _matter(document, path, dict)


def _matter(document: object, path: str, locate: _Locate) -> Matter:
    plain, flaws = json_form(document)
    found = complaints(plain, flaws, "matter")
    if not isinstance(plain, dict):
        raise MatterError(path, _problems(found, {}, dict))
    found = _merged(found, check(plain))
    if found:
        raise MatterError(path, _problems(found, plain, locate))
    return structure(plain)


def problems_at(path: FilePath | None, found: Sequence[tuple[Path, str]]) -> tuple[Problem, ...]:
    """Return what was found wrong with a valid matter, with the lines of its file at *path*."""
    try:
        parsed = None if path is None else _parse(path)
    except SyntaxFlaw:
        parsed = None  # it was changed meanwhile: a problem without its line is better than none
    wrong = tuple(Complaint(path=at, code=CONFLICT, message=message) for at, message in found)
    if parsed is None or not isinstance(parsed.document, dict):
        return tuple(_problems(wrong, {}, dict))
    return tuple(_problems(wrong, parsed.document, parsed.locate))


def _merged(
    by_schema: tuple[Complaint, ...], by_check: tuple[Complaint, ...]
) -> tuple[Complaint, ...]:
    """Return all complaints but those that another one at the same place explains better."""
    misplaced = [each.path for each in by_check if each.code == MISPLACED]
    explained = {each.path for each in by_check}
    malformed = {each.path for each in by_schema}
    kept = [
        each
        for each in by_schema
        if not any(each.path[: len(path)] == path for path in misplaced)
        and not (each.code == UNKNOWN_ID and each.path in explained)
    ]
    own = (
        each
        for each in by_check
        if each.code == MISPLACED
        or not (each.path in misplaced or (each.code == CONFLICT and each.path in malformed))
    )
    return (*kept, *own)


def _problems(
    found: tuple[Complaint, ...], document: Mapping[str, Any], locate: _Locate
) -> list[Problem]:
    """Return complaints with their places, in the order of their lines."""
    clean = Scrubber(document).path
    lines = _lines(locate)
    problems = [
        Problem(
            pointer=clean(pointer(each.path)),
            message=each.message,
            place=clean(place(each.path)),
            line=line_of(lines, each.path),
        )
        for each in found
    ]
    return sorted(problems, key=lambda each: each.line or 0)


def _lines(locate: _Locate) -> dict[Path, int]:
    try:
        return locate()
    except (ValueError, RecursionError):
        return {}  # a problem without its line is better than no problem


def _parse(path: FilePath) -> Parsed:
    """Read and parse a file.

    Raises:
        SyntaxFlaw: if it cannot be read, or is not what its ending says.
    """
    parse = _PARSERS.get(path.suffix.lower())
    if parse is None:
        raise SyntaxFlaw(message="is not a matter file: its name has to end in .toml or .json.")
    return parse(_text(_bytes(path)))


def _bytes(path: FilePath) -> bytes:
    try:
        if not path.is_file():
            what = "is not a file." if path.exists() else "does not exist."
            raise SyntaxFlaw(message=what)
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise SyntaxFlaw(message=f"cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST_BYTES:
        message = f"is larger than {LARGEST_BYTES // 1_000_000} MB, which no matter file is."
        raise SyntaxFlaw(message=message)
    return data


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SyntaxFlaw(message="is UTF-16. Save it as UTF-8.", line=1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 here. Save the file as UTF-8."
        raise SyntaxFlaw(message=message, line=line) from error
