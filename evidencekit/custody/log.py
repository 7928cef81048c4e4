# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read the custody log, and check that each entry follows from the one before.

The log is a file of lines, each a JSON object. A line's `prev` is the SHA-256 of the previous
line as stored, newline included, so that nobody can change, insert, remove or reorder a line
without changing every line after it, and with them the head. What is hashed is what is stored:
nothing is parsed and written again to be compared.

What the chain does not show: that the last lines were cut off, or that all of it was written
anew. Only a head kept elsewhere (printed in a bundle, in a letter) shows that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import stat
import time
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import frozen

from evidencekit.custody.durable import O_BINARY, O_NO_SURPRISE
from evidencekit.errors import ChainBroken, CustodyError, LogTorn
from evidencekit.model.custody import SCHEMA, CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOG_NAME = "custody.jsonl"
NO_ENTRY = "0" * 64

#: Far above any real log; below what would exhaust a machine that is handed a hostile one.
MOST_BYTES = 256 * 1024 * 1024
_MOST_LINE = 1024 * 1024
_MOST_SIZE = 2**53 - 1
_A_WRITE = 0.05

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_HEX = re.compile(r"[0-9a-f]{64}")
_NAMED = ("item", "name")
_WORDS = ("holder", "giver", "receiver", "how", "note", "software")
_OF_INTAKE = ("item", "name", "size", "digests")
_ALGORITHMS = ("sha256", "sha512")


@frozen(kw_only=True)
class Scan:
    """A log's whole entries, and the bytes after its last newline, which are no entry."""

    log: CustodyLog
    torn: bytes = b""
    offset: int = 0


def read_log(path: Path) -> CustodyLog:
    """Read the log at *path*; no file is an empty log.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
        LogTorn: if the bytes after the last newline are not a whole entry.
        CustodyError: if the file cannot be read.
    """
    data = read_bytes(path)
    if data and not data.endswith(b"\n"):
        time.sleep(_A_WRITE)  # it may be another process in the middle of its write
        data = read_bytes(path)
    return parse_log(data, name=path.name)


def parse_log(data: bytes, *, name: str = LOG_NAME) -> CustodyLog:
    """Read a log from its bytes. *name* is what a `LogTorn` names.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
        LogTorn: if the bytes after the last newline are not a whole entry.
    """
    scan = scan_log(data)
    if scan.torn:
        raise LogTorn(name, scan.offset, len(scan.torn))
    return scan.log


def scan_log(data: bytes, *, after: CustodyLog | None = None) -> Scan:
    """Read a log's whole entries from its bytes, and set apart what follows its last newline.

    *after* is the log that *data* continues, where the bytes are not a log's first.

    Raises:
        ChainBroken: at the first line that is not the entry that should stand there.
    """
    *lines, torn = data.split(b"\n")
    before = after or CustodyLog()
    entries = list(before.entries)
    ids = {each.id for each in entries}
    head = before.head
    for seq, line in enumerate(lines, start=before.count + 1):
        entry = _read_entry(line, seq=seq, prev=head)
        if entry.id in ids:
            raise ChainBroken(seq, "an id of its own", "the id of an earlier entry")
        ids.add(entry.id)
        entries.append(entry)
        head = entry.line_sha256
    return Scan(
        log=CustodyLog(entries=tuple(entries), head=head),
        torn=torn,
        offset=len(data) - len(torn),
    )


def read_bytes(path: Path) -> bytes:
    """Return the bytes of the log at *path*, none if there is no file.

    Raises:
        CustodyError: if it is a link, no ordinary file, too large, or cannot be read.
    """
    try:
        fd = os.open(path, os.O_RDONLY | O_BINARY | O_NO_SURPRISE)
    except FileNotFoundError:
        return b""
    except OSError as error:
        msg = f"{path.name} could not be opened: {error.strerror}. It must be an ordinary file."
        raise CustodyError(msg) from error
    try:
        _check_ordinary(os.fstat(fd), path)
        with os.fdopen(fd, "rb", closefd=False) as file:
            return file.read()
    except OSError as error:
        msg = f"{path.name} could not be read to its end: {error.strerror}."
        raise CustodyError(msg) from error
    finally:
        os.close(fd)


def _check_ordinary(status: os.stat_result, path: Path) -> None:
    """Refuse a log that is no ordinary file, or larger than any log is.

    Raises:
        CustodyError: naming the reason.
    """
    if not stat.S_ISREG(status.st_mode):
        msg = f"{path.name} is not an ordinary file. Nothing was written."
        raise CustodyError(msg)
    if status.st_size > MOST_BYTES:
        msg = f"{path.name} holds {status.st_size} bytes; at most {MOST_BYTES} are read."
        raise CustodyError(msg)


