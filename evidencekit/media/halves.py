# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compare clips with a long recording in two halves at a time, and never find anything else.

The first decode is the plain one: from the first packet on, and to the last unless it is told that
it need not. It alone decides. Beside it, in another process, a second decode begins at about the
middle, compares the clips that begin after that place, and counts to the end.

The first one stops early only if all of this holds, and it checks all of it itself:

- by its own count from the first packet it came to the very packets, the very decoded samples and
  the very sample number that the second one began with (`joining.Run`);
- it has compared, itself and to their ends, all clips that begin before that place, and has not
  seen a later one differ;
- the second one came to the end, passed every packet of the file's table on the way, and found
  every one of its clips equal, twice: once on the way, and once more with a decoder that remembers
  something else, so that nothing which depends on all that came before is taken for the samples;
- the form and decoder are the same, and the number of samples and of errors, taken together, are
  what the record says of the whole.

Anything else (another place, one clip that differs, sound in which a decoder makes up noise so that
no two decodes are alike, a second process that is late or broke) leaves the first decode going on
to the end, as if there were no second one. So nothing but plain agreement ever comes of it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from evidencekit.media.compare import ClipComparison, ClipUnderTest, Tests
from evidencekit.media.joining import RUN, Run, first_sample_of, go_to, passage, place_to_join
from evidencekit.media.passing import Walk, blocks_of
from evidencekit.media.source import FrameForm, SoundReader
from evidencekit.model.clip import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


@frozen(kw_only=True)
class Recorded:
    """What a record says of a whole recording."""

    sample_count: int
    decode_errors: int


@frozen(kw_only=True)
class SecondHalf:
    """What a decode from the middle on found; there is none unless all its clips are equal.

    `clips` are those that begin after its run, each with its place among all. `sample_count` is of
    the whole recording, if the run is where its number says; `decode_errors` are of this half.
    """

    run: Run
    form: FrameForm
    decoder: Decoder
    sample_count: int
    decode_errors: int
    clips: tuple[tuple[int, ClipComparison], ...]


class _Agreed(Exception):
    """Both halves agree: the first decode need not go on."""

    def __init__(self, half: SecondHalf) -> None:
        super().__init__()
        self.half = half


def compare_second_half(
    recording: Path,
    clips: Sequence[ClipUnderTest],
    *,
    track: int = 1,
    least: int,
) -> SecondHalf | None:
    """Decode from the middle on and compare what begins there; None where it cannot help.

    It stops at the first clip that is not equal. A recording of fewer than *least* packets has no
    second half.

    Raises:
        RecordingUnreadable: if the recording cannot be decoded.
    """
    with ExitStack() as stack:
        sound = stack.enter_context(SoundReader(recording, track=track))
        number = place_to_join(sound, least=least)
        first = None if number is None else first_sample_of(sound, number)
        packets = None if number is None or first is None else go_to(sound, number)
        if number is None or first is None or packets is None:
            return None
        sound.decode_errors = 0  # those of the warm-up are not of this half
        late = [(at, each) for at, each in enumerate(clips) if each.samples.first >= first]
        tests = Tests([each for _, each in late], stack)
        counted = _Counted(packets)
        walk = Walk(sound, _no_position, packets=iter(counted), first=first, join=(number, 0))
        for block in blocks_of(walk, [each.samples for _, each in late]):
            tests.take(sound, block)
            if tests.differ:
                return None
        results = tests.results(sound)
        all_passed = counted.packets == len(sound.stream.index_entries) - number
        if walk.run is None or not all_passed or not all(each.equal for each in results):
            return None
        found = SecondHalf(
            run=walk.run,
            form=sound.found,
            decoder=sound.decoder,
            sample_count=sound.sample_count,
            decode_errors=sound.decode_errors,
            clips=tuple((at, result) for (at, _), result in zip(late, results, strict=True)),
        )
        again = all(_is_equal_again(sound, walk.run, each) for _, each in late)
        return found if again else None


