# SPDX-License-Identifier: AGPL-3.0-or-later
"""Follow what was served: keep its numbers, see what changed, and say where each page comes from.

Served documents and clips must be there unchanged; the build stops otherwise. Front sheet and index
are made anew in their places. Any other served part that says something else now keeps its pages
as they were served, and the newer version follows at the end of its section.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.compose.changes import (
    IN_PLACE,
    Changes,
    Revised,
    added_title,
    changes_title,
    revised_title,
    served_title,
)
from evidencekit.compose.changes import ITEM as CHANGES
from evidencekit.court.sections import letter_after
from evidencekit.custody.digests import hash_file
from evidencekit.custody.paths import inside
from evidencekit.errors import AssemblyError, ServedItemChanged
from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, is_divider
from evidencekit.model.late import SUPERSEDED, KeptItem, belongs_to
from evidencekit.model.served import Served, ServedItem, is_superseded, superseded
from evidencekit.package.served import followed_of
from evidencekit.pdf.placed import PlacedPart
from evidencekit.pipeline.late_numbers import raise_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from evidencekit.model.matter import Matter, Section


_NOTHING_FOLLOWED = (
    "nothing was delivered yet that a document could be inserted into. Name the package that was "
    "delivered with --append, or put the document where it belongs in [sections]"
)


@frozen(kw_only=True)
class Late:
    """A bundle that follows the served one `followed`, the last of `served`.

    `kept` are the served items as they are now, and `taken` says for those that are not made or
    taken in anew where their pages are in the PDF that was served, of which `items` names the item
    of each page. `added` are the new and the newer ones, and `changes_item` the part that lists
    them, where there are any.
    """

    followed: Served
    served: tuple[Served, ...]
    sections: tuple[SectionHead, ...]
    last_section: SectionHead
    kept: tuple[KeptItem, ...]
    taken: tuple[PlacedPart, ...]
    items: tuple[str, ...]
    added: tuple[Item, ...]
    changes: Changes
    changes_item: Item | None
    inserts: Mapping[str, str]

    def pages_in_place(self, base: str) -> int:
        """Return how many pages were served of an item that is made anew in its place."""
        return sum(len(each.marks) for each in self.kept if belongs_to(each.item.id, base))

    def contents(self) -> dict[str, str | None]:
        """Return the digest of what each kept item says, by its id as it is now."""
        return {
            now.item.id: was.content
            for was, now in zip(self.followed.items, self.kept, strict=True)
        }


def bound_contents(matter: Matter, folder: Path, bound: Iterable[str]) -> dict[str, str]:
    """Return the digest of the file of each item that is bound in."""
    files = {f"document:{each.id}": each.file for each in matter.documents}
    if matter.statement is not None and matter.statement.signed is not None:
        files["part:statement"] = matter.statement.signed
    return {item: hash_file(inside(folder, files[item])).sha256 for item in bound}


def follow(
    served: tuple[Served, ...],
    items: Sequence[Item],
    *,
    matter: Matter,
    sections: Sequence[Section],
    contents: Mapping[str, str],
    bound_pages: Mapping[str, int],
    inserts: Mapping[str, str],
) -> Late | None:
    """Return how the bundle of *items* follows what was served, or None if nothing was.

    *contents* holds the digest of what each item says or holds; *bound_pages* the number of pages
    of each that is bound in; *inserts* the items behind which new documents are to stand, by the
    documents' ids.

    Raises:
        AssemblyError: if one of *inserts* is not new, or what it is to stand behind is not kept.
        ServedItemChanged: for a served document that is missing or changed; SeveralErrors for
            several.
    """
    followed = followed_of(served)
    if followed is None:
        if inserts:
            raise AssemblyError(_NOTHING_FOLLOWED)
        return None
    _check_documents(followed, items, contents, bound_pages)
    now = {each.id: each for each in items}
    kept: list[KeptItem] = []
    revised: list[Revised] = []
    for each in followed.items:
        keep = _kept(each, now.get(each.item.id), contents, followed, matter)
        kept.append(keep)
        if each.item.id not in {keep.item.id, CHANGES}:
            newer = each.item.id if each.item.id in now else None
            revised.append(Revised(served=keep.item.id, newer=newer, title=each.item.title))
    heads, letters = _sections(followed, sections, letters_given=bool(matter.sections))
    added = _added(items, kept, followed, letters, matter)
    changes = Changes(
        since=followed,
        also=tuple(
            each
            for each in served
            if each.bundle_sha256 == followed.bundle_sha256 and each is not followed
        ),
        added=tuple(
            each.id for each in added if each.id not in {revision.newer for revision in revised}
        ),
        revised=tuple(revised),
        anew=tuple(each.item.id for each in kept if _is_in_place(each.item.id)),
    )
    return Late(
        followed=followed,
        served=served,
        sections=heads,
        last_section=_last_section(followed, heads, matter),
        kept=tuple(kept),
        taken=_taken(followed, kept),
        items=tuple(each.item.id for each in kept for _ in each.marks),
        added=added,
        changes=changes,
        changes_item=_changes_item(changes, heads, matter),
        inserts=_inserts(inserts, kept, added),
    )


def _inserts(
    inserts: Mapping[str, str], kept: Sequence[KeptItem], added: Sequence[Item]
) -> dict[str, str]:
    """Return behind which kept item each new item is put that is not to stand at the end."""
    new = {each.id for each in added}
    held = {each.item.id for each in kept}
    found = {}
    for document, after in inserts.items():
        item = f"document:{document}"
        behind = after if after in held else f"document:{after}"
        if item not in new:
            msg = (
                f"{document} was delivered already, or is not in the bundle: it cannot be inserted"
            )
            raise AssemblyError(msg)
        if behind not in held:
            msg = f"{after} was not delivered, so that {document} cannot be inserted after it"
            raise AssemblyError(msg)
        found[item] = behind
    return found


def _is_in_place(item_id: str) -> bool:
    return any(belongs_to(item_id, base) for base in IN_PLACE)


def _check_documents(
    served: Served,
    items: Sequence[Item],
    contents: Mapping[str, str],
    bound_pages: Mapping[str, int],
) -> None:
    """Refuse to go on without a served document, or with another in its place."""
    bound = {each.id for each in items if each.kind is ItemKind.DOCUMENT}
    raise_all(
        [
            ServedItemChanged(each.item.id, each.labels)
            for each in served.items
            if each.item.kind is ItemKind.DOCUMENT
            and (
                each.item.id not in bound
                or contents.get(each.item.id) != each.content
                or bound_pages[each.item.id] != len(each.marks)
            )
        ]
    )


def _kept(
    was: ServedItem,
    now: Item | None,
    contents: Mapping[str, str],
    served: Served,
    matter: Matter,
) -> KeptItem:
    """Return a served item as it stands now: the same, or superseded."""
    item = was.item
    if item.kind is ItemKind.DOCUMENT and now is not None:
        again = evolve(item, title=now.title, dated=now.dated)
        return KeptItem(item=again, marks=was.marks)
    if is_divider(item.id):
        # It says only what the section was called when it was served, and stays.
        return KeptItem(item=item, marks=was.marks)
    same = now is not None and now.kind is item.kind and contents.get(item.id) == was.content
    if same or _is_in_place(item.id) or is_superseded(item.id):
        return KeptItem(item=item, marks=was.marks)
    title = item.title if item.id == CHANGES else served_title(item.title, served, matter.timezone)
    held = {each.item.id for each in served.items}
    numbers = itertools.count(served.number)
    # A bundle that was followed without being served has a number that a copy may have since.
    number = next(each for each in numbers if f"{item.id}{SUPERSEDED}{each}" not in held)
    return superseded(was, number=number, title=title)


def _added(
    items: Sequence[Item],
    kept: Sequence[KeptItem],
    served: Served,
    letters: Mapping[str, str],
    matter: Matter,
) -> tuple[Item, ...]:
    """Return what no kept item is, in the order of the bundle, each in its section."""
    held = {each.item.id for each in kept}
    found = []
    for item in items:
        if item.id in held or (is_divider(item.id) and not _may_divide(item, served, letters)):
            continue
        was = served.item(item.id)
        if was is None:
            found.append(evolve(item, section=letters[item.section]))
            continue
        bound_in = item.kind is ItemKind.DOCUMENT
        title = item.title if bound_in else revised_title(item.title, matter.case)
        found.append(evolve(item, section=was.item.section, title=title))
    return tuple(found)


def _may_divide(item: Item, served: Served, letters: Mapping[str, str]) -> bool:
    """A new section begins with a divider, unless it stands under another letter than its own."""
    new = all(each.letter != item.section for each in served.sections)
    return new and letters[item.section] == item.section and served.numbering is Numbering.BATES


def _sections(
    served: Served, sections: Sequence[Section], *, letters_given: bool
) -> tuple[tuple[SectionHead, ...], dict[str, str]]:
    """Return the served sections and then new ones, and which of them each section is.

    A section that the matter letters is the served one of that letter. One that the profile
    letters is the served one of that title, because there a new section moves the letters after it.
    """
    heads = list(served.sections)
    letters: dict[str, str] = {}
    for section in sections:
        same = [
            each
            for each in served.sections
            if (each.letter == section.letter if letters_given else each.title == section.title)
        ]
        if same:
            letters[section.letter] = same[0].letter
            continue
        letter = section.letter if letters_given else _next_letter(heads)
        letters[section.letter] = letter
        heads.append(SectionHead(letter=letter, title=section.title))
    return tuple(heads), letters


def _next_letter(heads: Sequence[SectionHead]) -> str:
    return letter_after(max((each.letter for each in heads), key=lambda each: (len(each), each)))


def _last_section(served: Served, heads: Sequence[SectionHead], matter: Matter) -> SectionHead:
    """Return where late pages of a bundle with Arabic numbers stand: after everything."""
    title = added_title(served, matter.timezone)
    return SectionHead(letter=_next_letter(heads), title=title)


def _taken(served: Served, kept: Sequence[KeptItem]) -> tuple[PlacedPart, ...]:
    """Return which pages are taken from the PDF that was served."""
    return tuple(
        PlacedPart(item=keep.item.id, page=page, pages=len(was.marks))
        for (was, page), keep in zip(served.first_pages, kept, strict=True)
        if was.item.kind is not ItemKind.DOCUMENT and not _is_in_place(was.item.id)
    )


def _changes_item(changes: Changes, heads: Sequence[SectionHead], matter: Matter) -> Item | None:
    if not changes.are_any:
        return None
    return Item(
        id=CHANGES,
        title=changes_title(changes.since, matter.timezone),
        kind=ItemKind.GENERATED,
        section=heads[0].letter,
    )
