# SPDX-License-Identifier: AGPL-3.0-or-later
"""Have one long recording decoded by two processes, where a second processor is free.

`media.halves` says how it is known that nothing else comes of it than of one process. Here is only
how the two are run: what the second one found is written, once it is there, to a file that the
first one looks for. The second process is ended when the first is done, whatever it does.
"""

from __future__ import annotations

import pickle
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import EvidenceError
from evidencekit.verifier.decoding import decoded_of, under_test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidencekit.isolate import Isolate
    from evidencekit.media.halves import SecondHalf
    from evidencekit.model.progress import IsCancelled
    from evidencekit.verifier.decoding import ClipToCompare, Decoded

#: Smaller files, and recordings of fewer packets, are decoded sooner than a process is started.
LEAST_BYTES = 3_000_000
LEAST_PACKETS = 20_000
_BRAND_AT = slice(4, 8)
_SECONDS_TO_END = 10


@frozen(kw_only=True)
class Whole:
    """What the record says of the whole recording, and which of its tracks it is of."""

    track: int
    sample_count: int
    decode_errors: int


def may_have_halves(source: Path) -> bool:
    """Say, without decoding anything, whether a second process may be of use."""
    try:
        with source.open("rb") as stream:
            begins = stream.read(_BRAND_AT.stop)
        return begins[_BRAND_AT] == b"ftyp" and source.stat().st_size >= LEAST_BYTES
    except OSError:
        return False


def compare_in_halves(
    worker: Isolate,
    another: Callable[[IsCancelled], Isolate],
    source: Path,
    tests: Sequence[ClipToCompare],
    *,
    whole: Whole,
) -> Decoded:
    """Do what `decoding.compare` does, with the help of a second process.

    *another* returns it, given what says that it is not wanted any more.

    Raises:
        RecordingUnreadable, WorkerFailed, Cancelled: as `decoding.compare`.
    """
    done = threading.Event()
    with tempfile.TemporaryDirectory(prefix="evidencekit-") as folder:
        answer = Path(folder) / "second-half"

        def help_out() -> None:
            # Without an answer the first process goes on alone, and says what is wrong.
            with suppress(EvidenceError, OSError), another(done.is_set) as second:
                found = second.call(
                    second_half_here, source, tuple(tests), whole.track, LEAST_PACKETS
                )
                if found is not None:
                    _write(answer, found)

        helping = threading.Thread(target=help_out)
        helping.start()
        try:
            return worker.call(first_half_here, source, tuple(tests), whole, answer, LEAST_PACKETS)
        finally:
            done.set()
            helping.join(_SECONDS_TO_END)


def _write(answer: Path, found: SecondHalf) -> None:
    """Write the answer so that it is there whole or not at all."""
    making = answer.with_suffix(".part")
    making.write_bytes(pickle.dumps(found))
    making.replace(answer)


# What follows runs in the processes that decode.


def first_half_here(
    source: Path, tests: tuple[ClipToCompare, ...], whole: Whole, answer: Path, least: int
) -> Decoded:
    """Decode from the first packet on, in this process, and to the last unless *answer* agrees."""
    from evidencekit.media.halves import Recorded, SecondHalf, compare_first_half

    def look() -> SecondHalf | None:
        if not answer.exists():
            return None
        found = pickle.loads(answer.read_bytes())  # noqa: S301 - written by our own caller
        return found if isinstance(found, SecondHalf) else None

    found = compare_first_half(
        source,
        under_test(source, tests),
        answer=look,
        recorded=Recorded(sample_count=whole.sample_count, decode_errors=whole.decode_errors),
        track=whole.track,
        least=least,
    )
    return decoded_of(found, tests)


def second_half_here(
    source: Path, tests: tuple[ClipToCompare, ...], track: int, least: int
) -> SecondHalf | None:
    """Decode from the middle on in this process."""
    from evidencekit.media.halves import compare_second_half

    return compare_second_half(source, under_test(source, tests), track=track, least=least)
