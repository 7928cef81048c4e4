# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tag the pages of documents coarsely, so that a screen reader can tell one from the other.

A document's own tags do not survive being bound in. Instead each document is a section, and each of
its pages one paragraph, or one figure that says which page of what it is a picture of. The
generated pages bring the tree that these are added to; without one nothing is tagged. What a page
looks like does not change.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.boxes import inherited
from evidencekit.pdf.content import Wrapper, streams_of
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pikepdf

_OWN = re.compile(rb"/MCID\s+(\d{1,6})\b")
#: More marks than this on one page are nobody's.
_MOST_MARKS = 20_000
#: What the links that lie over generated pages are called together.
_LINKS = "Links back to the index"
#: How deep forms within forms are looked into for a font.
_DEEPEST = 4


#: Elements of what lies over a page, without what they refer to.
_LINK = b"<</Type/StructElem/S/Link/K<</Type/OBJR>>>>"
_BACK = b"<</Type/StructElem/S/Link>>"
_NOTE = b"<</Type/StructElem/S/Annot/K<</Type/OBJR>>>>"
#: A section, and what is in it.
_Section = tuple[Any, list[Any]]


class Tagger:
    """Adds to the structure tree of one PDF."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        import pikepdf

        self._pdf = pdf
        self._wrapper = Wrapper(pdf)
        tree: Any = pdf.Root.get("/StructTreeRoot")
        self._tree: Any = tree if isinstance(tree, pikepdf.Dictionary) else None
        # Pages share the streams that enclose what they draw, and these are looked into once.
        self._marks: dict[tuple[int, int], int] = {}
        self._numbers: list[tuple[int, Any]] = []
        self._sections: list[_Section] = []
        self._of_item: dict[str, _Section] = {}
        self._back: _Section | None = None
        self._next = int(tree.get("/ParentTreeNextKey", 0)) if self._tree is not None else 0

    def tag(self, pages: Sequence[pikepdf.Page], *, title: str, item: str = "") -> None:
        """Tag the pages of one document, before its labels are printed. By the id of its *item*
        its ways back are found a place in its section.
        """
        if self._tree is None:
            return
        section = self._of_item[item] = self._section(title)
        for number, page in enumerate(pages, start=1):
            self._page(section, page, alt=f"{title}, page {number} of {len(pages)}: a picture")

    def tag_back(
        self, item: str, links: Sequence[pikepdf.Object], pages: Sequence[pikepdf.Page]
    ) -> None:
        """Tag the links of an item's *pages* that lead back to the index: one link for a reader."""
        import pikepdf

        if self._tree is None:
            return
        section = self._of_item.get(item)
        if section is None:
            # Of a generated item: its own tags are all there, and stay as they are.
            section = self._back = self._back or self._section(_LINKS)
        element = self._element(section, _BACK, pages[0])
        parts = []
        for link, page in zip(links, pages, strict=True):
            parts.append(pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=link, Pg=page.obj))
            link["/StructParent"] = self._key(element)
            page.obj["/Tabs"] = pikepdf.Name.S
        element["/K"] = pikepdf.Array(parts)

    def finish(self) -> None:
        """Write down which tag each page and annotation belongs to, when all are tagged."""
        import pikepdf

        if self._tree is None or not self._numbers:
            return
        for section, children in self._sections:
            section["/K"] = pikepdf.Array(children)
        parents = self._tree["/ParentTree"]
        if "/Nums" in parents:
            added = (each for number in self._numbers for each in number)
            parents["/Nums"] = pikepdf.Array([*parents["/Nums"], *added])
        else:
            tree = pikepdf.NumberTree(parents)
            for key, value in self._numbers:
                tree[key] = value
        self._tree["/ParentTreeNextKey"] = self._next

    def _document(self) -> Any:
        """Return the tag that everything else is in."""
        import pikepdf

        top = self._tree["/K"]
        return top[0] if isinstance(top, pikepdf.Array) else top

    def _section(self, title: str) -> _Section:
        """Add a section; what is in it is written down at the end, in one piece."""
        import pikepdf

        section = self._pdf.make_indirect(pikepdf.Object.parse(b"<</Type/StructElem/S/Sect>>"))
        document = self._document()
        section["/P"] = document
        section["/T"] = pikepdf.String(title)
        document["/K"].append(section)
        children: list[Any] = []
        self._sections.append((section, children))
        return section, children

    def _element(self, section: _Section, form: bytes, page: pikepdf.Page) -> Any:
        """Add to a section what stands on *page*: *form*, which refers to nothing yet."""
        import pikepdf

        element = self._pdf.make_indirect(pikepdf.Object.parse(form))
        element["/P"], element["/Pg"] = section[0], page.obj
        section[1].append(element)
        return element

    def _key(self, value: Any) -> int:
        """Return a new key, under which *value* is found."""
        key = self._next
        self._numbers.append((key, value))
        self._next += 1
        return key

    def _page(self, section: _Section, page: pikepdf.Page, *, alt: str) -> None:
        """Tag what one page draws, and its annotations."""
        import pikepdf

        words = _has_font(inherited(page, "/Resources"), _DEEPEST)
        streams = streams_of(page)
        own = self._own_marks(streams)
        kind = b"P" if words else b"Figure"
        # What its maker marked stays marked; all of it now belongs to this one tag.
        element = self._element(section, _form(kind, max(own, 1)), page)
        if not words:
            element["/Alt"] = pikepdf.String(alt)
        if not own:
            start = self._wrapper.stream(b"/%b <</MCID 0>> BDC\n" % kind)
            self._wrapper.set(page, [start, *streams, self._wrapper.stream(b"\nEMC\n")])
        belongs = pikepdf.Array([element] * max(own, 1))
        page.obj["/StructParents"] = self._key(self._pdf.make_indirect(belongs))
        page.obj["/Tabs"] = pikepdf.Name.S
        self._annotations(section, page)

    def _own_marks(self, streams: Sequence[pikepdf.Object]) -> int:
        """Return one more than the highest mark that its maker put on what a page draws, or 0."""
        highest = 0
        for stream in streams:
            place = stream.objgen
            if place not in self._marks:
                self._marks[place] = _highest_mark(stream)
            highest = max(highest, self._marks[place])
        return highest if highest < _MOST_MARKS else 0

    def _annotations(self, section: _Section, page: pikepdf.Page) -> None:
        """Tag the links and notes of a page."""
        import pikepdf

        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            return
        found = list(annotations)
        if not all(each.is_indirect for each in found):
            found = [each if each.is_indirect else self._pdf.make_indirect(each) for each in found]
            page.obj["/Annots"] = pikepdf.Array(found)
        for annotation in found:
            kind = annotation.get("/Subtype")
            if kind == "/Popup" or "/StructParent" in annotation:
                continue
            element = self._element(section, _LINK if kind == "/Link" else _NOTE, page)
            own = element["/K"]
            own["/Obj"], own["/Pg"] = annotation, page.obj
            annotation["/StructParent"] = self._key(element)
            if kind == "/Link" and not written(annotation.get("/Contents", "")):
                annotation["/Contents"] = _said(annotation)


