# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a command says of an error: what, where, what to do, and that nothing was lost."""

from __future__ import annotations

import errno
import os
import platform
import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidencekit.cli.exits import Exit, exit_for
from evidencekit.errors import (
    Cancelled,
    EvidenceError,
    MatterError,
    RecordingUnreadable,
    SeveralErrors,
    TrackMissing,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGE = Path(__file__).parent.parent
_ENDS = (".", "!", "?", ":")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)})
_UNTOUCHED = ("Nothing was built.", "Nothing was written.", "It was left as it is.")
#: Set to anything, it has a fault's whole trace printed.
TRACE = "EVIDENCEKIT_TRACEBACK"


def verdict(error: BaseException, outcome: str = "") -> tuple[Exit, str]:
    """Return the exit code that *error* ends with, and what to say of it."""
    if isinstance(error, EvidenceError):
        return exit_for(error), error_text(error, outcome)
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED, _stopped(outcome)
    if isinstance(error, OSError):
        text = f"{error.filename or 'a file'}: {error.strerror or error}. {outcome}"
        return Exit.OUTPUT if error.errno in _NO_ROOM else Exit.INPUT, text.rstrip()
    names = sys.getfilesystemencoding()
    if isinstance(error, UnicodeEncodeError) and names != "utf-8":
        text = f"file names here are {names}, which lacks some of the letters that are needed."
        return Exit.OUTPUT, f"{text} Set PYTHONUTF8=1 and run again. {outcome}".rstrip()
    return Exit.FAULT, fault_text(error, outcome)


def _stopped(outcome: str) -> str:
    return f"Stopped. {outcome or 'Nothing was left behind.'}"


def error_text(error: EvidenceError, outcome: str = "") -> str:
    """Return an error's text, and once, at the end, what it means for what was to be made."""
    if isinstance(error, Cancelled):
        return _stopped(outcome)
    if not isinstance(error, SeveralErrors):
        text = _whole(str(error)) + _way_on((error,))
        if not outcome or any(each in text for each in _UNTOUCHED):
            return text
        return f"{text}{_between(text)}{outcome}"
    each_text = [_without(_whole(str(each)), outcome) for each in error.errors]
    last = f"{_way_on(error.errors)} {outcome}".strip()
    return "\n".join([*each_text, last] if last else each_text)


def _way_on(errors: Sequence[EvidenceError]) -> str:
    """Say what to do about recordings that cannot be decoded: once for all of them."""
    if any(isinstance(each, TrackMissing) for each in errors):
        return " Choose one that is there."
    unreadable = sum(isinstance(each, RecordingUnreadable) for each in errors)
    if not unreadable:
        return ""
    if unreadable == 1:
        return " Name a copy of it that plays, or leave it out."
    return " Name copies of them that play, or leave them out."


def _whole(text: str) -> str:
    """End a message as a sentence ends."""
    return text if text.endswith(_ENDS) else f"{text}."


def _without(text: str, outcome: str) -> str:
    """Take the outcome off the end of one of several messages: it is said once for all."""
    return text.removesuffix(outcome).rstrip() if outcome else text


def _between(text: str) -> str:
    return "\n" if "\n" in text else " "


def error_document(error: BaseException, text: str, code: Exit) -> dict[str, Any]:
    """Return an error as `--json` prints it."""
    about: dict[str, Any] = {"type": type(error).__name__, "message": text, "exit": int(code)}
    if isinstance(error, MatterError):
        about["problems"] = [
            {
                "pointer": each.pointer,
                "line": each.line,
                "place": each.place,
                "message": each.message,
            }
            for each in error.problems
        ]
    if isinstance(error, SeveralErrors):
        about["errors"] = [
            {"type": type(each).__name__, "message": str(each)} | _path(each)
            for each in error.errors
        ]
    if isinstance(error, EvidenceError):
        about |= _path(error)
    return {"ok": False, "error": about}


def _path(error: EvidenceError) -> dict[str, str]:
    """Return the path an error is about, where it is about one."""
    path = getattr(error, "path", None)
    return {"path": path} if isinstance(path, str) else {}


def fault_text(error: BaseException, outcome: str = "") -> str:
    """Return what to say of a fault of our own. Its text is left out: it may quote what is read."""
    if os.environ.get(TRACE):
        return "".join(traceback.format_exception(error)).rstrip()
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(_PACKAGE)]
    frame = (ours or frames)[-1]
    place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    system = f"Python {platform.python_version()}, {platform.system()}"
    return (
        f"This is a fault of evidencekit, not of your files: {place}.\n"
        f"{f'{outcome} ' if outcome else ''}Your files were only read.\n"
        f"Please report it with these words (evidencekit {version('evidencekit')}, {system}).\n"
        f"{TRACE}=1 shows the whole trace; look through it for names before you pass it on."
    )
