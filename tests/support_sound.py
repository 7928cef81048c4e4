# SPDX-License-Identifier: AGPL-3.0-or-later
"""Synthetic recordings, the ffmpeg command as an oracle, and the corpus, for the tests of sound."""

from __future__ import annotations

import shutil
import struct
import subprocess
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from evidencekit.media.form import integer_blocks
from evidencekit.media.source import SoundReader

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpora" / "media"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of odd files is absent")
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="the ffmpeg command is not installed"
)


def sound(seconds: float, *, rate: int = 8000, channels: int = 1, seed: int = 7) -> np.ndarray:
    """Make a sound of tones and noise as 16-bit samples, shape (samples, channels)."""
    chance = np.random.default_rng(seed)
    count = round(seconds * rate)
    time = np.arange(count)[:, None] / rate
    tones = 0.3 * np.sin(2 * np.pi * (220 + 110 * np.arange(channels)) * time)
    noise = 0.05 * chance.standard_normal((count, channels))
    return np.clip(np.rint((tones + noise) * 32768), -32768, 32767).astype(np.int16)


def write_wav(path: Path, samples: np.ndarray, rate: int = 8000) -> Path:
    """Write 16-bit samples with the standard library."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def write_raw_wav(
    path: Path, data: bytes, *, tag: int, bits: int, channels: int = 1, rate: int = 8000
) -> Path:
    """Write a WAV file of any kind: *tag* 1 is whole numbers, 3 fractions, others are odd."""
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(data))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data)
    return path


def encode(
    path: Path,
    *tracks: np.ndarray,
    rate: int = 8000,
    codec: str = "aac",
    container: str | None = None,
    options: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    bit_rate: int | None = None,
) -> Path:
    """Encode one or more tracks of 16-bit samples into *path*."""
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        out.metadata.update(tags or {})
        streams = []
        for samples in tracks:
            layout = {1: "mono", 2: "stereo"}[samples.shape[1]]
            made = out.add_stream(codec, rate=rate, layout=layout, options=codec_options or {})
            if bit_rate:
                made.bit_rate = bit_rate
            streams.append((made, samples, layout))
        for stream, samples, layout in streams:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout=layout
            )
            frame.sample_rate = rate
            frame.time_base = Fraction(1, rate)
            frame.pts = 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def decode(path: Path) -> np.ndarray:
    """Return our own full decode of a file, as integers."""
    with SoundReader(path) as reader:
        return np.concatenate([integers for _, _, integers in integer_blocks(reader)])


def ffmpeg_decode(path: Path, channels: int) -> np.ndarray:
    """Return the ffmpeg command's full decode of a file, in 16 bits."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<i2").reshape(-1, channels)


def read_wav(path: Path) -> np.ndarray:
    """Return the samples of a 16-bit WAV file, read by the standard library."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, "<i2").reshape(-1, file.getnchannels())


def left_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder, hidden files too."""
    return sorted(each.name for each in folder.iterdir())
