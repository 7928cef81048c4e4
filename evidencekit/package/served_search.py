# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search a served copy for what must not leave, before it is handed over.

What may be in it is decided where it is written; this looks at what was written, and knows nothing
of how. Every byte of every file is searched, and what bytes do not show: the text of each page,
and the strings and unpacked streams inside the PDFs. Each hit is named by ids alone.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from evidencekit.errors import ServeRefused
from evidencekit.matterfile.names import protected_names
from evidencekit.pdfread import page_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_STEP = 1 << 20
_SPACE = re.compile(r"\s+")
#: A name or a folder counts from this many characters on; "1.pdf" is in any text.
_SHORTEST = 8
#: Kinds of inputs whose digests stand in the bundle, and a bundle that has left already.
_MAY_LEAVE = ("recording", "document", "signed statement", "served bundle")
#: What the files of the firm start their lines with.
_FIRM_FILES = {
    "evidencekit/matter/1": "the matter file",
    "evidencekit/custody/1": "the custody log",
    "evidencekit/served/1": "the record of what was served",
}


@frozen(kw_only=True)
class Needle:
    """Text that must not be in the copy; `what` says what it is, by id."""

    what: str
    text: str


def needles(
    record: Mapping[str, Any], *, folders: Iterable[Path], names: Iterable[str]
) -> tuple[Needle, ...]:
    """Return what must not be in a served copy of the package with this *record*.

    *folders* are folders of the firm's machine; *names* the file names in the copy, which are its
    own and no secret.
    """
    own = {name.rpartition("/")[2].casefold() for name in names}
    found = [
        Needle(what="the path of a folder", text=text)
        for folder in folders
        for text in dict.fromkeys((str(folder), folder.as_posix()))
        if len(text) >= _SHORTEST
    ]
    found += [Needle(what=what, text=text) for text, what in _FIRM_FILES.items()]
    for each in record["inputs"]:
        what = f"input {each['id']}"
        found += [
            Needle(what=f"the path of {what}", text=path)
            for path in (each["path"], each["stored"])
            if path and "/" in path
        ]
        if each["kind"] in _MAY_LEAVE and each["outcome"] in {"included", "left out"}:
            continue
        # A log of one entry has the head of the log, which is printed, for its digest.
        if each["sha256"] and each["sha256"] != record["custody"]["head"]:
            found.append(Needle(what=f"the digest of {what}", text=each["sha256"]))
        name = each["name"]
        if name and len(name) >= _SHORTEST and name.casefold() not in own:
            found.append(Needle(what=f"the name of {what}", text=name))
    return (*found, *_withheld_titles(record))


def _withheld_titles(record: Mapping[str, Any]) -> Iterator[Needle]:
    """Yield the titles of documents that must not leave, but for such as another has, too."""
    shown = {
        _folded(each["title"])
        for each in record.get("documents", ())
        if each["outcome"] != "withheld"
    }
    for each in record.get("documents", ()):
        title = each["title"]
        if (
            each["outcome"] == "withheld"
            and len(title) >= _SHORTEST
            and _folded(title) not in shown
        ):
            yield Needle(what=f"the title of input {each['input']}", text=title)


def search(
    copy: Path,
    files: Sequence[str],
    wanted: Sequence[Needle],
    *,
    record: Mapping[str, Any],
    name: str,
) -> None:
    """Search the *files* of *copy*, and their names and its own *name*.

    Raises:
        ServeRefused: naming everything that was found, and where.
    """
    looker = _Looker(files, wanted, record)
    hits = [*looker.names(name)]
    for file in files:
        hits += looker.file(copy / file, file)
    if hits:
        raise ServeRefused(tuple(dict.fromkeys(hits)))


