# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public API as a typed program uses it. Read by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import evidencekit as ek
from evidencekit.errors import DocumentUnusable, MatterError, Problem, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 5, 29, tzinfo=dt.UTC)


def a_matter() -> ek.Matter:
    """Everything that a person can tell may be told in plain values."""
    span = ek.Span(start_ms=12_400, end_ms=31_900)
    clip = ek.Clip(title="The refusal is explained", span=span)
    quoted = ek.Clip(title="The appointment", quote="you did ring", before_ms=3000, after_ms=3000)
    answered = ek.ConsentEvent(status=ek.ConsentStatus.REFUSED, on=dt.date(2026, 3, 2))
    recording = ek.Recording(
        id="visit",
        file="recordings/visit.m4a",
        title="Home visit",
        recorded_at=dt.datetime(2026, 3, 11, 14, 5, tzinfo=dt.UTC),
        place="my living room",
        made_by="amara",
        whole="yes",
        consent=(ek.Consent(person="hale", events=(answered,)),),
        clips=(clip, quoted),
    )
    told = ek.Recording(id="call", file="call.mp3", recorded_at="13 March, in the afternoon")
    return ek.Matter(
        case=ek.Case(title="Re E (A Child)", hearing_on=dt.date(2026, 6, 15), prepared_on="May"),
        people=(ek.Person(id="amara", name="Amara Dean", role="mother"),),
        recordings=(recording, told),
        documents=(ek.Document(id="letter", file="letter.pdf", title="Letter", dated="2026"),),
        statement=ek.Statement(by="amara", exhibit="AD1", words=("I pressed record.",)),
        custody=(ek.Transfer(what=("visit",), giver="amara", on=dt.date(2026, 5, 20)),),
        sections=(ek.Section(letter="A", title="All", contents=("recordings",)),),
    )


def what_was_told(matter: ek.Matter) -> None:
    """What was told keeps its standing and its type."""
    assert_type(matter.recordings, tuple[ek.Recording, ...])
    place = matter.recordings[0].place
    assert_type(place, ek.Stated[str] | None)
    if place is not None:
        assert_type(place.value, str)
    assert_type(matter.person("amara"), ek.Person | None)


def read_and_check(path: Path, document: Mapping[str, Any]) -> None:
    """Files and documents in, matters and findings out."""
    assert_type(ek.load_matter(path), ek.Matter)
    assert_type(ek.load_matter("matter.toml"), ek.Matter)
    assert_type(ek.validate(document), tuple[ek.Finding, ...])
    assert_type(ek.validate(document, "bundle"), tuple[ek.Finding, ...])
    schema: dict[str, Any] = ek.schema("matter")
    assert schema


def work(matter: ek.Matter, folder: Path, executor: Executor) -> ek.Package:
    """From intake to a checked package."""

    def on_progress(step: ek.Progress) -> None:
        assert_type(step.done, int)
        assert_type(step.subject, str)

    def cancelled() -> bool:
        return False

    report = ek.intake(matter, folder=folder, by="Ruth Kemp", now=NOW, progress=on_progress)
    assert_type(report, ek.Report)
    preview = ek.plan(matter, folder=folder, cancelled=cancelled)
    assert_type(preview, tuple[ek.IndexEntry, ...])
    package = ek.build(
        matter,
        folder=folder,
        into=folder / "out",
        placeholders=["letter"],
        executor=executor,
        progress=on_progress,
        cancelled=cancelled,
    )
    assert_type(package, ek.Package)
    assert_type(ek.open_package("out"), ek.Package)
    assert_type(package.pdf_path, Path)
    assert_type(package.index, tuple[ek.IndexEntry, ...])
    assert_type(package.clips, tuple[ek.ClipFile, ...])
    assert_type(package.findings, tuple[ek.Finding, ...])
    seen = ek.verify(package.path, recordings=folder, full=True)
    assert_type(seen.ok, bool)
    assert_type(seen.failures, tuple[ek.Finding, ...])
    seen.raise_for_findings()
    return package


def one_clip(path: Path) -> ek.ClipFile:
    """One clip, without a matter."""
    second = ek.Span(start_ms=0, end_ms=1000)
    both = ek.cut(path, second, to=path.with_suffix(".wav"), channel=[2, 1])
    held: tuple[int, ...] = both.chosen_channels
    one: int | None = ek.cut(path, second, to=path.with_suffix(".1.wav"), channel=1).channel
    ek.Recording(id="call", file="call.wav", channel=held if one is None else one)
    return ek.cut(path, second, to=path.with_suffix(".flac"))


def what_went_wrong(path: Path) -> str:
    """Errors have their facts as attributes."""
    try:
        with ProcessPoolExecutor() as executor:
            work(ek.load_matter(path), path.parent, executor)
    except ek.Cancelled:
        return "cancelled"
    except MatterError as error:
        assert_type(error.problems, tuple[Problem, ...])
        return error.problems[0].pointer
    except SeveralErrors as error:
        assert_type(error.errors, tuple[ek.EvidenceError, ...])
        return error.errors[0].__class__.__name__
    except DocumentUnusable as error:
        assert_type(error.item, str)
        return error.reason
    except ek.EvidenceError as error:
        return str(error)
    return ""
