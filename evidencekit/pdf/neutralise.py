# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take out of a document what acts, and say what was taken out.

What a page shows stays. What a viewer would do (run a script, start a program, send a form, open
another file, play something) does not belong into a bundle that a court opens. Only two actions
are kept: going to a page of the same document, and a link to a web or mail address, which nothing
here ever follows.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from evidencekit.model.findings import Finding, Severity
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    import pikepdf

_WEB = ("http://", "https://", "mailto:")
_READING = {"/Link", "/Popup", "/Widget"}
_PLAYING = {"/Screen", "/Movie", "/RichMedia", "/Sound", "/3D"}
_KINDS = {
    "/JavaScript": "EK-P010",
    "/Rendition": "EK-P015",
    "/Launch": "EK-P011",
    "/SubmitForm": "EK-P012",
    "/ImportData": "EK-P012",
    "/ResetForm": "EK-P012",
    "/GoToR": "EK-P013",
    "/GoToE": "EK-P013",
    "automatic": "EK-P014",
}
_OTHER = "EK-P015"
_MESSAGES = {
    "EK-P010": "scripts (JavaScript) were taken out",
    "EK-P011": "commands to start a program or open a file were taken out",
    "EK-P012": "commands to send, fill or clear a form were taken out",
    "EK-P013": "links into other files were taken out; their words are still on the page",
    "EK-P014": "automatic actions, run on opening or turning a page, were taken out",
    "EK-P015": "other actions or things that play were taken out",
}


class Neutraliser:
    """Takes the actions out of one document and counts what it took."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self.removed: Counter[str] = Counter()
        self.files = 0
        self.marks: Counter[str] = Counter()

    def run(self) -> None:
        """Do it, for the document, its pages and what stands on them."""
        self._document()
        for page in self._pdf.pages:
            self._page(page)
        self._tags()

    def findings(self, subject: str) -> tuple[Finding, ...]:
        """Say what was taken out, and what was kept that somebody should look at."""
        counts: Counter[str] = Counter()
        for kind, count in self.removed.items():
            counts[_KINDS.get(kind, _OTHER)] += count
        found = [
            Finding(
                code=code,
                severity=Severity.NOTE,
                subject=subject,
                message=f"{_MESSAGES[code]} ({counts[code]})",
                group="pages",
            )
            for code in sorted(counts)
        ]
        if self.files:
            found.append(
                Finding(
                    code="EK-P009",
                    severity=Severity.WARNING,
                    subject=subject,
                    message=f"holds {self.files} embedded files, which are not in the bundle. "
                    "If they matter, give each as a document of its own",
                    group="pages",
                )
            )
        if self.marks:
            kinds = ", ".join(f"{count} {kind[1:]}" for kind, count in sorted(self.marks.items()))
            found.append(
                Finding(
                    code="EK-P007",
                    severity=Severity.WARNING,
                    subject=subject,
                    message=f"readers' notes and marks are kept and can be read ({kinds}). "
                    "Look whether any was not meant for others",
                    group="pages",
                )
            )
        return tuple(found)

    def _document(self) -> None:
        root = self._pdf.Root
        if (action := root.get("/OpenAction")) is not None:
            if _is_dictionary(action) and not _goes_to_page(action):
                self.removed[written(action.get("/S"))] += 1
            del root["/OpenAction"]
        names: Any = root.get("/Names")
        if _is_dictionary(names):
            self.removed["/JavaScript"] += _leaves(names.get("/JavaScript"))
            self.files += _leaves(names.get("/EmbeddedFiles"))
            for key in set(names.keys()) - {"/Dests"}:
                del names[key]
        if "/AA" in root:
            self.removed["automatic"] += 1
        for key in (
            "/AA",
            "/AF",
            "/Collection",
            "/Outlines",
            "/URI",
            "/Threads",
            "/StructTreeRoot",
        ):
            if key in root:
                del root[key]
        self.removed += Counter()

    def _page(self, page: pikepdf.Page) -> None:
        import pikepdf

        if "/AA" in page.obj:
            self.removed["automatic"] += 1
        for key in ("/AA", "/AF", "/Thumb", "/PieceInfo", "/B", "/PresSteps", "/Trans", "/Dur"):
            if key in page.obj:
                del page.obj[key]
        annotations = page.obj.get("/Annots")
        if annotations is None:
            return
        kept = [
            each
            for each in (annotations if isinstance(annotations, pikepdf.Array) else [])
            if _is_dictionary(each) and self._keeps(each)
        ]
        page.obj["/Annots"] = pikepdf.Array(kept)

    def _keeps(self, annotation: pikepdf.Object) -> bool:
        """Take the actions out of an annotation; return whether anything of it is left."""
        import pikepdf

        subtype = written(annotation.get("/Subtype"))
        if "/AA" in annotation:
            self.removed["automatic"] += 1
            del annotation["/AA"]
        for key in ("/A", "/PA"):
            self._action(annotation, key)
        for key in ("/AF", "/StructParent"):
            if key in annotation:
                del annotation[key]
        if subtype == "/FileAttachment" or subtype in _PLAYING:
            self.files += subtype == "/FileAttachment"
            self.removed["/Rendition"] += subtype in _PLAYING
            for key in ("/FS", "/Movie", "/RichMediaContent", "/Sound", "/3DD", "/MK"):
                if key in annotation:
                    del annotation[key]
            # What it looks like stays, as a stamp, which does nothing.
            annotation["/Subtype"] = pikepdf.Name.Stamp
            self.removed += Counter()
            return "/AP" in annotation
        if subtype not in _READING:
            self.marks[subtype] += 1
        return True

    def _action(self, annotation: pikepdf.Object, key: str) -> None:
        """Take out the action under *key*, unless it only goes to a page or an address."""
        action = annotation.get(key)
        if action is None:
            return
        if not _is_dictionary(action):
            del annotation[key]
            return
        if "/Next" in action:
            self.removed["automatic"] += 1
            del action["/Next"]
        if key == "/PA" or not (_goes_to_page(action) or _goes_to_web(action)):
            self.removed[written(action.get("/S"))] += key == "/A"
            del annotation[key]

    def _tags(self) -> None:
        """Take out the numbers that would lead into the bundle's own structure tree."""
        import pikepdf

        for each in self._pdf.objects:
            if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
                for key in ("/StructParents", "/StructParent"):
                    if key in each:
                        del each[key]


def _is_dictionary(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Dictionary)


def _goes_to_page(action: pikepdf.Object) -> bool:
    return bool(action.get("/S") == "/GoTo")


def _goes_to_web(action: pikepdf.Object) -> bool:
    address = written(action.get("/URI")).strip().lower()
    return bool(action.get("/S") == "/URI" and address.startswith(_WEB))


def _leaves(tree: Any) -> int:
    """Count the values of a name tree; at least one if there is a tree at all."""
    import pikepdf

    if not _is_dictionary(tree):
        return 0
    count = 0
    with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        count = sum(1 for _ in pikepdf.NameTree(tree))
    return count or 1
