# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check one clip file against the recording that it is said to come from.

There are four answers and no fifth. A digest of a file says whether it is the same file; whether it
holds the same samples is told by the samples alone, so a recording whose tags were rewritten is
told apart from one whose sound was.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from evidencekit.errors import RecordingUnreadable
from evidencekit.media.check_words import explain_length, held_channels, muted_spans, parts_at
from evidencekit.media.clipfile import sha256_of
from evidencekit.media.compare import ClipComparison, ClipUnderTest, compare_clips
from evidencekit.media.find import Place, TooManyPlaces, find_places
from evidencekit.media.form import SHORT_BITS, integer_blocks
from evidencekit.media.source import SoundReader
from evidencekit.model.channels import chosen_channels
from evidencekit.model.clip import Decoder
from evidencekit.model.digest import Digest
from evidencekit.model.timecode import SampleRange, format_media_time, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidencekit.model.progress import IsCancelled

_MOST_COMPARED = 4
_OTHER_START = (
    "it was cut with another decoder; versions of FFmpeg differ in how much they leave out at the "
    "start of some files"
)


class Likeness(StrEnum):
    """What a clip is to a recording."""

    EXACT = "exact"
    MUTED = "the same samples except the muted spans"
    WITHIN_ONE = "the same within 1 of 32,768"
    DIFFERENT = "not from this source"
    NOT_CHECKED = "not checked"


#: What says that a clip is from the recording.
_LIKE = (Likeness.EXACT, Likeness.MUTED, Likeness.WITHIN_ONE)


@frozen(kw_only=True)
class ClipVerdict:
    """What a check of one clip showed; `message` says it in a sentence, `notes` what else was seen.

    `samples` is the range of the recording that the answer is about, given or found, `channels` are
    those of it that the clip holds, from 1, where it has not all in their order, and `track` is its
    audio track, from 1. `as_said` is False where the same samples are in the recording, and not
    where they were said to be. `places` counts the places where they
    were found, and is 0 where none was looked for. `parts_at` is the number of the recording's
    sample at which the two part. `muted` are ranges of the recording in which the clip has no
    sound, where nothing else differs. `same_file` says whether the recording is the
    file whose digest was given, None where none was. `decoder` decoded the recording now.
    """

    likeness: Likeness
    message: str
    recording_digest: Digest
    notes: tuple[str, ...] = ()
    samples: SampleRange | None = None
    channels: tuple[int, ...] = ()
    track: int = 1
    as_said: bool = True
    places: int = 0
    parts_at: int | None = None
    max_difference: int = 0
    same_file: bool | None = None
    sample_rate: int | None = None
    clip_digest: Digest | None = None
    decoder: Decoder | None = None
    muted: tuple[SampleRange, ...] = ()

    @property
    def channel(self) -> int | None:
        """The one channel that the clip holds, from 1; None where it holds all, or several."""
        return self.channels[0] if len(self.channels) == 1 else None

    @property
    def ok(self) -> bool:
        """True if the clip holds the samples that it is said to hold."""
        return self.as_said and self.likeness in _LIKE


@frozen(kw_only=True)
class Claim:
    """What a record says of a clip: which file it was cut from, with which decoder, and how many
    samples the recording had by it. Each may be unknown.
    """

    source_digest: Digest | None = None
    decoder: Decoder | None = None
    sample_count: int | None = None


def check_clip(
    clip: Path,
    recording: Path,
    *,
    samples: SampleRange | None = None,
    track: int | None = None,
    channel: int | Sequence[int] | None = None,
    claim: Claim | None = None,
    cancelled: IsCancelled | None = None,
) -> ClipVerdict:
    """Hold the file *clip* against *recording*: against the range *samples*, or wherever it fits.

    Where it is not the range given, it is looked for in all of the recording, and in every audio
    track where none is named: the verdict is on the first in which it is, or else on the first.
    Files that cannot be read or compared are a verdict (`NOT_CHECKED`), not an error.

    Raises:
        RecordingUnreadable: if *recording* is not a file that can be read at all.
        Cancelled: if *cancelled* says so.
    """
    channels = chosen_channels(channel)
    checking = _Checking(recording, claim or Claim())
    try:
        form = _form_of_clip(clip)
    except RecordingUnreadable as error:
        return checking.not_checked(f"the clip {error.reason}")
    if track is not None:
        return _in_track(clip, checking, form, samples, track, channels, cancelled)
    first = _in_track(clip, checking, form, samples, 1, channels, cancelled)
    for number in range(2, checking.tracks() + 1) if not first.ok else ():
        found = _in_track(clip, checking, form, samples, number, channels, cancelled)
        if found.ok:
            return found
    return first


def _in_track(
    clip: Path,
    checking: _Checking,
    form: _ClipForm,
    samples: SampleRange | None,
    track: int,
    channels: tuple[int, ...],
    cancelled: IsCancelled | None,
) -> ClipVerdict:
    """Hold a clip against one audio track, and say which where there are several."""
    held = _against(clip, checking, form, samples, track, channels, cancelled)
    if checking.tracks() < 2:  # noqa: PLR2004 - several
        return held
    return evolve(held, track=track, notes=(*held.notes, f"looked for in audio track {track}"))


