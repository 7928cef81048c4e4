# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody who knows the format can do to a package: rewrite its record, log, clips, PDF and
lists so that they agree again.

Written from the format alone (RFC 8493, the schemas, WAV, PDF) and with none of the code that makes
or checks a package, so that a mistake there is not repeated here. `seal` makes the bag's lists agree
with the files; `rebuild` makes the record's digests agree first. After either, stock tools
(`sha256sum -c`, bagit) have nothing to object to.
"""

from __future__ import annotations

import array
import contextlib
import hashlib
import io
import json
import re
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pikepdf
import pymupdf
import rfc8785
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

ZEROS = "0" * 64
RECORD = "data/bundle.json"
LOG = "data/custody/custody.jsonl"
MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
INFO = "bag-info.txt"


@frozen(kw_only=True)
class Expectation:
    """What `verify` must make of an act.

    `names` are the files, pages or ids that its errors must name, each with the other names that a
    reader knows it by. Where `found` is False, `reason` says why no software can find the act from
    the package alone, or why it need not.
    """

    found: bool = True
    names: tuple[tuple[str, ...], ...] = ()
    reason: str = ""


@frozen(kw_only=True)
class Act:
    """Something done to a package of one of the examples."""

    name: str
    example: str
    do: Callable[[Path], Expectation]


ACTS: dict[str, Act] = {}


def act(example: str = "home-visit") -> Callable[[Any], Any]:
    """Register a function as an act upon the package of *example*."""

    def register(function: Callable[[Path], Expectation]) -> Callable[[Path], Expectation]:
        name = function.__name__
        assert name not in ACTS, name
        ACTS[name] = Act(name=name, example=example, do=function)
        return function

    return register


def found(*names: str | tuple[str, ...]) -> Expectation:
    """Expect errors that name each of *names*, of which a tuple stands for any one of its own."""
    return Expectation(names=tuple((each,) if isinstance(each, str) else each for each in names))


def unseen(reason: str) -> Expectation:
    """Expect no error, for *reason*."""
    return Expectation(found=False, reason=reason)


# --- files and their lists


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(path: Path) -> str:
    return sha256(path.read_bytes())


def files(package: Path, within: str = "data") -> list[str]:
    """List the ordinary files below a folder of the package, in the order of their paths' bytes."""
    found = [
        each.relative_to(package).as_posix()
        for each in (package / within).rglob("*")
        if each.is_file()
    ]
    return sorted(found, key=str.encode)


def lines(package: Path, paths: list[str]) -> bytes:
    """Return the manifest lines of *paths*."""
    return b"".join(f"{digest(package / each)}  {each}\n".encode() for each in paths)


def retag(package: Path) -> None:
    """Write the tag manifest anew."""
    tags = [
        each.name
        for each in package.iterdir()
        if each.is_file() and not each.name.startswith("tagmanifest-")
    ]
    (package / TAGMANIFEST).write_bytes(lines(package, sorted(tags, key=str.encode)))


def seal(package: Path) -> None:
    """Write manifest, Payload-Oxum and tag manifest anew."""
    payload = files(package)
    (package / MANIFEST).write_bytes(lines(package, payload))
    size = sum((package / each).stat().st_size for each in payload)
    replace(
        package / INFO, rb"Payload-Oxum: [^\n]*", f"Payload-Oxum: {size}.{len(payload)}".encode()
    )
    retag(package)


def replace(path: Path, pattern: bytes, by: bytes, count: int = 1) -> None:
    """Replace a pattern in a file, which must hold it."""
    data, times = re.subn(pattern, lambda _: by, path.read_bytes(), count=count)
    assert times, (path, pattern)
    path.write_bytes(data)


def flip(path: Path, offset: int = -1, bit: int = 1) -> None:
    """Change one bit of a file; a negative offset counts from the end."""
    data = bytearray(path.read_bytes())
    data[offset] ^= bit
    path.write_bytes(data)


def swap(one: Path, other: Path) -> None:
    """Swap the bytes of two files."""
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


# --- the record


def record_of(package: Path) -> dict[str, Any]:
    return json.loads((package / RECORD).read_bytes())


def write_record(package: Path, record: Any) -> None:
    (package / RECORD).write_bytes(rfc8785.dumps(record) + b"\n")


@contextlib.contextmanager
def edit_record(package: Path) -> Iterator[dict[str, Any]]:
    """Hand out the record, write what becomes of it, and seal the bag."""
    record = record_of(package)
    yield record
    write_record(package, record)
    seal(package)


def refresh(package: Path) -> None:
    """Make every digest and size in the record agree with the files that it names."""
    record = record_of(package)
    record["bundle"]["sha256"] = digest(package / record["bundle"]["path"])
    for each in record["inputs"]:
        if each["stored"] and (package / each["stored"]).is_file():
            each["sha256"] = digest(package / each["stored"])
            each["size"] = (package / each["stored"]).stat().st_size
    stored = {each["id"]: each for each in record["inputs"]}
    sources = {}
    for each in record["recordings"]:
        source = stored.get(each["input"], each)
        each["sha256"], each["size"] = source["sha256"], source["size"]
        sources[each["id"]] = each["sha256"]
    for each in record["clips"]:
        each["source_sha256"] = sources.get(each["recording"], each["source_sha256"])
        path = package / each["file"]
        if path.is_file():
            each["file_sha256"] = digest(path)
            with contextlib.suppress(wave.Error, EOFError):
                each["samples_sha256"] = sha256(samples_of(path))
    write_record(package, record)


