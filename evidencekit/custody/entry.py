# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read one line of the custody log, strictly.

A line that two programs could read differently (a key twice, a float, white space around it, half
a character) is refused. Keys that are not known here are left where they are: what counts is the
stored line. A break tells the place and never the line's words, which may hold a name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from evidencekit.errors import ChainBroken
from evidencekit.model.custody import SCHEMA, CustodyEntry, EntryKind, KeptIndex, LogHead
from evidencekit.model.digest import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Far above any real entry.
MOST_LINE = 1024 * 1024

_MOST_SIZE = 2**53 - 1
_MOST_TRACKS = 1000
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_HEX = re.compile(r"[0-9a-f]{64}")
_NAMED = ("item", "name", "on", "checked")
_WORDS = ("holder", "giver", "receiver", "how", "note", "software")
_NEEDED = {
    "intake": ("item", "name", "size", "digests"),
    "received": ("cites", "receiver"),
    "indexed": ("item", "index"),
}
_ALGORITHMS = ("sha256", "sha512")
_KINDS = {each.value: each for each in EntryKind}


def read_entry(line: bytes, *, seq: int, prev: str) -> CustodyEntry:
    """Read one line, without its newline, and check that it is entry *seq* after *prev*.

    Raises:
        ChainBroken: if it is not.
    """
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
        cites=_cites(value, seq),
        index=_index(value, seq),
        **{word: _text(value, word, seq) for word in _NAMED if word in value},
        **{word: _text(value, word, seq, least=0) for word in _WORDS if word in value},
    )


def _read_object(line: bytes, seq: int) -> dict[str, Any]:
    """Parse one line strictly: one object, no second key of one name, no float, no white space
    around it (a carriage return is white space to JSON, and a mail program's to add).
    """
    if len(line) > MOST_LINE:
        raise ChainBroken(seq, f"a line of at most {MOST_LINE} bytes", f"{len(line)} bytes")
    if line.endswith(b"\r"):
        raise ChainBroken(seq, "a line that ends in a newline", "a carriage return before it")
    if not (line.startswith(b"{") and line.endswith(b"}")):
        raise ChainBroken(seq, "a JSON object", "something else" if line else "an empty line")
    try:
        text = line.decode("utf-8")
        value: dict[str, Any] = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ChainBroken(seq, "a JSON object", "text that cannot be read as one") from None
    return value  # what begins and ends in braces and is JSON is an object


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


#: Made once: making one takes as long as reading a line with it.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
)


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
    if kind not in _KINDS:
        raise ChainBroken(seq, f"a kind of {', '.join(EntryKind)}", "another kind")
    for each in _NEEDED.get(kind, ()):
        if each not in value:
            raise ChainBroken(seq, f"{each}, of kind {kind}", "none")
    return _KINDS[kind]


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


def _cites(value: Mapping[str, Any], seq: int) -> LogHead | None:
    """Return where the giver's log stood, if the entry says."""
    if "cites" not in value:
        return None
    cites = value["cites"]
    if not isinstance(cites, dict):
        raise ChainBroken(seq, "cites, with count and head", "another value")
    count, head = cites.get("count"), cites.get("head")
    if type(count) is not int or not 0 <= count <= _MOST_SIZE:
        raise ChainBroken(seq, "cites, with count and head", "another count")
    if not isinstance(head, str) or not _HEX.fullmatch(head):
        raise ChainBroken(seq, "cites, with count and head", "another head")
    return LogHead(count=count, head=head)


def _index(value: Mapping[str, Any], seq: int) -> KeptIndex | None:
    """Return which index of a recording's sound is kept, if the entry says."""
    if "index" not in value:
        return None
    index = value["index"]
    if not isinstance(index, dict):
        raise ChainBroken(seq, "index, with its digests and track", "another value")
    for each in ("sha256", "samples_sha256"):
        if not isinstance(index.get(each), str) or not _HEX.fullmatch(index[each]):
            raise ChainBroken(seq, f"index, with {each}", "another value")
    track = index.get("track")
    if type(track) is not int or not 1 <= track <= _MOST_TRACKS:
        raise ChainBroken(seq, "index, with the number of its track", "another value")
    return KeptIndex(sha256=index["sha256"], samples_sha256=index["samples_sha256"], track=track)