class _Looker:
    """Looks for needles; the copy's own paths are no hit, though the firm's may end like them."""

    def __init__(
        self, files: Sequence[str], wanted: Sequence[Needle], record: Mapping[str, Any]
    ) -> None:
        self._files = files
        self._wanted = [(each.what, _folded(each.text)) for each in wanted]
        self._bytes = [
            (each.what, each.text.encode(encoding))
            for each in wanted
            for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        ]
        self._own = sorted({_folded(each) for each in files}, key=len, reverse=True)
        self._longest = max((len(each) for _, each in self._bytes), default=1)
        self._ids = _ids(record)
        self._labels = [str(each) for each in record["bundle"]["labels"]]
        people = {str(each["id"]): each for each in record["people"]}
        self._protected = protected_names({"people": people})

    def names(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield hits in the names of files, the copy's own included."""
        for file in (name, *self._files):
            where = "the name of the copy" if file == name else f"the name of {self._where(file)}"
            for child in self._protected:
                if child.is_in(file):
                    yield f"the name of {child.id}", where
            yield from self._text(file, where)

    def _where(self, file: str) -> str:
        """Name a file without its name, which may be somebody's."""
        if file in self._ids:
            return self._ids[file]
        return file if "/" not in file else f"file {self._files.index(file) + 1} of the copy"

    def file(self, path: Path, file: str) -> Iterator[tuple[str, str]]:
        """Yield hits in one file."""
        where = self._where(file)
        yield from self._raw(path, where)
        if file.endswith(".pdf"):
            yield from self._pdf(path, where)
        elif file.endswith(".json"):
            for text in _strings(json.loads(path.read_bytes())):
                yield from self._text(text, where)

    def _text(self, text: str, where: str) -> Iterator[tuple[str, str]]:
        folded = _folded(text)
        if not any(needle in folded for _, needle in self._wanted):
            return
        for own in self._own:
            folded = folded.replace(own, "\0")
        for what, needle in self._wanted:
            if needle in folded:
                yield what, where

    def _raw(self, path: Path, where: str) -> Iterator[tuple[str, str]]:
        before = b""
        with path.open("rb") as file:
            while step := file.read(_STEP):
                yield from self._chunk(before + step, where)
                before = step[-self._longest - max(map(len, self._files)) * 2 :]

    def _chunk(self, chunk: bytes, where: str) -> Iterator[tuple[str, str]]:
        hit = [(what, needle) for what, needle in self._bytes if needle in chunk]
        if not hit:
            return
        for file in self._files:
            chunk = chunk.replace(file.encode(), b"\0")
        for what, needle in hit:
            if needle in chunk:
                yield what, where

    def _pdf(self, path: Path, where: str) -> Iterator[tuple[str, str]]:
        for page, text in enumerate(page_texts(path)):
            label = self._labels[page] if where == "Bundle.pdf" else str(page + 1)
            yield from self._text(text, f"{where} page {label}")
        for kind, text in _inside(path):
            yield from self._text(text, f"{where}, {kind}")


def _folded(text: str) -> str:
    """Leave out white space, because a line may end anywhere; the case of a path does not count."""
    return _SPACE.sub("", text).casefold()


def _ids(record: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for each in record["clips"]:
        found[f"Clips/{each['file'].rpartition('/')[2]}"] = f"clip {each['number']}"
        viewing = each.get("viewing_copy")
        if viewing is not None:
            name = viewing["file"].rpartition("/")[2]
            found[f"Clips/{name}"] = f"the viewing copy of clip {each['number']}"
    for each in record["recordings"]:
        source = next((one for one in record["inputs"] if one["id"] == each["input"]), None)
        stored = (source or {}).get("stored") or (source or {}).get("path") or ""
        found[f"Whole recordings/{stored.rpartition('/')[2]}"] = f"recording {each['id']}"
    return found


def _strings(value: Any) -> Iterator[str]:
    """Yield every text of a JSON document, its keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _inside(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the strings of a PDF's objects, and its streams unpacked, as text."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        for each in pdf.objects:
            held: Any = each
            if isinstance(held, pikepdf.Stream):
                # The bytes of the file were searched, and pixels hold no other text.
                if held.get("/Subtype") != "/Image":
                    yield "a stream", _unpacked(held)
                held = pikepdf.Dictionary({key: held[key] for key in held.keys()})  # noqa: SIM118
            for text in _pdf_strings(held, depth=0):
                yield "a string", text
        yield "a string", os.fsdecode(pdf.trailer.unparse())


def _unpacked(stream: Any) -> str:
    """Return a stream as text, packed where nothing can unpack it."""
    import pikepdf

    try:
        data = stream.read_bytes()
    except pikepdf.PdfError:
        data = stream.read_raw_bytes()
    return str(bytes(data).decode("latin-1"))


def _pdf_strings(value: Any, *, depth: int) -> Iterator[str]:
    """Yield the strings inside one object; what it refers to is an object of its own."""
    import pikepdf

    if depth > 50:  # noqa: PLR2004 - no file of ours nests as deep
        return
    if isinstance(value, pikepdf.String | pikepdf.Name):
        yield str(value)
    elif isinstance(value, pikepdf.Dictionary):
        for key in value.keys():  # noqa: SIM118 - not a mapping
            each = value.get(key)
            if not getattr(each, "is_indirect", False):
                yield from _pdf_strings(each, depth=depth + 1)
    elif isinstance(value, pikepdf.Array):
        for each in value:
            if not getattr(each, "is_indirect", False):
                yield from _pdf_strings(each, depth=depth + 1)
