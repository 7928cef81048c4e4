# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check that the bundle's PDF is one document and does nothing: no additions, scripts, attachments.

A bundle is written in one piece. What documents bound into it carry (notes, layers, links to web
addresses) may be there; whether it is theirs is for `pdf_documents` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Finding, Severity
from evidencekit.pdfread import DARK, HeldDocument, letters
from evidencekit.verifier.record import number, rows, table, text, values
from evidencekit.verifier.result import PAGES, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evidencekit.pdfread import ShownPage
    from evidencekit.verifier.pdf_read import Bundle

_TITLE_ENDS = "Bundle"
#: So many pages are named in one finding at the most.
_MOST_NAMED = 12


def check_form(bundle: Bundle) -> Iterator[Finding]:
    """Yield what is wrong with the file as a file."""
    file = bundle.file
    if file.repaired:
        yield _wrong("EK-P110", bundle.path, "the PDF is damaged: it cannot be read as it stands")
        return
    if not file.begins:
        yield _wrong("EK-P111", bundle.path, "there are bytes before the PDF begins")
    if not file.ends:
        yield _wrong("EK-P111", bundle.path, "there are bytes after the PDF ends")
    if file.revised:
        yield _wrong(
            "EK-P112", bundle.path, "was added to after it was made, and holds an earlier revision"
        )
    if file.encrypted:
        yield _wrong("EK-P113", bundle.path, "is encrypted, which no bundle is")
    if file.tree_fault:
        yield _wrong("EK-P114", bundle.path, f"its page tree {file.tree_fault}")
    yield from _check_acts(bundle)
    yield from _check_titles(bundle)


