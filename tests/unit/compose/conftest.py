# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rich material for the pages: the home visit of the example, with nothing read from a disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evidencekit.court.profile import LayoutSection, Profile
from evidencekit.model.bundle import Numbering
from evidencekit.model.clip import ClipFile, Decoder, Fact, Measurement, Peaks
from evidencekit.model.consent import (
    Consent,
    ConsentEvent,
    ConsentStatus,
    Knew,
    UseInEvidence,
    UseStatus,
)
from evidencekit.model.custody import CustodyEntry, CustodyLog, EntryKind
from evidencekit.model.digest import Digest
from evidencekit.model.material import (
    CutClip,
    Material,
    Minuted,
    Outcome,
    ReadRecording,
    TakenDocument,
)
from evidencekit.model.matter import (
    Case,
    Comparison,
    Disputed,
    Document,
    Matter,
    OtherRecording,
    OtherRecordings,
    Permission,
    Section,
    Statement,
    Transfer,
)
from evidencekit.model.moment import Moment
from evidencekit.model.person import Person
from evidencekit.model.recording import Clip, Recording, TranscriptSource
from evidencekit.model.stated import from_file, measured, told
from evidencekit.model.timecode import SampleRange, Span
from evidencekit.model.transcript import Cue, Edge, Excerpt, ExcerptLine, Transcript

RATE = 44_100
SOFTWARE = "evidencekit 0.1.0"
DECODER = Decoder(
    name="aac",
    library="PyAV",
    library_version="16.0.1",
    ffmpeg_version="8.0.1",
    machine="x86_64",
    container="mov,mp4,m4a,3gp,3g2,mj2",
    sample_format="fltp",
)


def sha256(text: str) -> Digest:
    """Return the digest of some text, so that every file has its own."""
    return Digest("sha256", hashlib.sha256(text.encode()).hexdigest())


