# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each field of the record taken away or emptied, one at a time, with the lists made to agree.

Whatever a check compares with can be emptied, and a check that then finds nothing to compare must
say so: no report says "CONSISTENT" and nothing more. What a field repeats of another, or what no
check needs, is listed with the reason.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from support_examples import NOW
from tamper import insider

import evidencekit as ek
from evidencekit.isolate import Isolate
from evidencekit.model.findings import Severity
from evidencekit.pipeline.serve import serve
from evidencekit.verifier.complete import check_complete
from evidencekit.verifier.kinds import FILE, SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Place = tuple[str | int, ...]

#: Parts of a served copy's record that say again what was told, which is not there: EK-K036 says
#: of them, by name, that whether they are whole was not checked.
TOLD = (
    *("case", "people", "recordings", "other_recordings", "clips", "consent", "documents"),
    *("disputed",),
    "statement",
)
#: What is looked at in the firm's file, beside what is looked at in a served copy alike.
OF_THE_FILE = ("bundle", "case", "custody", "disputed", "documents", "inputs", "people", "tools")
#: What may be emptied without a word, and why.
JUSTIFIED = {
    "bundle/index/*/content_sha256": "what a later build compares with, and no check of this one",
    "served": "names who got the copy, as READ ME FIRST.pdf does",
    "profile/": "which rules were followed changes nothing that is printed here",
    "findings": "what was seen while it was built, for who built it: it repeats what stands here",
    "documents/*/source_pages": "says again what the labels of the document's own pages are",
    **{
        f"documents/*/{key}": "what a document was and held, for who built it: its file is here"
        for key in ("kind", "repaired", "findings", "attachments", "signatures")
    },
    "statement/signed_file": "the same of the signed statement, whose file is here",
    "clips/*/excerpt/lines/*/person": "the speaker as printed stands beside it",
    "clips/*/excerpt/trimmed": "whether a sentence is printed; the sentence is on the page",
    "consent/*/openness": "the verdict and its reason, which are compared, say it in words",
    "recordings/*/openness/source": "the paragraph of the guidance: the same in every bundle",
    "recordings/*/index": "how a clip was reached: it was cut from samples that are compared",
    "recordings/*/samples_sha256": "worked out again only where all of it is decoded (full)",
    "recordings/*/file_says": "the file says it still, to whoever opens it; its digest is compared",
    "statement/blanks": "how many blanks the draft has: they are counted on its pages, marked",
    "tools/": "which versions made it, for who looks for a fault in one: nothing here follows from it",
    **{
        f"recordings/*/told/{key}/{of}": "who told it, and where: the matter has it"
        for key in (
            *("copies", "device", "edited", "made_by", "place", "reason", "recorded_at"),
            "whole",
        )
        for of in ("by", "source")
    },
}


class Remembering:
    """A worker that is asked for each thing once: only the record changes here, and no page."""

    def __init__(self) -> None:
        self._worker = Isolate(seconds=600, memory_mb=4096)
        self._known: dict[str, Any] = {}

    def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        key = repr((function.__name__, args, sorted(options.items())))
        if key not in self._known:
            self._known[key] = self._worker.call(function, *args, **options)
        return self._known[key]

    def close(self) -> None:
        self._worker.close()


@pytest.fixture(scope="module")
def worker() -> Iterator[Remembering]:
    remembering = Remembering()
    yield remembering
    remembering.close()