def rebuild(package: Path) -> None:
    """Make the record agree with the files, and the bag with both: all but the PDF's own words."""
    refresh(package)
    seal(package)


def bundle_path(package: Path) -> str:
    return record_of(package)["bundle"]["path"]


def clip_path(package: Path, number: int) -> str:
    return record_of(package)["clips"][number - 1]["file"]


def clip_name(package: Path, number: int) -> tuple[str, ...]:
    """Return the names of a clip: its item, and its file."""
    return (f"clip {number}", f"clip:{number}", clip_path(package, number))


def page_name(package: Path, item: str, offset: int = 0) -> tuple[str, ...]:
    """Return the names of a page of an item: its label, and its place in the PDF."""
    place = page_of(package, item) + offset
    return (record_of(package)["bundle"]["labels"][place], f"pdf page {place + 1}")


#: The log's head differs from the printed one, which may be said of the log or of the page.
HEAD = (LOG, "part:custody", "custody schedule")


def page_of(package: Path, item: str) -> int:
    """Return the position, from 0, of an item's first page."""
    index = record_of(package)["bundle"]["index"]
    return next(each["pdf_page"] for each in index if each["item"] == item) - 1


# --- the custody log


def entries(package: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (package / LOG).read_bytes().splitlines()]


def write_log(package: Path, log: list[dict[str, Any]], *, number: bool = True) -> None:
    """Write a log whose entries follow from each other."""
    prev, written = ZEROS, []
    for position, entry in enumerate(log, start=1):
        changed = {**entry, "prev": prev, **({"seq": position} if number else {})}
        written.append(rfc8785.dumps(changed) + b"\n")
        prev = sha256(written[-1])
    (package / LOG).write_bytes(b"".join(written))


def pin(package: Path) -> None:
    """Make the record's count and head agree with the log."""
    stored = (package / LOG).read_bytes().splitlines(keepends=True)
    record = record_of(package)
    record["custody"]["entries"] = len(stored)
    record["custody"]["head"] = sha256(stored[-1]) if stored else ZEROS
    write_record(package, record)


def take_in_again(package: Path) -> None:
    """Make the log say that the recordings as they are now were the first, and pin it."""
    stored = {each["id"]: package / each["stored"] for each in record_of(package)["inputs"]}
    log = entries(package)
    for entry in log:
        path = stored[f"recording:{entry['item']}"]
        entry["digests"]["sha256"], entry["size"] = digest(path), path.stat().st_size
    write_log(package, log)
    pin(package)


# --- sound


def samples_of(path: Path) -> bytes:
    """Return a WAV's samples."""
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


def set_samples(path: Path, data: bytes, **changed: int) -> None:
    """Write a WAV anew with other samples, and where said another rate or other channels."""
    with wave.open(str(path)) as file:
        form = file.getparams()._replace(**changed)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams(form)
        file.writeframes(data)
    path.write_bytes(buffer.getvalue())


def decode(path: Path) -> array.array[int]:
    """Return the samples of a mono recording, of 16 bits."""
    samples = array.array("h")
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono")
        for frame in container.decode(audio=0):
            for each in resampler.resample(frame):
                samples.frombytes(bytes(each.planes[0])[: each.samples * 2])
    return samples


def recording_path(package: Path, number: int = 1) -> str:
    record = record_of(package)
    wanted = record["recordings"][number - 1]["input"]
    return next(each["stored"] for each in record["inputs"] if each["id"] == wanted)


# --- the PDF


@contextlib.contextmanager
def edit_pdf(package: Path) -> Iterator[pikepdf.Pdf]:
    """Hand out the bundle, save what becomes of it, and make record and bag agree with it."""
    path = package / bundle_path(package)
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        yield pdf
        pdf.save(path, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    rebuild(package)


@contextlib.contextmanager
def draw_pdf(package: Path) -> Iterator[pymupdf.Document]:
    """As `edit_pdf`, with a library that draws."""
    path = package / bundle_path(package)
    with pymupdf.open(stream=path.read_bytes(), filetype="pdf") as pdf:
        yield pdf
        data = pdf.tobytes(deflate=True, no_new_id=True)
    path.write_bytes(data)
    rebuild(package)


def overtype(page: pymupdf.Page, old: str, new: str) -> None:
    """Take the words *old* out of a page and set *new* in their place."""
    places = page.search_for(old)
    assert places, f"{old!r} is not on the page"
    for each in places:
        page.add_redact_annot(each, fill=(1, 1, 1))
    page.apply_redactions(images=0, graphics=0)
    for each in places:
        page.insert_text((each.x0, each.y1 - 3), new, fontsize=each.height * 0.7, fontname="helv")


def stamp_of(page: pikepdf.Page) -> Any:
    """Return the content stream that prints a page's numbers."""
    stream = page.obj["/Contents"][-1]
    assert b"/Pagination" in stream.read_bytes()
    return stream
