# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbered paragraphs of the covering statement, before they have numbers.

Own words first and unaltered; then how the statement was made, the exhibit, each recording, what
happened to them since, the other recordings, passages of documents, and what was measured. Each
paragraph is one portion of the subject (PD 32 para 19.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from evidencekit.compose.facts import NOT_STATED, counted, listed, quoted
from evidencekit.compose.labels import page_target
from evidencekit.compose.plan import Blank, Heading, Run, Text
from evidencekit.compose.refs import document_item, titled
from evidencekit.compose.statement_logged import logged_changes
from evidencekit.compose.statement_recording import recording_pieces
from evidencekit.compose.statement_said import Context, Piece, Said, Source, said
from evidencekit.compose.telling import on_date, quoted_stop, stopped
from evidencekit.model.custody import EntryKind
from evidencekit.model.material import Minuted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Disputed, Transfer

__all__ = ["body"]


def body(material: Material, layout: Layout | None) -> tuple[Piece, ...]:
    """Return the paragraphs and headings of the statement, own words first."""
    statement = material.matter.statement
    if statement is None:
        return ()
    return tuple(_pieces(Context(material=material, statement=statement, layout=layout)))


def _pieces(of: Context) -> Iterator[Piece]:
    yield from _own_words(of)
    yield from _preparation(of)
    yield from _exhibit(of)
    for read in of.material.recordings:
        yield from recording_pieces(of, read)
    yield from _custody(of)
    yield from _others(of)
    yield from _disputes(of)
    yield from _measured(of)


def _own_words(of: Context) -> Iterator[Piece]:
    yield Heading(text="In my own words")
    for words in of.statement.words:
        yield said(words)
    if not of.statement.words:
        yield Blank(label="Your own words: what happened, in short numbered paragraphs", lines=8)


def _preparation(of: Context) -> Iterator[Piece]:
    yield Heading(text="How this statement was made")
    how = of.statement.prepared_how
    if how is not None:
        yield said(stopped(how))
    else:
        yield Blank(
            label="How this statement was made: in person, by telephone, through an interpreter"
        )


def _exhibit(of: Context) -> Iterator[Piece]:
    """Refer to the exhibit as PD 32 para 17.4 has it, and to permission to rely on it."""
    yield Heading(text="The recordings")
    count = len(of.material.recordings)
    numbers = listed(f"R{each.number}" for each in of.material.recordings)
    numbered = f", which I call {numbers}" if numbers else ""
    about = f"This statement is about {counted(count, 'recording')}{numbered}."
    yield said(about if count else "No recording is supplied with this statement.")
    if of.statement.exhibit is not None:
        parts = listed(_exhibited(of))
        holds = f" The exhibit holds {parts}." if parts else ""
        yield said(
            "I refer to the schedules and clip sheets of the recordings marked ",
            Run(text=quoted(of.statement.exhibit)),
            f".{holds}",
        )
    yield from _permission(of)


def _exhibited(of: Context) -> Iterator[str]:
    """Name each part of the exhibit with its pages."""
    clips = [f"clip:{clip.number}" for clip in of.material.clips]
    parts = (
        ("the schedule of all recordings held", ["part:recordings"]),
        ("a sheet for each clip", clips),
        ("the consent schedule", ["part:consent"]),
        ("the custody schedule", ["part:custody"]),
        ("the schedule of what was used and not used", ["part:coverage"]),
        ("the passages of documents compared", ["part:minutes comparison"]),
    )
    for name, items in parts:
        if items == ["part:minutes comparison"] and not of.matter.disputed:
            continue
        pages = of.pages(items)
        if items and pages is not None:
            yield f"{name} ({pages})"


def _permission(of: Context) -> Iterator[Piece]:
    permission = of.matter.case.permission
    if permission is None or (permission.applied_on is None and permission.by is None):
        asked = "Whether permission to rely on the recordings has been asked for"
        result = permission.result if permission is not None else None
        told = f" The result: {stopped(result)}" if result is not None else ""
        yield said(f"{asked}: {NOT_STATED}.{told}")
        return
    when = f" {on_date(permission.applied_on)}" if permission.applied_on is not None else ""
    by = f", by {permission.by}" if permission.by is not None else ""
    pieces: list[str | Run] = [
        f"Permission to rely on the recordings was asked for{when}{by}.",
        f" The result: {stopped(permission.result or NOT_STATED)}",
    ]
    if permission.decided_on is not None:
        pieces.append(f" It was decided {on_date(permission.decided_on)}.")
    if permission.order is not None:
        pieces += [" The order: ", *of.teller.cite(permission.order), "."]
    yield said(*pieces)


def _custody(of: Context) -> Iterator[Piece]:
    yield Heading(text="What has happened to the recordings since")
    transfers = sorted(of.matter.custody, key=_when)
    for transfer in transfers:
        yield _transfer(of, transfer)
    logged = tuple(logged_changes(of))
    yield from logged
    if not (transfers or logged):
        yield said(f"What has happened to the recordings since they were made: {NOT_STATED}.")
        yield Blank(label="Who has held the recordings since they were made, and where")


def _transfer(of: Context, transfer: Transfer) -> Said:
    numbers = [
        f"R{read.number}" if (read := of.material.recording(each)) else each
        for each in transfer.what
    ]
    what = listed(numbers) or "The recordings"
    when = _capital(on_date(transfer.on)) if transfer.on is not None else None
    giver = of.by(transfer.giver) if transfer.giver is not None else None
    receiver = of.by(transfer.receiver) if transfer.receiver is not None else None
    words = f"{when}, {what} went" if when else f"{what} went"
    words += f" from {giver}" if giver else ""
    words += f" to {receiver}." if receiver else "."
    words += f" How: {stopped(transfer.how or NOT_STATED)}"
    missing = (
        ("When", transfer.on),
        ("From whom", transfer.giver),
        ("To whom", transfer.receiver),
    )
    words += "".join(f" {label}: {NOT_STATED}." for label, told in missing if told is None)
    return said(words, source=_told_by(of, transfer.told_by))


def _told_by(of: Context, who: str | None) -> Source:
    if who is None or who == of.statement.by:
        return Source()
    return Source(own=False, told_by=of.matter.name_of(who))


def _others(of: Context) -> Iterator[Piece]:
    yield Heading(text="Other recordings")
    others = of.matter.other_recordings
    answer = others.are_there_any if others is not None else None
    if others is not None and others.listed:
        yield said("There are other recordings, on which I do not rely.")
        for each in others.listed:
            why = quoted_stop(each.reason) if each.reason is not None else f"{NOT_STATED}."
            yield said(f"{quoted(each.what)}. Why I do not rely on it: {why}")
    elif answer is not None and answer.casefold().strip() == "no":
        yield said("There are no other recordings.")
    elif answer is not None and answer.casefold().strip() == "yes":
        yield said(f"There are other recordings. Which they are: {NOT_STATED}.")
    else:
        yield said(f"Whether there are other recordings: {stopped(answer or NOT_STATED)}")


def _disputes(of: Context) -> Iterator[Piece]:
    if not of.matter.disputed:
        return
    yield Heading(text="Passages of documents")
    for place, each in enumerate(of.matter.disputed):
        yield _dispute(of, each, of.material.minuted_at(place))
        if each.my_words is None:
            yield Blank(label="What you say about this passage, in your own words")


def _dispute(of: Context, disputed: Disputed, seen: Minuted) -> Said:
    document = of.matter.document(disputed.document)
    item = document_item(disputed.document)
    target = page_target(of.layout, item, disputed.page)
    cited: Text = (Run(text=disputed.document),)
    if document is not None:
        cited = tuple(evolve(run, target=target) for run in titled(document))
    page = f", page {disputed.page}" if disputed.page is not None else ""
    mine = quoted_stop(disputed.my_words) if disputed.my_words else f"{NOT_STATED}."
    has = "has this passage:" if seen is Minuted.FOUND else "is here quoted as typed for me:"
    unseen = {
        Minuted.NOT_FOUND: " These words were not found in its text.",
        Minuted.NO_TEXT: " They were not compared: it has no text.",
    }
    return said(
        *cited,
        f"{page}, {has} {quoted_stop(disputed.minuted)}{unseen.get(seen, '')} I say: {mine}",
    )


def _measured(of: Context) -> Iterator[Piece]:
    """Introduce what the software measured as what the declarant is told."""
    if not of.material.recordings:
        return
    yield Heading(text="What was measured")
    entered = sorted(
        {
            each.entered_by
            for each in of.material.log.entries
            if each.kind is EntryKind.INTAKE and each.entered_by != NOT_STATED
        }
    )
    who = "whoever ran the software"
    source = f"{who}; the recordings were taken in by {listed(entered)}" if entered else who
    items = ["part:recordings", *(f"clip:{each.number}" for each in of.material.clips)]
    items += ["part:custody", "part:coverage"]
    pages = of.pages(items)
    where = f" at {pages}" if pages is not None else ""
    yield said(
        f"I am told by {who}, {of.material.software}, that it measured the digests, lengths "
        f"and times of the recordings and of the clips, and that they are set out, as measured, "
        f"in the schedules{where}. I cannot speak to those measurements myself.",
        source=Source(own=False, told_by=source),
    )


def _capital(words: str) -> str:
    """Return *words* with a capital first letter."""
    return words[:1].upper() + words[1:]


def _when(transfer: Transfer) -> tuple[int, tuple[int, str, str]]:
    return (1, (0, "", "")) if transfer.on is None else (0, transfer.on.sort_key)