@pytest.fixture(scope="module")
def served(good: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of home-visit that was served."""
    root = tmp_path_factory.mktemp("served")
    package = good("home-visit")
    shutil.copytree(package.parent / "matter", root / "matter")
    into = root / "copy"
    serve(package, into=into, to="the court", now=NOW, folder=root / "matter")
    return into


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Yield every place below a value."""
    steps: Any = value.items() if isinstance(value, dict) else ()
    steps = enumerate(value) if isinstance(value, list) else steps
    for step, each in steps:
        yield (*at, step)
        yield from places(each, (*at, step))


def shape(place: Place) -> str:
    return "/".join("*" if isinstance(each, int) else each for each in place)


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def emptied(value: Any) -> list[Any]:
    """Return what a value becomes when it is emptied: nothing, and of a text no character."""
    if value in (None, "", []):
        return []
    if isinstance(value, list):
        return [[]]
    return ["", None] if isinstance(value, str) else [None]


def changed(record: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the record with a field less, and with it empty, once for each kind of field."""
    seen = set()
    for place in places(record):
        value = at(record, place)
        if isinstance(place[-1], int):
            continue  # an entry of a list: `acts_record` takes those away
        for what, new in [("missing", None), *((repr(each), each) for each in emptied(value))]:
            if (shape(place), what) in seen or shape(place).startswith(tuple(JUSTIFIED)):
                continue
            seen.add((shape(place), what))
            other = copy.deepcopy(record)
            if what == "missing":
                del at(other, place[:-1])[place[-1]]
            else:
                at(other, place[:-1])[place[-1]] = new
            yield shape(place), what, other


def write_served(root: Path, record: dict[str, Any]) -> None:
    """Store the record of a served copy, and make its list agree."""
    (root / "bundle.json").write_bytes(rfc8785.dumps(record) + b"\n")
    names = sorted(each.relative_to(root).as_posix() for each in root.rglob("*") if each.is_file())
    lines = [
        f"{hashlib.sha256((root / each).read_bytes()).hexdigest()}  {each}\n"
        for each in names
        if each != "CHECKSUMS.txt"
    ]
    (root / "CHECKSUMS.txt").write_text("".join(lines))


def write_file(root: Path, record: dict[str, Any]) -> None:
    insider.write_record(root, record)
    insider.seal(root)


@pytest.mark.parametrize("kind", [SERVED, FILE])
def test_no_field_can_be_taken_away_or_emptied_in_silence(
    kind: Any,
    served: Path,
    copy_of: Callable[[str], Path],
    tmp_path: Path,
    worker: Remembering,
) -> None:
    if kind is SERVED:
        root, write = shutil.copytree(served, tmp_path / "copy"), write_served
    else:
        root, write = copy_of("home-visit"), write_file
    record = json.loads((root / kind.record).read_bytes())
    assert check_complete(record, kind=kind) == ()
    before = {said(each) for each in ek.verify(root, worker=worker).findings}
    silent = []
    for place, what, other in changed(record):
        if kind is FILE and place.partition("/")[0] not in OF_THE_FILE:
            continue
        if check_complete(other, kind=kind):
            continue  # what it names is in the report: EK-K035
        write(root, other)
        report = ek.verify(root, worker=worker)
        own = {said(each) for each in report.findings if loud(each)} - before
        told = kind is SERVED and place.partition("/")[0] in TOLD and names_it(report, place)
        if not own and not told:
            silent.append((place, what))
    assert silent == []


#: What may be changed without a word beside what may be emptied, and why.
CHANGED = {
    "bundle/page_text_by": "what read the pages; where their words differ, that is said with it",
    "clips/*/way": "how a clip was reached: its samples are compared",
    "recordings/*/transcript/draft": "what the transcript's file says made it: the file is here",
    # Beyond the last word on a page, what the next page happens to hold is taken for the rest.
    "consent/*/use_in_evidence/printed": "letters added where a page ends are taken to go on",
    "recordings/*/openness/reason": "letters added where a page ends are taken to go on",
}
#: All of them are looked at where this is set; else each fifth, another fifth for each kind of text.
ALL_FIELDS = "EVIDENCEKIT_ALL_FIELDS" in os.environ


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "x"
    return _other_text(str(value))


def _other_text(text: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return f"{int(text, 16) ^ 1:064x}"
    last = "2" if text.rstrip("Z")[-1:] == "1" else "1"
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*Z)?", text):
        return text.rstrip("Z")[:-1] + last + "Z" * text.endswith("Z")
    return text + "x"


def test_no_field_can_be_changed_in_silence(
    copy_of: Callable[[str], Path], worker: Remembering
) -> None:
    root = copy_of("home-visit")
    record = json.loads((root / insider.RECORD).read_bytes())
    before = {said(each) for each in ek.verify(root, worker=worker).findings}
    seen: dict[str, Place] = {}
    for place in places(record):
        if not isinstance(at(record, place), dict | list):
            seen.setdefault(shape(place), place)
    looked_at = [
        (name, place)
        for name, place in seen.items()
        if not name.startswith((*JUSTIFIED, *CHANGED)) and (ALL_FIELDS or len(name) % 5 == 0)
    ]
    assert len(looked_at) > 20
    silent = []
    for name, place in looked_at:
        changed_record = copy.deepcopy(record)
        at(changed_record, place[:-1])[place[-1]] = other(at(record, place))
        write_file(root, changed_record)
        report = ek.verify(root, worker=worker)
        if not {said(each) for each in report.findings if loud(each)} - before:
            silent.append(name)
    assert silent == []


def said(finding: ek.Finding) -> tuple[str, str, str]:
    return finding.code, finding.subject, finding.message


def loud(finding: ek.Finding) -> bool:
    return finding.severity in {Severity.ERROR, Severity.NOT_CHECKED}


def names_it(report: ek.Report, place: str) -> bool:
    """Say whether the report names the part of the record in which a place is, as not checked."""
    part = place.partition("/")[0]
    return any(each.code == "EK-K036" and part in each.message for each in report.findings)


def test_what_is_justified_is_in_a_record(good: Callable[[str], Path]) -> None:
    record = json.loads((good("home-visit") / insider.RECORD).read_bytes())
    there = {shape(place) for place in places(record)}
    assert [
        each for each in (*JUSTIFIED, *CHANGED) if not any(one.startswith(each) for one in there)
    ] == []
