# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open a recording for reading, and for nothing else.

Formats that make FFmpeg open other files (playlists, concat scripts) are not on the list of
formats, and no protocol but `file` is.
"""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import av

from evidencekit.errors import RecordingUnreadable
from evidencekit.media import mp4
from evidencekit.media.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Containers that hold sound and refer to no other file.
FORMATS = (
    "aac ac3 aiff amr amrnb amrwb ape asf au avi caf dff dsf dss dts eac3 flac flv gsm iff loas "
    "matroska,webm mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg mpegts mpegtsraw oga ogg oma qcp rm "
    "rso spx tak truehd tta voc w64 wav wv xwma"
).replace(" ", ",")
#: What reads a file, for the facts that it states.
READER = f"FFmpeg {av.ffmpeg_version_info} (av {av.__version__})"
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}

_AV_WITHOUT_STRICT_TEXT = 19
# Tags in another encoding than UTF-8 must not stop a recording from being opened; from av 19 on
# they cannot, and the argument is gone.
_TEXT: dict[str, Any] = (
    {"metadata_errors": "replace"}
    if int(av.__version__.partition(".")[0]) < _AV_WITHOUT_STRICT_TEXT
    else {}
)


def check_file(path: Path) -> int:
    """Return the size of *path* in bytes.

    Raises:
        RecordingUnreadable: if it is missing, not a regular file, or empty.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecordingUnreadable(str(path), "was not found") from error
    except OSError as error:
        raise RecordingUnreadable(str(path), f"cannot be read ({error.strerror})") from error
    if stat.S_ISDIR(found.st_mode):
        raise RecordingUnreadable(str(path), "is a folder, not a recording")
    if not stat.S_ISREG(found.st_mode):
        raise RecordingUnreadable(str(path), "is not a regular file")
    if found.st_size == 0:
        raise RecordingUnreadable(str(path), "is empty (0 bytes)")
    return found.st_size


def open_recording(path: Path) -> av.container.InputContainer:
    """Open *path* for reading.

    Raises:
        RecordingUnreadable: if it cannot be opened as sound.
    """
    # An absolute path, so that a name such as "data:x.mp3" is not taken for a protocol.
    try:
        opened: av.container.InputContainer = av.open(
            str(path.absolute()), options=_OPTIONS, **_TEXT
        )
    except (av.InvalidDataError, av.EOFError, av.ArgumentError) as error:
        raise RecordingUnreadable(str(path), _why_not_opened(path)) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = f"cannot be opened ({getattr(error, 'strerror', None) or error})"
        raise RecordingUnreadable(str(path), reason) from error
    return opened


def packets_of(container: av.container.InputContainer, stream: Any) -> Iterator[Any]:
    """Yield every packet of *stream* from where the file stands, then an empty one.

    PyAV raises IndexError for a packet of a stream that was not there when the file was opened, as
    a damaged transport stream may have. It has read that packet by then, and goes on with the next.

    Raises:
        av.FFmpegError: if the file cannot be read to its end.
    """
    while True:
        with suppress(IndexError):
            yield from container.demux(stream)
            return


def kind_of_sound(container: av.container.InputContainer, stream: int) -> str:
    """Return FFmpeg's name and tag of a stream's codec, for one that it has no decoder of.

    Only its description of the whole file holds them, which it gives as log messages.
    """
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        described = container.dumps_format()  # type: ignore[attr-defined]
    finally:
        av.logging.set_level(level)
    found = re.search(rf"Stream #0:{stream}\b[^\n]*?Audio: ([^,\n]*)", described)
    return plain(found[1]) if found else "an unknown kind"


def _why_not_opened(path: Path) -> str:
    if mp4.is_cut_short(path):
        return (
            "is an MP4 file that is cut short: the list of its contents is missing, as when "
            "recording or copying was interrupted"
        )
    return "cannot be opened as sound: it is damaged, cut short, or not a recording"
