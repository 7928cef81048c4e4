# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed since the copy that was served: the part that says so, and how a change is seen.

A generated part has changed when it says something else. What it says is compared without the
labels it cites, because a label that is cited may move from a part to its newer version; and a
clip's sheet without the other clips of its recording, because a new clip changes none before it.
"""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import NOTHING, Factory, evolve, fields, frozen, has

from evidencekit.compose import clips, dividers, front, index
from evidencekit.compose.bundle import compose_generated
from evidencekit.compose.facts import counted, local_date
from evidencekit.compose.labels import UNKNOWN, label
from evidencekit.compose.plan import (
    Block,
    Column,
    Heading,
    Manner,
    Paragraph,
    Part,
    Row,
    Table,
    Text,
    plain,
)
from evidencekit.model.moment import Moment, print_date
from evidencekit.model.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidencekit.court.profile import Profile
    from evidencekit.model.bundle import Layout
    from evidencekit.model.material import Material
    from evidencekit.model.matter import Case, Section

ITEM = "part:changes"
#: What is made anew in its place, since it is about the bundle as it is now.
IN_PLACE = (dividers.COVER, front.ITEM, index.ITEM)


@frozen(kw_only=True)
class Revised:
    """A served item that changed: the item that its served pages are now, and the newer one.

    `newer` is None where the bundle would not hold it any more.
    """

    served: str
    newer: str | None
    title: str


@frozen(kw_only=True)
class Changes:
    """What is new since `since`, the copy served last. `added` and `anew` hold ids of items.

    `anew` holds those made anew in their own place; `also` other copies of the same bundle.
    """

    since: Served
    also: tuple[Served, ...] = ()
    added: tuple[str, ...] = ()
    revised: tuple[Revised, ...] = ()
    anew: tuple[str, ...] = ()

    @property
    def are_any(self) -> bool:
        """True when something was added or revised."""
        return bool(self.added or self.revised)


def followed_name(served: Served, timezone: str) -> str:
    """Name the bundle that is followed, as in "changes since"."""
    if served.was_served:
        return f"the copy served on {local_date(served.served_at, timezone)}"
    if served.prepared_on:
        return f"the bundle prepared on {Moment.of(served.prepared_on)}"
    return "the earlier bundle"


def changes_title(served: Served, timezone: str) -> str:
    """Return what index and page call the part."""
    return f"Changes since {followed_name(served, timezone)}"


def added_title(served: Served, timezone: str) -> str:
    """Return the title of a last section of what was added."""
    if served.was_served:
        return f"Added since {local_date(served.served_at, timezone)}"
    if served.prepared_on:
        return f"Added since {Moment.of(served.prepared_on)}"
    return "Added later"


def revised_title(title: str, case: Case) -> str:
    """Return the title of a newer version: with the day that the bundle says it was prepared."""
    prepared = case.prepared_on
    if prepared is None:
        return f"{title} (revised)"
    when = print_date(prepared.on) if prepared.on is not None else prepared.written
    return f"{title} (revised {when})"


def served_title(title: str, served: Served, timezone: str) -> str:
    """Return the title of the pages that a newer version replaces."""
    if served.was_served:
        return f"{title} (as served on {local_date(served.served_at, timezone)})"
    return f"{title} (as in {followed_name(served, timezone)})"


def changes_part(changes: Changes, layout: Layout | None, *, timezone: str, title: str) -> Part:
    """Return the part that says what is new, for who holds the copy that was served."""
    blocks: list[Block] = [
        Paragraph(text=plain(f"{_served_to(changes, timezone)} {_KEPT}"), manner=Manner.NOTE)
    ]
    if changes.added:
        rows = tuple(
            Row(
                cells=(_title(layout, item), plain("-"), plain(label(layout, item))),
                target=item,
            )
            for item in changes.added
        )
        blocks += [Heading(text="Added"), Table(columns=_COLUMNS, rows=rows)]
    if changes.revised:
        rows = tuple(_revised_row(each, layout) for each in changes.revised)
        blocks += [
            Heading(text="Revised"),
            Paragraph(text=plain(_REVISED), manner=Manner.NOTE),
            Table(columns=_COLUMNS, rows=rows),
        ]
    blocks += [
        Heading(text="Made anew in place"),
        Table(
            columns=_COLUMNS,
            rows=tuple(_anew_row(changes.since, item, layout) for item in changes.anew),
        ),
    ]
    blocks += _moved(changes, layout)
    return Part(item=ITEM, title=title, blocks=tuple(blocks))


def _moved(changes: Changes, layout: Layout | None) -> list[Block]:
    """Return where each page was and is in the PDF; before that is known, in as many rows."""
    places = {} if layout is None else dict(zip(layout.labels, range(1, 1 << 30), strict=False))
    rows = []
    for each, page in changes.since.first_pages:
        last = len(each.marks) - 1
        now = places.get(each.marks[0].label), places.get(each.marks[last].label)
        rows.append(
            Row(
                cells=(
                    plain(each.item.title),
                    plain(each.labels),
                    plain(_range(page, page + last)),
                    plain(UNKNOWN if now[0] is None or now[1] is None else _range(now[0], now[1])),
                )
            )
        )
    return [
        Heading(text="Where each page is in the file"),
        Paragraph(text=plain(_MOVED), manner=Manner.NOTE),
        Table(columns=_PLACES, rows=tuple(rows)),
    ]


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


_KEPT = (
    "Every page of it is in this bundle under the number that it had there, and so is every clip "
    "and every page of an exhibit. Numbers were only added."
)
_REVISED = (
    "The earlier pages stand where they stood. The newer version is another document, "
    "with numbers of its own."
)
_COLUMNS = (
    Column(title="Document", share=6),
    Column(title="Then", share=0),
    Column(title="Now", share=0),
)
#: Where a label's page is in the PDF: labels stay, but pages that are added move it.
_PLACES = (
    Column(title="Document", share=6),
    Column(title="Pages", share=0),
    Column(title="PDF page then", share=0),
    Column(title="PDF page now", share=0),
)
_MOVED = (
    "A page that keeps its number may be another one counted from the first in the file, because "
    "pages were added before it. Page numbers are what to cite; this is for who counted."
)


def _served_to(changes: Changes, timezone: str) -> str:
    """Say which copies the changes are counted from."""
    pages = sum(len(each.marks) for each in changes.since.items)
    if not changes.since.was_served:
        name = followed_name(changes.since, timezone)
        return f"{name[0].upper()}{name[1:]} has {counted(pages, 'page')}."
    copies = [
        f"on {local_date(each.served_at, timezone)} for {each.to}"
        for each in sorted((*changes.also, changes.since), key=lambda each: each.served_at)
    ]
    return f"A copy of {counted(pages, 'page')} was made to be served {'; '.join(copies)}."


def _title(layout: Layout | None, item: str) -> Text:
    entry = layout.entry(item) if layout else None
    return plain(entry.title if entry else item)


def _revised_row(revised: Revised, layout: Layout | None) -> Row:
    newer = revised.newer
    now = plain("withdrawn") if newer is None else plain(label(layout, newer))
    return Row(
        cells=(plain(revised.title), plain(label(layout, revised.served)), now),
        target=newer or revised.served,
    )


def _anew_row(served: Served, item: str, layout: Layout | None) -> Row:
    was = served.item(item)
    return Row(
        cells=(
            _title(layout, item),
            plain(was.labels if was else "-"),
            plain(label(layout, item)),
        ),
        target=item,
    )


def contents_of(
    material: Material, profile: Profile, sections: tuple[Section, ...]
) -> dict[str, str]:
    """Return, by the id of its item, a digest of what each generated part says."""
    material = evolve(material, software="")
    found = {
        part.item: _digest(part)
        for part in compose_generated(material, profile, None, sections)
        if part.item not in IN_PLACE
    }
    for read in material.recordings:
        for clip in read.clips:
            alone = evolve(material, recordings=(evolve(read, clips=(clip,)),))
            (part,) = clips.clip_parts(alone, profile, None)
            found[part.item] = _digest(part)
    return found


def _digest(part: Part) -> str:
    """Hash what a part says. A value that is as a class has it by default is left out, so that a
    class may gain a field and the digest stays.
    """
    written = json.dumps(_plain(part), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if has(type(value)):
        return {"is": type(value).__name__, **dict(_said(value))}
    return value


def _said(value: Any) -> Iterator[tuple[str, Any]]:
    for each in fields(type(value)):
        held = getattr(value, each.name)
        default = each.default
        if isinstance(default, Factory) or default is NOTHING or held != default:  # type: ignore[arg-type]
            yield each.name, _plain(held)
