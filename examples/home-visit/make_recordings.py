# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the example's recordings and their transcripts: invented people, known words, known times.

The encoded files are committed, so this is needed only to make them again; the commands
espeak-ng and ffmpeg must be installed. Every line is spoken apart, stripped of silence at both
ends and laid at its time, so that the corrected transcripts are true to about a millisecond.
Nobody real speaks or is spoken of.

Run it from anywhere: `python examples/home-visit/make_recordings.py`.
"""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
from attrs import frozen

HERE = Path(__file__).resolve().parent
SMALLEST = HERE.parent / "smallest"
RATE = 22_050
VISIT_SECONDS = 142.0
VOICEMAIL_SECONDS = 25.0
SMALLEST_SECONDS = 40.0

AMARA, HALE, PRICE = "Amara Dean", "Joanna Hale", "Owen Price"


@frozen(kw_only=True)
class Voice:
    """How espeak-ng speaks for somebody, how near they sit, and what a program calls them."""

    name: str
    pitch: int
    speed: int
    loudness: float
    label: str


VOICES = {
    AMARA: Voice(name="en-gb+f3", pitch=58, speed=168, loudness=0.34, label="Speaker 1"),
    HALE: Voice(name="en-gb-x-rp+f5", pitch=36, speed=162, loudness=0.24, label="Speaker 2"),
    PRICE: Voice(name="en-gb-scotland+m3", pitch=30, speed=158, loudness=0.20, label="Speaker 3"),
}


@frozen
class Line:
    """What somebody says from `at` seconds on; `misheard` is what the program wrote instead, and
    `taken_for` whom it took the speaker for.
    """

    at: float
    who: str
    words: str
    misheard: str | None = None
    taken_for: str | None = None


VISIT = (
    Line(0.7, AMARA, "Hello, come in. Mind the step."),
    Line(3.2, HALE, "Thank you. This is Owen Price, our family support worker."),
    Line(7.3, PRICE, "Afternoon."),
    Line(8.2, AMARA, "Before we start. I wrote and asked if I could record."),
    Line(
        12.6,
        HALE,
        "I did get your letter. The answer is the one in the reply.",
    ),
    Line(
        16.3,
        HALE,
        "The team does not agree to visits being recorded. We feel that people speak less freely.",
    ),
    Line(
        21.8,
        AMARA,
        "I have dyslexia. I can't listen and write at the same time.",
        misheard="I have this Lexia. I can't listen and write at the same time.",
    ),
    Line(
        25.7,
        HALE,
        "I do see that. The notes can be read to you, and you may bring a friend. "
        "But that is the answer.",
    ),
    Line(32.5, AMARA, "All right. I heard you."),
    Line(
        35.0,
        HALE,
        "Then let's talk about nursery. They told us that the appointment did not go ahead.",
    ),
    Line(
        40.6,
        AMARA,
        "No. Ella was up all night with a temperature.",
        misheard="No, Ella was up all night with the temperature.",
    ),
    Line(
        44.2,
        AMARA,
        "I wasn't going to take her in like that, so I phoned them.",
    ),
    Line(48.6, HALE, "So you did ring. Was that before nine?"),
    Line(
        51.6,
        AMARA,
        "Before nine, yes. I rang to move it.",
        misheard="Before 9, yes. I rang to remove it.",
    ),
    Line(54.5, PRICE, "And who did you speak to?", taken_for=HALE),
    Line(
        56.2,
        AMARA,
        "The lady in the office. Bev, I think. That was on the Tuesday.",
        misheard="The lady in the office. Beth, I think. That was on the Tuesday.",
    ),
    Line(60.6, HALE, "Thank you. I'll make a note of that."),
    Line(63.4, AMARA, "It's just that in the letter it reads as if I don't turn up to things."),
    Line(67.35, HALE, "I can see why it came across like that. To be clear, nobody is saying"),
    Line(72.1, HALE, "that you cancelled. We only need to know what happened."),
    Line(75.9, AMARA, "Thank you. That matters to me."),
    Line(
        79.0,
        PRICE,
        "I can ring the nursery and ask for a new date. Shall I leave you a message?",
    ),
    Line(
        83.9,
        AMARA,
        "Yes please. Messages are better for me than letters. I can play them again.",
    ),
    Line(
        89.5,
        HALE,
        "There is the core group next Wednesday. The plan is for Ella to start four mornings a "
        "week, and for Owen to come on Mondays.",
        misheard="There is the call group next Wednesday. The plan is for Ella to start 4 mornings "
        "a week, and for Owen to come on Mondays.",
    ),
    Line(97.6, AMARA, "I work on Mondays. I said that last time, and I'd like"),
    Line(100.0, HALE, "We can look at the day."),
    Line(101.9, AMARA, "I'd like it written down that I said so.", taken_for=HALE),
    Line(104.9, HALE, "I'll put it in. And the mornings? How would those be?"),
    Line(
        108.9,
        AMARA,
        "Four is a lot for her straight away. Three to begin with, then we see. She's only just "
        "stopped crying when I leave.",
    ),
    Line(116.5, HALE, "That sounds reasonable. Bring it to the meeting."),
    Line(
        120.3,
        HALE,
        "I'm going to put my phone on the table, for my own notes of the last part.",
    ),
    Line(125.0, AMARA, "Is that recording?"),
    Line(126.9, HALE, "Just the actions, so that I get them right."),
    Line(130.3, PRICE, "Nursery, a message by Friday. The day of my visits. That's mine."),
    Line(135.4, AMARA, "Thank you both. Mind the step."),
    Line(137.9, HALE, "Thank you for the tea. Goodbye."),
)

VOICEMAIL = (
    Line(2.0, PRICE, "Hello Amara, it's Owen Price, from the council."),
    Line(5.4, PRICE, "I rang the nursery, as I said I would."),
    Line(
        8.2, PRICE, "They can see you and Ella on Tuesday the seventeenth, at a quarter past ten."
    ),
    Line(
        13.5,
        PRICE,
        "They have it written down that you rang on the third, and asked them for another day.",
    ),
    Line(19.9, PRICE, "See you at the core group. Bye now."),
)


def spoken(line: Line) -> np.ndarray:
    """Return the line as spoken, without silence at either end."""
    voice = VOICES[line.who]
    command = ["espeak-ng", "-v", voice.name, "-p", str(voice.pitch), "-s", str(voice.speed)]
    done = subprocess.run([*command, "--stdout", line.words], check=True, capture_output=True)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        if sound.getframerate() != RATE:
            msg = f"espeak-ng spoke at {sound.getframerate()} samples a second, not {RATE}"
            raise ValueError(msg)
        # espeak-ng cannot know the length of a stream, so the header's count is not used.
        samples = np.frombuffer(sound.readframes(1 << 24), dtype="<i2").astype(np.float64) / 32768
    heard = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[heard[0] : heard[-1] + 1]
    return samples / np.sqrt(np.mean(samples**2)) * voice.loudness * 0.25


def mixed(
    lines: tuple[Line, ...], seconds: float, *, noise: float
) -> tuple[np.ndarray, list[float]]:
    """Lay the lines over the noise of a room; return the samples and where each line ends."""
    rng = np.random.default_rng(20260311)
    total = round(seconds * RATE)
    hiss = rng.standard_normal(total)
    # A leaky sum turns white noise into the rumble of a room behind cloth.
    kernel = 0.97 ** np.arange(400)
    room = np.convolve(hiss, kernel / np.sqrt(np.sum(kernel**2)), mode="same") * noise
    ends = []
    for line in lines:
        start = round(line.at * RATE)
        sound = spoken(line)
        if start + len(sound) > total:
            msg = f"the line at {line.at} s does not end before {seconds} s"
            raise ValueError(msg)
        room[start : start + len(sound)] += sound
        ends.append((start + len(sound)) / RATE)
    return room, ends


def beep(seconds: float, pitch: float) -> np.ndarray:
    """Return the tone of an answering service."""
    count = round(seconds * RATE)
    fade = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (RATE * 0.01))
    return 0.2 * fade * np.sin(2 * np.pi * pitch * np.arange(count) / RATE)


def encode(samples: np.ndarray, path: Path, *options: str) -> None:
    """Encode the samples once with ffmpeg, by the name's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    steady = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *source, *steady, *options, str(path)],
        input=pcm,
        check=True,
    )


