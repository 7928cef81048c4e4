# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which transcript holds the words of a recording: by the matter file, or for a file alone.

For a file alone it is the transcript that was named; that of the matter file, here or above, which
names the recording; or one that lies beside it and has its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from evidencekit.errors import IntakeError, MatterError, PathEscapes, Problem
from evidencekit.matterfile.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidencekit.model.matter import Matter
    from evidencekit.model.recording import Recording
    from evidencekit.model.transcript import Transcript

MATTER_NAME = "matter.toml"
#: How many folders above the recording's own a matter's folder may be.
_HIGHEST = 4


@frozen(kw_only=True)
class WordsOf:
    """A recording's transcript: `recording` is its id in the matter file, or one that it could
    have, `shown` what the transcript is called, and `others` are more that lie beside it.
    """

    recording: str
    path: Path
    shown: str
    encoding: str | None = None
    others: tuple[str, ...] = ()

    def read(self) -> Transcript:
        """Read the transcript.

        Raises:
            TranscriptError: if it cannot be read.
        """
        from evidencekit.transcript.read import read_transcript

        return read_transcript(self.path, name=self.shown, encoding=self.encoding)


def words_by_id(matter_file: Path, recording: str) -> WordsOf:
    """Return the transcript of the recording with the id *recording* in a matter file.

    Raises:
        MatterError: if there is no such recording, or it names no transcript.
    """
    from evidencekit.pipeline.checking import load_checked

    matter = load_checked(matter_file)
    known = {each.id: each for each in matter.recordings}
    if recording not in known:
        message = _no_such(recording, known)
        raise MatterError(str(matter_file), (Problem(pointer="/recordings", message=message),))
    return _of_matter(matter_file, known[recording])


def words_of_file(recording: Path, *, transcript: Path | None = None) -> WordsOf:
    """Return the transcript of the recording in the file *recording*.

    Raises:
        IntakeError: if that file is not there, or no transcript was named and none is found.
        MatterError: if a matter file names the recording, and no transcript of it.
    """
    from evidencekit.matterfile.ids import Ids

    if not recording.is_file():
        raise IntakeError(str(recording), "was not found")
    name = Ids().of(recording.name, "recording")
    if transcript is not None:
        return WordsOf(recording=name, path=transcript, shown=transcript.name)
    for folder in recording.absolute().parents[: _HIGHEST + 1]:
        if (named := _named_in(folder / MATTER_NAME, recording)) is not None:
            return named
    return _beside(recording, name)


def _no_such(recording: str, known: Mapping[str, Recording]) -> str:
    meant = did_you_mean(recording, known)
    return f'There is no recording "{recording}".{meant} There are: {", ".join(known)}'


def _of_matter(matter_file: Path, recording: Recording) -> WordsOf:
    from evidencekit.custody.paths import inside

    source = recording.transcript
    if source is None:
        problem = Problem(
            pointer=f"/recordings/{recording.id}",
            place=f"[recordings.{recording.id}]",
            message="names no transcript, so that there are no words to look in",
        )
        raise MatterError(str(matter_file), (problem,))
    return WordsOf(
        recording=recording.id,
        path=inside(matter_file.parent, source.file),
        shown=source.file,
        encoding=source.encoding,
    )


def _named_in(matter_file: Path, recording: Path) -> WordsOf | None:
    """Return what the matter file says, if there is one and it names the recording."""
    from evidencekit.pipeline.checking import load_checked

    if not matter_file.is_file():
        return None
    matter: Matter = load_checked(matter_file)
    for each in matter.recordings:
        if _is_same(matter_file.parent, each.file, recording):
            return _of_matter(matter_file, each)
    return None


def _is_same(folder: Path, file: str, recording: Path) -> bool:
    from evidencekit.custody.paths import inside

    try:
        return inside(folder, file).samefile(recording)
    except (OSError, PathEscapes):
        return False


def _beside(recording: Path, name: str) -> WordsOf:
    from evidencekit.matterfile.folder import look_through

    folder = recording.absolute().parent
    pairs = look_through(folder, without="").recordings
    pair = next((each for each in pairs if each.recording == recording.name), None)
    if pair is None or pair.transcript is None or pair.guessed:
        like = f"; {pair.transcript} has a name like it" if pair and pair.transcript else ""
        msg = (
            f"has no transcript beside it{like}. Name it with --transcript, or name the "
            "matter file and the recording's id"
        )
        raise IntakeError(recording.name, msg)
    return WordsOf(
        recording=name,
        path=folder / pair.transcript,
        shown=pair.transcript,
        others=pair.others,
    )
