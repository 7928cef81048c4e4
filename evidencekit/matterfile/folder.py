# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies in a folder: recordings with their transcripts, documents, and all that is neither.

Files are told apart by their endings alone; whether they are what they say is for whoever reads
them. Links are not followed, and nothing is opened.
"""

from __future__ import annotations

import difflib
import functools
import os
import unicodedata
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.matterfile.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDINGS = frozenset(
    (".3gp", ".3gpp", ".aac", ".aif", ".aiff", ".amr", ".avi", ".caf", ".flac", ".m4a", ".m4v",
     ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".oga", ".ogg", ".opus", ".wav",
     ".webm", ".wma")
)  # fmt: skip
TRANSCRIPTS = frozenset(
    (".dfxp", ".eaf", ".json", ".otr", ".sbv", ".srt", ".textgrid", ".tsv", ".ttml", ".vtt")
)
DOCUMENTS = frozenset(
    (".csv", ".doc", ".docx", ".eml", ".gif", ".heic", ".jpeg", ".jpg", ".md", ".msg", ".odt",
     ".pdf", ".png", ".rtf", ".tif", ".tiff", ".txt", ".webp")
)  # fmt: skip
_OTHER_DOCUMENTS = (".htm", ".html", ".ppt", ".pptx", ".xls", ".xlsx")
#: Endings of what is nearly of use, with what to do about it.
_NEARLY = dict.fromkeys(_OTHER_DOCUMENTS, "this kind cannot be bound in. Save it as a PDF.")
_NOT_KNOWN = "no recording, transcript or document, going by its ending."
_OURS = frozenset(("custody.jsonl", "custody.jsonl.lock"))
_INDEX = ".ekindex"
#: Words by which a transcript's name says that somebody went over it.
_CORRECTED = ("corrected", "final", "checked", "edited")
_ALIKE = 0.85
_MOST_FILES = 5000
_DEEPEST = 8


@frozen(kw_only=True)
class Pair:
    """A recording, its transcript if one was found, and others that might be.

    `guessed` is True where only a similar name speaks for the transcript. `left_over` is the one
    transcript that no recording has a name like, where this is the one recording without any.
    """

    recording: str
    transcript: str | None = None
    guessed: bool = False
    others: tuple[str, ...] = ()
    left_over: str | None = None


@frozen(kw_only=True)
class Found:
    """Paths from the folder, with / between folders. `not_used` has a reason for each."""

    recordings: tuple[Pair, ...]
    documents: tuple[str, ...]
    not_used: tuple[tuple[str, str], ...]


def look_through(folder: Path, *, without: str) -> Found:
    """Return what lies in *folder* and below it, but for the file named *without*."""
    kinds: dict[str, list[str]] = {"recording": [], "transcript": [], "document": []}
    not_used: list[tuple[str, str]] = []
    seen: set[str] = set()
    for path, reason in _walk(folder):
        if path == without or path in _OURS or path.endswith(_INDEX):
            continue
        kind = _kind(path)
        against = reason or (_unnameable(path, seen) if kind in kinds else kind)
        if against is not None:
            not_used.append((path, against))
        else:
            kinds[kind].append(path)
    pairs, left = _pair(kinds["recording"], kinds["transcript"])
    pairs, left = _last(pairs, left)
    not_used += [(path, "a transcript, and no recording has a name like it.") for path in left]
    return Found(
        recordings=pairs, documents=tuple(kinds["document"]), not_used=tuple(sorted(not_used))
    )


def _unnameable(path: str, seen: set[str]) -> str | None:
    """Return why a matter file cannot name *path* beside those *seen*, or None."""
    if not _fits(path):
        return "its name cannot stand in a matter file. Rename it."
    same = unicodedata.normalize("NFC", path).casefold()
    if same in seen:
        return "another file has the same name but for capitals. Rename one."
    seen.add(same)
    return None


def _walk(folder: Path) -> Iterator[tuple[str, str | None]]:
    """Yield the path of every file in order, with a reason where it cannot be used."""
    left = _MOST_FILES
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        below = []
        for entry in sorted(os.scandir(folder / inside), key=lambda each: each.name):
            path = f"{inside}{entry.name}"
            left -= 1
            if left < 0:
                yield path, f"there are more than {_MOST_FILES} files; the rest was not looked at."
                return
            if (reason := _unusable(entry, path)) is not None:
                yield path, reason
            elif entry.is_dir(follow_symlinks=False):
                below.append(f"{path}/")
            else:
                yield path, None
        waiting += reversed(below)


def _unusable(entry: os.DirEntry[str], path: str) -> str | None:
    if entry.is_symlink():
        return "a link; links are not followed."
    if entry.name.startswith("."):
        return "hidden."
    if entry.is_dir(follow_symlinks=False):
        if os.path.lexists(os.path.join(entry.path, "bagit.txt")):  # noqa: PTH118 - bytes-safe
            return "a package (a BagIt bag)."
        return "a folder too far down." if path.count("/") >= _DEEPEST else None
    return None if entry.is_file(follow_symlinks=False) else "not a file."


def _kind(path: str) -> str:
    """Return the kind of a file, or what to say of one that has none."""
    ending = os.path.splitext(path)[1].lower()  # noqa: PTH122 - a path of the matter, not of a disk
    if ending in RECORDINGS:
        return "recording"
    if ending in TRANSCRIPTS:
        return "transcript"
    if ending in DOCUMENTS:
        return "document"
    return _NEARLY.get(ending, _NOT_KNOWN)


def _pair(recordings: list[str], transcripts: list[str]) -> tuple[tuple[Pair, ...], list[str]]:
    """Give each recording its transcript: by its name, by the start of it, by a similar one."""
    pairs = {path: Pair(recording=path) for path in recordings}
    left = sorted(transcripts, key=_best_first)
    for rule in (_same, _begins, _similar):
        for transcript in list(left):
            recording = rule(transcript, recordings)
            if recording is None:
                continue
            pair = pairs[recording]
            if pair.transcript is None:
                pair = evolve(pair, transcript=transcript, guessed=rule is _similar)
            elif rule is _similar:
                continue
            else:
                pair = evolve(pair, others=(*pair.others, transcript))
            pairs[recording] = pair
            left.remove(transcript)
    return tuple(pairs.values()), sorted(left)


def _last(pairs: tuple[Pair, ...], left: list[str]) -> tuple[tuple[Pair, ...], list[str]]:
    """Put the one transcript that is left beside the one recording that has none."""
    without = [each for each in pairs if each.transcript is None]
    if len(left) != 1 or len(without) != 1:
        return pairs, left
    found = evolve(without[0], left_over=left[0])
    return tuple(found if each is without[0] else each for each in pairs), []


def _best_first(path: str) -> tuple[bool, bool, str]:
    """Order transcripts: corrected ones first, then WebVTT, which can name speakers."""
    corrected = any(word in _stem(path) for word in _CORRECTED)
    return (not corrected, not path.lower().endswith(".vtt"), path)


def _same(transcript: str, recordings: list[str]) -> str | None:
    name = transcript.rpartition("/")[2].casefold()
    return _only(
        [
            each
            for each in recordings
            if _stem(each) == _stem(transcript) or name.startswith(f"{_file_name(each)}.")
        ]
    )


def _begins(transcript: str, recordings: list[str]) -> str | None:
    stem = _stem(transcript)
    fitting = [
        each
        for each in recordings
        if stem.startswith(_stem(each)) and not stem[len(_stem(each)) :][:1].isalnum()
    ]
    longest = max((len(_stem(each)) for each in fitting), default=0)
    return _only([each for each in fitting if len(_stem(each)) == longest])


def _similar(transcript: str, recordings: list[str]) -> str | None:
    likeness = {
        each: difflib.SequenceMatcher(None, _stem(each), _stem(transcript)).ratio()
        for each in recordings
    }
    best = max(likeness.values(), default=0.0)
    return _only([each for each in recordings if likeness[each] == best >= _ALIKE])


def _only(paths: list[str]) -> str | None:
    return paths[0] if len(paths) == 1 else None


def _file_name(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def _stem(path: str) -> str:
    return _file_name(path).rpartition(".")[0]


def _fits(path: str) -> bool:
    """Tell whether the schema takes *path*."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return bool(_paths().is_valid(path))


@functools.cache
def _paths() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(schema("matter")["$defs"]["path"])