def _against(
    clip: Path,
    checking: _Checking,
    form: _ClipForm,
    samples: SampleRange | None,
    track: int,
    channels: tuple[int, ...],
    cancelled: IsCancelled | None,
) -> ClipVerdict:
    """Hold a clip against one audio track of the recording."""
    recording = checking.recording
    try:
        if samples is None:
            return _look_for(clip, checking, form, track, channels, cancelled)
        test = ClipUnderTest(path=clip, samples=samples, bits=form.bits, channels=channels)
        (result,) = compare_clips(recording, [test], track=track, cancelled=cancelled)
        held = checking.judge(result, test, form, places=0)
        if held.likeness is not Likeness.DIFFERENT:
            return held
        found = _look_for(clip, checking, form, track, channels, cancelled)
        return checking.moved(found, samples) if found.ok else held
    except RecordingUnreadable as error:
        return checking.not_checked(f"the recording {error.reason}")


def _look_for(
    clip: Path,
    checking: _Checking,
    form: _ClipForm,
    track: int,
    channels: tuple[int, ...],
    cancelled: IsCancelled | None,
) -> ClipVerdict:
    """Find the clip and judge it where it fits best; with its channels in another order, if only so
    it fits.
    """
    held = _where_found(clip, checking, form, track, channels, cancelled)
    if held.likeness is not Likeness.DIFFERENT or channels or form.channels == 1:
        return held
    other = _where_found(clip, checking, form, track, None, cancelled)
    return other if other.ok else held


def _where_found(
    clip: Path,
    checking: _Checking,
    form: _ClipForm,
    track: int,
    channels: tuple[int, ...] | None,
    cancelled: IsCancelled | None,
) -> ClipVerdict:
    """Find the clip and judge it where it fits best; without *channels*, with them in any order."""
    recording = checking.recording
    try:
        found = find_places(clip, recording, track=track, channels=channels, cancelled=cancelled)
    except TooManyPlaces:
        return checking.not_checked(
            "the clip is silent, or nearly so, and would fit in many places; say which range it is "
            "said to hold"
        )
    likely = found[:_MOST_COMPARED] or (Place(first=0, channels=channels or (), votes=0, of=0),)
    tests = [
        ClipUnderTest(
            path=clip,
            samples=SampleRange(place.first, place.first + form.count),
            bits=form.bits,
            channels=place.channels,
        )
        for place in likely
    ]
    results = compare_clips(recording, tests, track=track, cancelled=cancelled)
    if not found:
        return checking.not_found(results[0])
    best = min(range(len(tests)), key=lambda each: _rank(results[each], each))
    exact = sum(each.equal for each in results)
    return checking.judge(results[best], tests[best], form, places=max(exact, 1))


@frozen(kw_only=True)
class _ClipForm:
    bits: int
    count: int
    rate: int
    channels: int


def _form_of_clip(clip: Path) -> _ClipForm:
    """Decode a clip to its end.

    Raises:
        RecordingUnreadable: if it cannot be.
    """
    bits = 0
    with SoundReader(clip) as sound:
        for form, _, _ in integer_blocks(sound):
            bits = form.bits
        return _ClipForm(
            bits=bits,
            count=sound.sample_count,
            rate=sound.form.sample_rate,
            channels=sound.form.channels,
        )


def _rank(result: ClipComparison, number: int) -> tuple[bool, int, int, int]:
    """Order comparisons: equal first, then the least different, then the longest alike."""
    alike = result.first_difference or 0
    return (not result.equal, result.max_difference, -alike, number)