def _is_equal_again(sound: SoundReader, run: Run, clip: ClipUnderTest) -> bool:
    """Decode a clip's passage once more, with the decoder that has decoded all the rest since.

    A decoder that makes up noise takes it from a row of numbers that goes on from packet to packet.
    What it made of a passage the first time, it does not make of it again.
    """
    found = passage(sound, run.number, run.first, clip.samples)
    if found is None:
        return False
    packets, first = found
    with ExitStack() as stack:
        tests = Tests([clip], stack)
        walk = Walk(sound, _no_position, packets=packets, first=first)
        for block in blocks_of(walk, [clip.samples]):
            tests.take(sound, block)
        (result,) = tests.results(sound)
    return result.equal


def compare_first_half(
    recording: Path,
    clips: Sequence[ClipUnderTest],
    *,
    answer: Callable[[], SecondHalf | None],
    recorded: Recorded,
    track: int = 1,
    least: int,
) -> tuple[ClipComparison, ...]:
    """Do what `compare_clips` does, and stop early if a second half agrees.

    *answer* is asked now and then for what the second decode found, once it has.

    Raises:
        RecordingUnreadable: if the recording cannot be decoded.
    """
    with ExitStack() as stack:
        sound = stack.enter_context(SoundReader(recording, track=track))
        tests = Tests(clips, stack)
        number = place_to_join(sound, least=least)
        if number is None:
            walk = Walk(sound, _no_position)
        else:
            first = _FirstHalf(sound, tests, recorded, answer)
            walk = first.walk = Walk(sound, first.tick, join=(number, number))
        try:
            for block in blocks_of(walk, [each.samples for each in clips]):
                tests.take(sound, block)
        except _Agreed as agreed:
            return _together(sound, tests, agreed.half, recorded)
        return tests.results(sound)


class _FirstHalf:
    """Asks for the second half while the first goes on, and judges it once."""

    walk: Walk

    def __init__(
        self,
        sound: SoundReader,
        tests: Tests,
        recorded: Recorded,
        answer: Callable[[], SecondHalf | None],
    ) -> None:
        self._sound = sound
        self._tests = tests
        self._recorded = recorded
        self._answer = answer
        self._half: SecondHalf | None = None
        self._refused = False

    def tick(self, _: int) -> None:
        """Stop, if everything agrees.

        Raises:
            _Agreed: then.
        """
        run = self.walk.run
        if run is None or self._refused:
            return
        self._half = self._half or self._answer()
        if self._half is None:
            return
        if not self._agrees(run, self._half):
            self._refused = True
        elif self._tests.done_before(run.first):
            raise _Agreed(self._half)

    def _agrees(self, run: Run, half: SecondHalf) -> bool:
        """Say whether the halves fit, whatever of the first one's clips is still to come."""
        late = [at for at, each in enumerate(self._tests.clips) if each.samples.first >= run.first]
        errors = self.walk.errors_before_join + half.decode_errors
        return (
            run.is_one_place
            and half.run == run
            and len(run.packets) == RUN
            and half.form == self._sound.found
            and half.decoder == self._sound.decoder
            and half.sample_count == self._recorded.sample_count
            and errors == self._recorded.decode_errors
            and [at for at, _ in half.clips] == late
            and all(found.equal for _, found in half.clips)
            and not any(self._tests.differs(at) for at in late)
        )


def _together(
    sound: SoundReader, tests: Tests, half: SecondHalf, recorded: Recorded
) -> tuple[ClipComparison, ...]:
    """Return the first half's comparisons of its clips and the second one's of the others."""
    sound.sample_count, sound.decode_errors = recorded.sample_count, recorded.decode_errors
    late = dict(half.clips)
    return tuple(
        evolve(late[at], decode_errors=recorded.decode_errors)
        if at in late
        else tests.result(at, sound)
        for at in range(len(tests.clips))
    )


class _Counted:
    """Passes packets on and counts them, without what stands for the end."""

    def __init__(self, packets: Iterator[Any]) -> None:
        self._of = packets
        self.packets = 0

    def __iter__(self) -> Iterator[Any]:
        """Yield the packets."""
        for packet in self._of:
            if packet is not None and packet.dts is not None:
                self.packets += 1
            yield packet


def _no_position(_: int) -> None:
    """Take no notice of how far the work has come."""