@functools.lru_cache(maxsize=1024)
def _form(kind: bytes, marks: int) -> bytes:
    """Return the element of a page with so many marks, before it refers to anything."""
    listed = b" ".join(b"%d" % each for each in range(marks))
    return b"<</Type/StructElem/S/%b/K[%b]>>" % (kind, listed)


def _said(link: Any) -> str:
    """Return what a screen reader says of a link that says nothing of itself."""
    action = link.get("/A")
    address = "" if action is None else written(action.get("/URI", ""))
    return f"Link to {address}" if address else "Link within the document"


def _highest_mark(stream: pikepdf.Object) -> int:
    """Return one more than the highest mark in a content stream, or 0."""
    import pikepdf

    try:
        content = stream.read_bytes()
    except (pikepdf.PdfError, UnicodeDecodeError):
        return 0
    if b"/MCID" not in content:
        return 0
    return 1 + max(map(int, _OWN.findall(content)), default=-1)


def _has_font(resources: Any, depth: int) -> bool:
    """Return whether something can be written with these resources."""
    import pikepdf

    if not isinstance(resources, pikepdf.Dictionary) or not depth:
        return False
    fonts = resources.get("/Font")
    if isinstance(fonts, pikepdf.Dictionary) and len(fonts):
        return True
    objects = resources.get("/XObject")
    if not isinstance(objects, pikepdf.Dictionary):
        return False
    return any(
        each.get("/Subtype") == "/Form" and _has_font(each.get("/Resources"), depth - 1)
        for each in objects.as_dict().values()
        if isinstance(each, pikepdf.Stream)
    )