def clock(seconds: float, *, mark: str = ".") -> str:
    """Write a time as subtitles do."""
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{mark}{ms % 1000:03}"


def vtt(lines: tuple[Line, ...], ends: list[float], *, as_heard: bool) -> str:
    """Write the transcript: as a program would have written it, or as it was corrected."""
    blocks = ["WEBVTT"]
    if not as_heard:
        blocks.append("NOTE Corrected by ear against the recording. Made-up people.")
    for line, end in zip(lines, ends, strict=True):
        if as_heard:
            # Programs of this kind give times in steps of 20 ms, and hold a cue a little longer.
            start, until = round(line.at * 50) / 50, round((end + 0.12) * 50) / 50
            label = VOICES[line.taken_for or line.who].label
            said = line.misheard or line.words
        else:
            start, until, label, said = line.at, end, line.who, line.words
        blocks.append(f"{clock(start)} --> {clock(until)}\n<v {label}>{said}</v>")
    return "\n\n".join(blocks) + "\n"


def srt(lines: tuple[Line, ...], ends: list[float]) -> str:
    """Write a transcript in SubRip form."""
    blocks = [
        f"{number}\n{clock(line.at, mark=',')} --> {clock(end, mark=',')}\n{line.words}\n"
        for number, (line, end) in enumerate(zip(lines, ends, strict=True), start=1)
    ]
    return "\n".join(blocks)


def write(text: str, path: Path) -> None:
    """Write text with line ends that are the same everywhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def main() -> None:
    """Make everything again."""
    visit, ends = mixed(VISIT, VISIT_SECONDS, noise=0.004)
    phone = ["-c:a", "aac", "-b:a", "40k"]
    stopped = ["-metadata", "creation_time=2026-03-11T14:07:22Z"]
    encode(visit, HERE / "recordings" / "visit.m4a", *phone, *stopped)
    write(vtt(VISIT, ends, as_heard=True), HERE / "transcripts" / "visit.raw.vtt")
    write(vtt(VISIT, ends, as_heard=False), HERE / "transcripts" / "visit.corrected.vtt")

    message, ends = mixed(VOICEMAIL, VOICEMAIL_SECONDS, noise=0.002)
    for at, tone in ((0.6, beep(0.5, 1000)), (23.6, beep(0.9, 440))):
        start = round(at * RATE)
        message[start : start + len(tone)] += tone
    encode(message, HERE / "recordings" / "voicemail.mp3", "-c:a", "libmp3lame", "-b:a", "32k")
    write(srt(VOICEMAIL, ends), HERE / "transcripts" / "voicemail.srt")

    start_of_visit = visit[: round(SMALLEST_SECONDS * RATE)]
    encode(start_of_visit, SMALLEST / "recordings" / "visit.m4a", *phone)


if __name__ == "__main__":
    main()