def _wrong(
    code: str,
    subject: str,
    message: str,
    *,
    expected: object = None,
    found: object = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    return error(
        code, subject, message, group=PAGES, expected=expected, found=found, severity=severity
    )


def _check_acts(bundle: Bundle) -> Iterator[Finding]:
    """What would run, open or send something, or is carried along unseen."""
    file = bundle.file
    if file.opens_at != 1:
        where = "" if file.opens_at is None else f", at {bundle.page_name(file.opens_at)}"
        yield _wrong(
            "EK-P115",
            bundle.path,
            f"does not just show its first page on opening{where}",
        )
    for each in file.unusual:
        yield _wrong("EK-P116", bundle.path, f"holds /{each}, which no bundle does")
    if file.acting_bookmarks:
        yield _wrong(
            "EK-P115",
            bundle.path,
            f"{file.acting_bookmarks} bookmarks do something else than lead to a page",
        )
    for ordinal, page in bundle.pages.items():
        for each in sorted(set(page.acts)):
            yield _wrong(
                "EK-P115",
                bundle.page_name(ordinal),
                f"does something by itself or at a click: {each}",
            )


def _check_titles(bundle: Bundle) -> Iterator[Finding]:
    title = text(table(bundle.record, "case"), "title")
    for each in bundle.file.titles:
        if letters(each) != letters(f"{title}{_TITLE_ENDS}"):
            yield _wrong(
                "EK-P117", bundle.path, "the title that a reader shows is not that of the case"
            )
            return


def check_own_pages(bundle: Bundle) -> Iterator[Finding]:
    """Yield what lies over or is hidden on pages that no document was bound in from."""
    for ordinal, page in bundle.pages.items():
        entry = bundle.entry_of_page(ordinal)
        if entry is None or entry.is_document:
            continue
        name = bundle.page_name(ordinal)
        for mark in page.marks:
            yield _wrong(
                "EK-P118", name, f"something lies over it that is no part of it ({mark.kind})"
            )
        if page.layers:
            yield _wrong("EK-P119", name, "it has layers, which can be hidden and shown")
        if not _are_stills(bundle, entry.item, page.images):
            yield _wrong("EK-P118", name, "it shows a picture that the record does not know")
        if page.unseen:
            yield _wrong(
                "EK-P120", name, f"{page.unseen} of its words can be found and not be seen"
            )


def check_stills(bundle: Bundle) -> Iterator[Finding]:
    """Yield which clips' sheets do not show the stills that the record lists."""
    shown: dict[str, set[str]] = {}
    for ordinal, page in bundle.pages.items():
        entry = bundle.entry_of_page(ordinal)
        if entry is not None:
            shown.setdefault(entry.item, set()).update(page.images)
    for clip in rows(bundle.record, "clips"):
        missing = _stills_of(clip) - shown.get(text(clip, "item"), set())
        if missing:
            message = f"{len(missing)} of the stills that the record lists are not on its sheet"
            yield _wrong("EK-P130", f"clip {number(clip, 'number')}", message)


def _stills_of(clip: Mapping[str, Any]) -> set[str]:
    return {text(each, "sha256") for each in rows(clip, "stills")}


def _are_stills(bundle: Bundle, item: str, images: Sequence[str]) -> bool:
    """Say whether the pictures on a page are stills of the clip whose sheet it is.

    A sheet that a newer one replaced is held against the copy that was served.
    """
    own, _, replaced = item.partition("@")
    known = {
        still
        for clip in rows(bundle.record, "clips")
        if text(clip, "item") == own
        for still in _stills_of(clip)
    }
    return set(images) <= known or bool(replaced and known)


def check_text(bundle: Bundle) -> Iterator[Finding]:
    """Compare every page's text with the digest that the record has of it.

    A record of evidencekit always has one for each page, so that a list which is missing or short
    was made so; null, for a page that could not be read when it was made, is no pass either.
    """
    stated = table(bundle.record, "bundle")
    recorded = values(stated, "page_text_sha256")
    if len(recorded) != len(bundle.labels):
        yield _wrong(
            "EK-P121",
            bundle.path,
            "the record has not the digest of the text of each page (page_text_sha256)",
            expected=len(bundle.labels),
            found=len(recorded),
        )
    named = zip(range(1, len(recorded) + 1), recorded, strict=True)
    unknown = [ordinal for ordinal, each in named if not isinstance(each, str)]
    if unknown:
        yield _not_compared(bundle, unknown, "the record has no digest of it (page_text_sha256)")
    made_with = text(stated, "page_text_by")
    if not made_with:
        yield _wrong(
            "EK-P122",
            bundle.path,
            "the record does not say what read the text of its pages (page_text_by)",
            severity=Severity.NOT_CHECKED,
        )
    changed = [
        ordinal
        for ordinal, page in bundle.pages.items()
        if ordinal <= len(recorded)
        and isinstance(recorded[ordinal - 1], str)
        and recorded[ordinal - 1] != page.digest
    ]
    if changed and made_with not in {"", bundle.file.read_by}:
        reason = "the record has it as PyMuPDF of another version reads it (page_text_by)"
        yield _not_compared(bundle, changed, reason, expected=made_with, found=bundle.file.read_by)
        return
    for ordinal in changed:
        yield _wrong("EK-P121", bundle.page_name(ordinal), "its words are not those recorded")


def _not_compared(
    bundle: Bundle, ordinals: Sequence[int], reason: str, **values: object
) -> Finding:
    """Name the pages whose text nothing was compared with."""
    names = [bundle.page_name(each) for each in ordinals[:_MOST_NAMED]]
    if len(ordinals) > _MOST_NAMED:
        names.append(f"and {len(ordinals) - _MOST_NAMED} more")
    return _wrong(
        "EK-P122",
        bundle.path,
        f"the text of {len(ordinals)} page{'' if len(ordinals) == 1 else 's'} was not compared: "
        f"{reason}: {', '.join(names)}",
        severity=Severity.NOT_CHECKED,
        **values,
    )


def check_unread(bundle: Bundle) -> Iterator[Finding]:
    """Yield the pages that could not be looked at. A page of our own always can."""
    for ordinal, reason in bundle.unread.items():
        entry = bundle.entry_of_page(ordinal)
        is_ours = entry is not None and not entry.is_document
        yield _wrong(
            "EK-P123",
            bundle.page_name(ordinal),
            f"could not be looked at: {reason}",
            severity=Severity.ERROR if is_ours else Severity.NOT_CHECKED,
        )


def flaw_of(bundle: Bundle, page: ShownPage, flaw: str) -> str:
    """Return why a number cannot be seen, where that is not the fault of what is below it.

    A black page is bound in with a black number on it: nobody changed that since.
    """
    entry = bundle.entry_of_page(page.ordinal)
    held = bundle.held.get(entry.item) if entry is not None and entry.is_document else None
    if isinstance(held, HeldDocument):
        own = next((each for each in held.held if each.ordinal == page.ordinal), None)
        if own is not None and not flaw:
            flaw = own.flaw
    return "" if flaw == DARK and entry is not None and entry.is_document else flaw
