# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exit codes, and which error ends with which. They are part of the public interface.

0 fine, 1 findings, 2 how it was called, 3 the matter file, 4 an input, 5 an extra that is not
installed, 6 the output, 70 a fault of evidencekit itself, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

from enum import IntEnum

from evidencekit.errors import (
    Cancelled,
    DependencyMissing,
    EvidenceError,
    MatterError,
    OutputError,
    SeveralErrors,
    VerificationFailed,
)


class Exit(IntEnum):
    """What a command's exit code says."""

    FINE = 0
    FINDINGS = 1
    USAGE = 2
    MATTER_FILE = 3
    INPUT = 4
    MISSING_EXTRA = 5
    OUTPUT = 6
    FAULT = 70
    INTERRUPTED = 130


def exit_for(error: EvidenceError) -> Exit:
    """Return the exit code for *error*; several errors end as their first does."""
    if isinstance(error, SeveralErrors):
        return exit_for(error.errors[0])
    for kind, code in (
        (MatterError, Exit.MATTER_FILE),
        (DependencyMissing, Exit.MISSING_EXTRA),
        (OutputError, Exit.OUTPUT),
        (Cancelled, Exit.INTERRUPTED),
        (VerificationFailed, Exit.FINDINGS),
    ):
        if isinstance(error, kind):
            return code
    return Exit.INPUT
