# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files inside documents: listed with size and digest, and written out where that is asked for.

They are written under names of our own making: numbered, with the letters of the name they had
that are harmless on every system. Nothing is ever run or opened.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from evidencekit.pdf.takein_bombs import inflated_size
from evidencekit.pdf.takein_result import Attachment
from evidencekit.pdf.written import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pikepdf

    from evidencekit.pdf.takein_result import Notes

_LARGEST = 250_000_000
_LONGEST_NAME = 80
_LONGEST_SUFFIX = 10
_HARMLESS = re.compile(r"[^A-Za-z0-9._-]+")


def keep(notes: Notes, name: str, data: bytes, *, to: Path | None) -> Attachment:
    """List a file of a document, and write it into the folder *to* if there is one.

    Raises:
        OSError: if it cannot be written; a file of that name is never written over.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = None
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        path = to / f"{len(notes.attachments) + 1:03}-{harmless(name)}"
        with path.open("xb") as file:
            file.write(data)
    attachment = Attachment(name=name, size=len(data), sha256=digest, path=path)
    notes.attachments.append(attachment)
    return attachment


def harmless(name: str) -> str:
    """Return what is left of a file's name that no system takes for anything but a name.

    >>> harmless("../../Minutes of 3 March.pdf")
    'Minutes-of-3-March.pdf'
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    plain = _HARMLESS.sub("-", plain)
    stem, dot, suffix = plain.rpartition(".")
    if not dot or not stem.strip(".-") or len(suffix) > _LONGEST_SUFFIX:
        stem, dot, suffix = plain, "", ""
    stem = stem.strip(".-")[:_LONGEST_NAME] or "file"
    return f"{stem}{dot}{suffix}".rstrip(".")


def described(attachments: list[Attachment]) -> str:
    """Say what files there are without their names, which may be those of people."""
    lines = [
        f"{number}: {each.size:,} bytes, sha256 {each.sha256}"
        for number, each in enumerate(attachments, 1)
    ]
    return "; ".join(lines)


def keep_embedded_files(pdf: pikepdf.Pdf, *, notes: Notes, to: Path | None) -> None:
    """List the files that a PDF holds, in its own list and pinned to its pages."""
    before = len(notes.attachments)
    seen: set[tuple[int, int]] = set()
    unread = 0
    for name, stream in _embedded(pdf):
        if stream.objgen in seen and stream.objgen != (0, 0):
            continue
        seen.add(stream.objgen)
        data = _contents(stream)
        if data is None:
            unread += 1
            continue
        keep(notes, name, data, to=to)
    if found := notes.attachments[before:]:
        notes.say("EK-P035", f"the files embedded in it: {described(found)}")
    if unread:
        notes.warn("EK-P035", f"{unread} files embedded in it could not be read")


def _embedded(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Object]]:
    """Yield name and contents of each file specification that holds its file."""
    import pikepdf

    names: Any = pdf.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    if isinstance(tree, pikepdf.Dictionary):
        with contextlib.suppress(pikepdf.PdfError, ValueError, TypeError, RuntimeError):
            for key, file in pikepdf.NameTree(tree).items():
                yield from _files(file, written(key))
    for page in pdf.pages:
        annotations: Any = page.obj.get("/Annots")
        for each in annotations if isinstance(annotations, pikepdf.Array) else ():
            if isinstance(each, pikepdf.Dictionary) and each.get("/Subtype") == "/FileAttachment":
                yield from _files(each.get("/FS"), "file")


def _files(specification: Any, name: str) -> Iterator[tuple[str, pikepdf.Object]]:
    import pikepdf

    if not isinstance(specification, pikepdf.Dictionary):
        return
    embedded: Any = specification.get("/EF")
    if not isinstance(embedded, pikepdf.Dictionary):
        return
    given = specification.get("/UF") or specification.get("/F")
    for key in ("/UF", "/F"):
        stream = embedded.get(key)
        if isinstance(stream, pikepdf.Stream):
            yield (written(given) if isinstance(given, pikepdf.String) else name), stream
            return


def _contents(stream: pikepdf.Object) -> bytes | None:
    """Return what an embedded file holds; None if it is too large or damaged."""
    import pikepdf

    if inflated_size(stream, most=_LARGEST) is None:
        return None
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, UnicodeDecodeError):
        return None