def peaks_of(sample_count: int, bucket_samples: int = 441) -> Peaks:
    """Return peaks that look like speech: bursts and pauses, the same on every run."""
    low, high = [], []
    for bucket in range(-(-sample_count // bucket_samples)):
        burst = (bucket // 60) % 5
        height = (0, 9000, 14000, 5000, 1200)[burst] * (3 + bucket * 7919 % 11) // 14
        high.append(min(height, 32767))
        low.append(max(-height * 4 // 5, -32768))
    pack = f"<{len(low)}h"
    return Peaks(
        bucket_samples=bucket_samples, low=struct.pack(pack, *low), high=struct.pack(pack, *high)
    )


def measurement_of(length_ms: int, *, facts: tuple[Fact, ...] = ()) -> Measurement:
    """Return what a full decode of so many milliseconds measures."""
    count = length_ms * RATE // 1000
    return Measurement(
        sample_rate=RATE,
        channels=1,
        sample_count=count,
        decoder=DECODER,
        decode_errors=0,
        peaks=peaks_of(count),
        facts=facts,
    )


def clip_file(number: int, span: Span, source: Digest) -> ClipFile:
    """Return a clip cut at the samples of its span."""
    return ClipFile(
        path=Path(f"clips/clip-{number}.wav"),
        requested=span,
        samples=SampleRange(-(-span.start_ms * RATE // 1000), -(-span.end_ms * RATE // 1000)),
        sample_rate=RATE,
        channels=1,
        bits=16,
        source_digest=source,
        samples_digest=sha256(f"samples {number}"),
        file_digest=sha256(f"clip {number}"),
        decoder=DECODER,
        way="decoded from the start",
        peaks=peaks_of((span.end_ms - span.start_ms) * RATE // 1000),
    )


def _people() -> tuple[Person, ...]:
    return (
        Person(id="amara", name="Amara Dean", role="mother", party="first respondent"),
        Person(id="hale", name="Joanna Hale", role="social worker, Norbury Council"),
        Person(id="price", name="Owen Price", role="family support worker, Norbury Council"),
        Person(id="child", name="Ella Dean", role="the child", child=True),
    )


def _visit() -> Recording:
    return Recording(
        id="visit",
        file="recordings/visit.m4a",
        title="Home visit",
        recorded_at=told(
            Moment.of(_local(2026, 3, 11, 14, 5)),
            by="amara",
            source="/recordings/visit/recorded_at",
        ),
        place=told("Ms Dean's living room", by="amara"),
        made_by=told("amara", by="amara"),
        device=told(
            "Samsung Galaxy A54, its own Voice Recorder, in my cardigan pocket", by="amara"
        ),
        reason=told("I have dyslexia. I had asked to record and was refused.", by="amara"),
        whole=told("yes", by="amara"),
        edited=told("no", by="amara"),
        copies=told("My phone, my laptop, Kemp Law's USB stick.", by="amara"),
        whole_recording="served",
        transcript=TranscriptSource(
            file="transcripts/visit.corrected.vtt",
            made_by_tool="Whisper large-v3",
            before_correction="transcripts/visit.raw.vtt",
            corrected_by="amara",
            speakers=(("Amara", "amara"), ("JH", "hale")),
        ),
        consent=(
            Consent(
                person="amara", events=(ConsentEvent(status=ConsentStatus.MADE_THE_RECORDING),)
            ),
            Consent(
                person="hale",
                events=(
                    ConsentEvent(
                        status=ConsentStatus.REFUSED,
                        on=dt.date(2026, 3, 2),
                        answered_by="Dana Reeve, team manager, for the council",
                        evidence="refusal",
                    ),
                    ConsentEvent(
                        status=ConsentStatus.NOT_ASKED,
                        on=dt.date(2026, 3, 11),
                        knew=Knew.NOT_KNOWN,
                        also_recorded=True,
                        basis="I saw her start her phone's recorder near the end",
                    ),
                ),
            ),
            Consent(person="price", events=(ConsentEvent(status=ConsentStatus.NOT_KNOWN),)),
            Consent(person="child", events=(ConsentEvent(status=ConsentStatus.MENTIONED_ONLY),)),
        ),
        use_in_evidence=(UseInEvidence(person="hale", status=UseStatus.NOT_ASKED),),
        clips=(
            Clip(title="The refusal is explained", span=Span(start_ms=12_400, end_ms=31_900)),
            Clip(
                title="The nursery appointment",
                span=Span(start_ms=47_250, end_ms=62_000),
                first_words="So you did ring",
                last_words="on the Tuesday",
            ),
        ),
    )


def _voicemail() -> Recording:
    return Recording(
        id="voicemail",
        file="recordings/voicemail.mp3",
        title="Voicemail from Mr Price",
        recorded_at="13 March 2026, in the afternoon",
        made_by="answering service",
        whole="yes",
        transcript=TranscriptSource(file="transcripts/voicemail.srt", made_by="amara"),
        consent=(
            Consent(person="price", events=(ConsentEvent(status=ConsentStatus.LEFT_THE_MESSAGE),)),
        ),
        clips=(
            Clip(title="The appointment is confirmed", span=Span(start_ms=5_000, end_ms=19_500)),
        ),
    )


def _local(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=ZoneInfo("Europe/London"))  # type: ignore[misc,arg-type]


def _matter() -> Matter:
    return Matter(
        case=Case(
            title="Re E (A Child)",
            court="Family Court at Norbury",
            number="NB26C00123",
            proceedings="children",
            hearing_on=dt.date(2026, 6, 15),
            prepared_on=dt.date(2026, 5, 29),
            permission=Permission(
                applied_on=dt.date(2026, 5, 28),
                by="application on form C2",
                result="not yet decided",
            ),
        ),
        people=_people(),
        recordings=(_visit(), _voicemail()),
        other_recordings=OtherRecordings(
            are_there_any="yes",
            listed=(
                OtherRecording(
                    what="Core group, 18 March 2026, about 50 minutes",
                    reason="not relied on; kept on my laptop",
                ),
            ),
        ),
        documents=_documents(),
        disputed=_disputed(),
        statement=Statement(
            by="amara",
            number=1,
            exhibit="AD1",
            address="known to the court",
            occupation="Care assistant",
            prepared_how="Kemp Law wrote down what I told them in person on 20 May 2026.",
            words=(
                (
                    "I pressed record before I opened the door on 11 March 2026. I did not tell Ms "
                    "Hale."
                ),
                (
                    "I listened to both recordings on 20 May 2026. I recognise the voices of Ms Hale "
                    "and Mr Price."
                ),
            ),
        ),
        custody=(
            Transfer(
                what=("visit",),
                giver="my phone",
                receiver="my laptop",
                on=dt.date(2026, 3, 11),
                how="USB cable, file copied",
                told_by="amara",
            ),
            Transfer(
                what=("visit", "voicemail"),
                giver="amara",
                receiver="Ruth Kemp, Kemp Law",
                on=dt.date(2026, 5, 20),
                how="USB stick, in person; stick kept in the firm's safe",
                told_by="amara",
            ),
        ),
        sections=(
            Section(letter="A", title="Index"),
            Section(letter="B", title="Applications and orders", contents=("application",)),
            Section(letter="C", title="Statement", contents=("statement",)),
            Section(
                letter="D",
                title="Exhibit AD1",
                contents=("recordings", "clips", "consent", "custody", "coverage"),
            ),
            Section(
                letter="E",
                title="Correspondence and minutes",
                contents=("request", "refusal", "minutes", "minutes comparison"),
            ),
        ),
    )


def _documents() -> tuple[Document, ...]:
    def document(id_: str, title: str, dated: dt.date) -> Document:
        return Document(id=id_, file=f"documents/{id_}.pdf", title=title, dated=dated)

    return (
        document("request", "Letter asking to record", dt.date(2026, 2, 25)),
        document("application", "Application for permission (C2)", dt.date(2026, 5, 28)),
        document("refusal", "Reply refusing", dt.date(2026, 3, 2)),
        document("minutes", "Minutes, core group", dt.date(2026, 3, 18)),
    )


def _disputed() -> tuple[Disputed, ...]:
    return (
        Disputed(
            document="minutes",
            page=2,
            minuted="Ms Dean said at the visit on 11 March that she had cancelled the nursery "
            "appointment.",
            my_words="I did not say that. I said I had rung to move it.",
            compare=Comparison(recording="visit", span=Span(start_ms=47_250, end_ms=62_000)),
        ),
        Disputed(
            document="minutes",
            page=3,
            minuted="All present agreed the plan.",
            my_words="I said I did not agree.",
            compare="no recording relied on",
        ),
    )


_CUES = (
    (9_000, 13_100, "JH", "Shall we sit in here? Right. So the letter you had from us"),
    (13_100, 19_000, "JH", "says that we do not agree to visits being recorded."),
    (19_000, 24_500, "Amara", "But I told you why. I cannot write it down quickly enough."),
    (24_500, 33_000, "JH", "I know, and I am sorry, it is the policy for every family."),
    (33_000, 36_000, "Amara", "Then I will ask for it in writing."),
    (46_000, 50_500, "JH", "Now, the nursery. You had it down for the Tuesday. So you did ring"),
    (50_500, 56_000, "Amara", "I rang to move it, not to cancel it. They had a place"),
    (56_000, 61_500, "JH", "on the Tuesday. Right. Nobody is saying that you cancelled."),
    (62_000, 64_000, "Man", "I can ring them."),
)


def _transcript() -> Transcript:
    cues = tuple(
        Cue(number=at, start_ms=start, end_ms=end, speaker=speaker, text=text, line=at * 3)
        for at, (start, end, speaker, text) in enumerate(_CUES, start=1)
    )
    return Transcript(
        path="transcripts/visit.corrected.vtt", format="webvtt", cues=cues, cues_seen=len(cues)
    )


def _line(number: int | None, cue: int, edge: Edge, text: str | None = None) -> ExcerptLine:
    start, end, speaker, whole = _CUES[cue - 1]
    people = {"Amara": "amara", "JH": "hale"}
    return ExcerptLine(
        number=number,
        start_ms=start,
        end_ms=end,
        text=text or whole,
        edge=edge,
        speaker=speaker,
        person=people.get(speaker),
        cue=cue,
    )


def _visit_excerpts() -> tuple[Excerpt, Excerpt]:
    path = "transcripts/visit.corrected.vtt"
    first = Excerpt(
        lines=(
            _line(1, 1, Edge.CUT_AT_START),
            _line(2, 2, Edge.INSIDE),
            _line(3, 3, Edge.INSIDE),
            _line(4, 4, Edge.CUT_AT_END),
            _line(None, 5, Edge.AFTER),
        ),
        transcript_path=path,
    )
    second = Excerpt(
        lines=(
            _line(None, 5, Edge.BEFORE),
            _line(1, 6, Edge.CUT_AT_START, "So you did ring"),
            _line(2, 7, Edge.INSIDE),
            _line(3, 8, Edge.INSIDE, "on the Tuesday."),
            _line(None, 9, Edge.AFTER),
        ),
        transcript_path=path,
        trimmed=True,
    )
    return first, second


def _read_visit(recording: Recording) -> ReadRecording:
    digest = sha256("visit.m4a")
    excerpts = _visit_excerpts()
    names = (
        "Clip 1 - Home visit 0m12.400s to 0m31.900s.wav",
        "Clip 2 - Home visit 0m47.250s to 1m02.000s.wav",
    )
    clips = tuple(
        CutClip(
            number=at + 1,
            recording="visit",
            clip=clip,
            file=clip_file(at + 1, clip.span, digest),  # type: ignore[arg-type]
            file_name=names[at],
            excerpt=excerpts[at],
            levels=(
                Fact(name="mean level", stated=measured("-23.4 dBFS", by="pydub 0.25.1")),
                Fact(name="peak level", stated=measured("-4.1 dBFS", by="pydub 0.25.1")),
            ),
        )
        for at, clip in enumerate(recording.clips)
    )
    facts = (
        Fact(
            name="creation_time",
            stated=from_file("2026-03-11T14:07:22Z", source="creation_time", by="PyAV 16.0.1"),
        ),
        Fact(name="codec", stated=from_file("AAC LC", source="stream", by="PyAV 16.0.1")),
        Fact(name="make", stated=from_file("samsung", source="com.android.manufacturer")),
        Fact(name="model", stated=from_file("SM-A546B", source="com.android.model")),
    )
    return ReadRecording(
        number=1,
        recording=recording,
        file_name="visit.m4a",
        size=1_234_567,
        digest=digest,
        measurement=measurement_of(142_000, facts=facts),
        transcript=_transcript(),
        clips=clips,
    )


def _read_voicemail(recording: Recording) -> ReadRecording:
    digest = sha256("voicemail.mp3")
    span = Span(start_ms=5_000, end_ms=19_500)
    return ReadRecording(
        number=2,
        recording=recording,
        file_name="voicemail.mp3",
        size=345_678,
        digest=digest,
        measurement=measurement_of(24_750),
        clips=(
            CutClip(
                number=3,
                recording="voicemail",
                clip=recording.clips[0],
                file=clip_file(3, span, digest),
                file_name="Clip 3 - Voicemail from Mr Price 0m05.000s to 0m19.500s.wav",
            ),
        ),
    )


def _log(recordings: tuple[ReadRecording, ...]) -> CustodyLog:
    entries: list[CustodyEntry] = []
    prev = "0" * 64
    for seq, each in enumerate(recordings, start=1):
        line = sha256(f"line {seq}").value
        entries.append(
            CustodyEntry(
                seq=seq,
                id=f"entry-{seq}",
                kind=EntryKind.INTAKE,
                prev=prev,
                recorded_at=f"2026-05-20T15:02:{10 + seq}Z",
                entered_by="Ruth Kemp",
                line_sha256=line,
                item=each.recording.id,
                name=each.file_name,
                size=each.size,
                digests=(each.digest,),
                holder="Kemp Law",
                software=SOFTWARE,
            )
        )
        prev = line
    return CustodyLog(entries=tuple(entries), head=prev)


@pytest.fixture
def profile() -> Profile:
    """The profile of children proceedings, cut down to what the pages use."""
    return Profile(
        id="ew-family-children",
        title="England and Wales, family: children",
        reviewed_on="2026-11-23",
        numbering=Numbering.BATES,
        sections=(
            LayoutSection(letter="A", title="Index", contents=()),
            LayoutSection(letter="B", title="Statement", contents=("statement",)),
            LayoutSection(
                letter="C",
                title="Recordings",
                contents=("recordings", "clips", "consent", "custody", "coverage"),
            ),
            LayoutSection(letter="D", title="Documents", contents=("documents",)),
        ),
        statement_title="Statement of {name}",
        statement_of_truth=(
            (
                "I understand that proceedings for contempt of court may be brought against anyone "
                "who makes, or causes to be made, a false statement in a document verified by a "
                "statement of truth without an honest belief in its truth."
            ),
            "I believe that the facts stated in this witness statement are true.",
        ),
        statement_source="FPR PD 17A",
        covert_source="Family Justice Council guidance, May 2025, para 1.2",
    )


@pytest.fixture
def material() -> Material:
    """The home visit: two recordings, three clips, four documents, one of them a placeholder."""
    matter = _matter()
    recordings = (
        _read_visit(matter.recordings[0]),
        _read_voicemail(matter.recordings[1]),
    )
    documents = tuple(
        TakenDocument(document=each, outcome=Outcome.INCLUDED, pages=2)
        if each.id != "refusal"
        else TakenDocument(
            document=each, outcome=Outcome.PLACEHOLDER, pages=1, reason="password-protected"
        )
        for each in matter.documents
    )
    return Material(
        matter=matter,
        recordings=recordings,
        documents=documents,
        log=_log(recordings),
        software=SOFTWARE,
        minuted=(Minuted.FOUND,) * len(matter.disputed),
    )


@pytest.fixture
def bare_material() -> Material:
    """The smallest matter: one recording, one clip, nothing else told."""
    recording = Recording(
        id="visit",
        file="recordings/visit.m4a",
        made_by="amara",
        clips=(Clip(title="The refusal", span=Span(start_ms=12_400, end_ms=31_900)),),
    )
    matter = Matter(
        case=Case(title="Re E (A Child)"),
        people=(Person(id="amara", name="Amara Dean"),),
        recordings=(recording,),
    )
    digest = sha256("visit.m4a")
    read = ReadRecording(
        number=1,
        recording=recording,
        file_name="visit.m4a",
        size=1_234_567,
        digest=digest,
        measurement=measurement_of(60_000),
        clips=(
            CutClip(
                number=1,
                recording="visit",
                clip=recording.clips[0],
                file=clip_file(1, Span(start_ms=12_400, end_ms=31_900), digest),
                file_name="Clip 1 - visit 0m12.400s to 0m31.900s.wav",
            ),
        ),
    )
    return Material(matter=matter, recordings=(read,), log=_log((read,)), software=SOFTWARE)