class _Checking:
    """Puts what was seen into a verdict."""

    def __init__(self, recording: Path, claim: Claim) -> None:
        self.recording = recording
        self._claim = claim
        self._tracks = 0
        try:
            self._digest = sha256_of(recording)
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            raise RecordingUnreadable(str(recording), reason) from error
        given = claim.source_digest
        self._same_file = None if given is None else given == self._digest

    def tracks(self) -> int:
        """Return how many audio tracks the recording has; one where it cannot be opened."""
        if not self._tracks:
            try:
                with SoundReader(self.recording) as sound:
                    self._tracks = len(sound.container.streams.audio)
            except RecordingUnreadable:
                self._tracks = 1
        return self._tracks

    def not_checked(self, message: str) -> ClipVerdict:
        return ClipVerdict(
            likeness=Likeness.NOT_CHECKED,
            message=message,
            recording_digest=self._digest,
            same_file=self._same_file,
        )

    def not_found(self, result: ClipComparison) -> ClipVerdict:
        """Return the verdict where no stretch of the clip is anywhere in the recording."""
        if not result.form_matches:
            return self._other_form(result)
        return ClipVerdict(
            likeness=Likeness.DIFFERENT,
            message="no stretch of the clip is anywhere in the recording",
            recording_digest=self._digest,
            same_file=self._same_file,
            clip_digest=result.clip_digest,
            decoder=result.decoder,
        )

    def _other_form(self, result: ClipComparison) -> ClipVerdict:
        return self.not_checked(
            "the clip has another sample rate or number of channels than the recording, so the two "
            f"cannot be compared sample for sample (decoder now: {result.decoder})"
        )

    def judge(
        self, result: ClipComparison, test: ClipUnderTest, form: _ClipForm, *, places: int
    ) -> ClipVerdict:
        """Return the verdict on a clip held against a place."""
        if result.unreadable:
            return self.not_checked(f"the clip {result.unreadable}")
        if not result.form_matches:
            return self._other_form(result)
        likeness, message = self._say(result, test, form)
        return ClipVerdict(
            likeness=likeness,
            message=message,
            notes=(
                *(held_channels(test) if likeness in _LIKE else ()),
                *self._notes(result, likeness, places),
            ),
            recording_digest=self._digest,
            samples=test.samples,
            channels=test.channels,
            places=places,
            parts_at=parts_at(result, test) if likeness is Likeness.DIFFERENT else None,
            max_difference=result.max_difference,
            same_file=self._same_file,
            sample_rate=form.rate,
            clip_digest=result.clip_digest,
            decoder=result.decoder,
            muted=result.silent if likeness is Likeness.MUTED else (),
        )

    def moved(self, found: ClipVerdict, said: SampleRange) -> ClipVerdict:
        """Return a verdict on a clip that is in the recording, and not where it is said to be."""
        message = f"{found.message}; it is said to hold samples {said.first} to {said.end}"
        notes = found.notes
        if self._claim.decoder is not None and self._claim.decoder != found.decoder:
            notes += (_OTHER_START,)
        return evolve(found, as_said=False, message=message, notes=notes)

    def _say(
        self, result: ClipComparison, test: ClipUnderTest, form: _ClipForm
    ) -> tuple[Likeness, str]:
        rate = form.rate
        start = format_media_time(samples_to_ms(test.samples.first, rate))
        end = format_media_time(samples_to_ms(test.samples.end, rate))
        where = f"samples {test.samples.first} to {test.samples.end} ({start} to {end})"
        if result.equal:
            return Likeness.EXACT, f"the clip holds {where} of the recording, every one the same"
        rounded = result.decoder.sample_format.startswith(("flt", "dbl"))
        shortened = result.decoder.sample_format.startswith("s32") and form.bits == SHORT_BITS
        near = result.max_difference <= 1 and (rounded or shortened)
        if near and result.length_matches:
            other = self._claim.decoder
            cut_with = f"; the clip was cut with {other}" if other else ""
            return Likeness.WITHIN_ONE, (
                f"the clip holds {where} of the recording, none further than 1 of 32,768 away, as "
                f"{'by another decoder or processor' if rounded else 'when rounded to 16 bits'} "
                f"(decoder now: {result.decoder}{cut_with})"
            )
        if result.silent:
            return Likeness.MUTED, (
                f"the clip holds {where} of the recording, every one the same except "
                f"{muted_spans(result.silent, rate)}, where the clip has no sound"
            )
        missing = test.samples.end - result.recording_sample_count
        if near and 0 < missing < test.samples.count and self._other_decoder(result):
            return Likeness.NOT_CHECKED, (
                f"all but the last {missing} of {where} are the same; those the decoder leaves out "
                f"here ({result.decoder}), and the one the clip was cut with gave them "
                f"({self._claim.decoder})"
            )
        if result.decoder.name.startswith("adpcm_") and self._other_decoder(result):
            return Likeness.NOT_CHECKED, (
                f"versions of FFmpeg decode {result.decoder.name} to other samples, and the clip "
                f"was cut with another ({self._claim.decoder}; here {result.decoder})"
            )
        at = parts_at(result, test)
        alike = at - test.samples.first
        time = format_media_time(samples_to_ms(at, rate))
        return Likeness.DIFFERENT, (
            f"held against {where}, the clip parts from the recording at sample {at} ({time}), "
            f"after {alike} that are the same; the largest difference is {result.max_difference} "
            "of 32,768"
        )

    def _other_decoder(self, result: ClipComparison) -> bool:
        return self._claim.decoder is not None and self._claim.decoder != result.decoder

    def _notes(self, result: ClipComparison, likeness: Likeness, places: int) -> tuple[str, ...]:
        notes = []
        if places > 1:
            notes.append(f"the same samples are in {places} places; the first is given")
        if self._same_file is False and likeness in _LIKE:
            notes.append(
                "the recording is another file than the one the clip was cut from, with the same "
                "samples there, as when a program rewrites a file's tags"
            )
        count = self._claim.sample_count
        if count is not None and count != result.recording_sample_count and self._same_file:
            notes.append(
                explain_length(count, self._claim.decoder, result.recording_sample_count, result)
            )
        return tuple(notes)