def _read_entry(line: bytes, *, seq: int, prev: str) -> CustodyEntry:
    """Read one line, without its newline, and check that it is entry *seq* after *prev*."""
    value = _read_object(line, seq)
    schema = value.get("schema")
    if schema != SCHEMA:
        raise ChainBroken(seq, f"schema {SCHEMA}", "another schema" if schema else "no schema")
    found_seq = value.get("seq")
    if type(found_seq) is not int or found_seq != seq:
        raise ChainBroken(
            seq,
            f"number {seq}",
            f"number {found_seq}" if type(found_seq) is int else "no number",
        )
    found_prev = value.get("prev")
    if not isinstance(found_prev, str) or not _HEX.fullmatch(found_prev):
        raise ChainBroken(seq, prev, "no digest of the entry before")
    if found_prev != prev:
        raise ChainBroken(seq, prev, found_prev)
    recorded_at = _text(value, "recorded_at", seq)
    if not is_time(recorded_at):
        raise ChainBroken(seq, "recorded_at in UTC, with Z", "another form")
    return CustodyEntry(
        seq=seq,
        id=_text(value, "id", seq),
        kind=_kind(value, seq),
        prev=prev,
        recorded_at=recorded_at,
        entered_by=_text(value, "entered_by", seq),
        line_sha256=hashlib.sha256(line + b"\n").hexdigest(),
        size=_size(value, seq),
        digests=_digests(value, seq),
        **{word: _text(value, word, seq) for word in _NAMED if word in value},
        **{word: _text(value, word, seq, least=0) for word in _WORDS if word in value},
    )


def _read_object(line: bytes, seq: int) -> dict[str, Any]:
    """Parse one line strictly: one object, no second key of one name, no float, no white space
    around it (a carriage return is white space to JSON, and a mail program's to add).
    """
    if len(line) > _MOST_LINE:
        raise ChainBroken(seq, f"a line of at most {_MOST_LINE} bytes", f"{len(line)} bytes")
    if line.endswith(b"\r"):
        raise ChainBroken(seq, "a line that ends in a newline", "a carriage return before it")
    if not (line.startswith(b"{") and line.endswith(b"}")):
        raise ChainBroken(seq, "a JSON object", "something else" if line else "an empty line")
    try:
        text = line.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError):
        raise ChainBroken(seq, "a JSON object", "text that cannot be read as one") from None
    if not isinstance(value, dict):
        raise ChainBroken(seq, "a JSON object", "something else")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that occurs twice: two programs would read two values."""
    value = dict(pairs)
    if len(value) != len(pairs):
        msg = "a key occurs twice"
        raise ValueError(msg)
    return value


def _no_float(_: str) -> NoReturn:
    msg = "a float"
    raise ValueError(msg)


def is_time(text: str) -> bool:
    """Say whether *text* is a moment that was, written in UTC with Z."""
    if not _TIME.fullmatch(text):
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind(value: Mapping[str, Any], seq: int) -> EntryKind:
    """Return the kind, once the entry has what its kind needs."""
    kind = _text(value, "kind", seq)
    if kind not in set(EntryKind):
        raise ChainBroken(seq, f"a kind of {', '.join(EntryKind)}", "another kind")
    if kind == EntryKind.INTAKE:
        for each in _OF_INTAKE:
            if each not in value:
                raise ChainBroken(seq, f"{each}, of an intake", "none")
    return EntryKind(kind)


def _text(value: Mapping[str, Any], key: str, seq: int, *, least: int = 1) -> str:
    """Return a text of at least so many characters, all of them whole."""
    text = value.get(key)
    if not isinstance(text, str) or len(text) < least:
        raise ChainBroken(seq, f"{key}, as text", "none")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ChainBroken(seq, f"{key}, as text", "half a character") from None
    return text


def _size(value: Mapping[str, Any], seq: int) -> int | None:
    """Return the size, if the entry has one."""
    if "size" not in value:
        return None
    size = value["size"]
    if type(size) is not int or not 0 <= size <= _MOST_SIZE:
        raise ChainBroken(seq, "size, in bytes", "another value")
    return size


def _digests(value: Mapping[str, Any], seq: int) -> tuple[Digest, ...]:
    """Return the digests by the algorithms known here; one of them is SHA-256."""
    if "digests" not in value:
        return ()
    digests = value["digests"]
    if not isinstance(digests, dict) or "sha256" not in digests:
        raise ChainBroken(seq, "digests, by algorithm", "another value")
    try:
        return tuple(Digest(each, digests[each]) for each in _ALGORITHMS if each in digests)
    except (TypeError, ValueError):
        raise ChainBroken(seq, "digests, by algorithm", "another value") from None
