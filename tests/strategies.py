# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hypothesis strategies for the values of the model."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from evidencekit.matterfile.moments import moment_in
from evidencekit.model.consent import (
    Consent,
    ConsentEvent,
    ConsentStatus,
    Knew,
    UseInEvidence,
    UseStatus,
)
from evidencekit.model.matter import (
    GENERATED_PARTS,
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
from evidencekit.model.person import Person
from evidencekit.model.recording import Clip, Recording, TranscriptSource
from evidencekit.model.stated import told
from evidencekit.model.timecode import Span

LONDON = ZoneInfo("Europe/London")

#: Ids that no key of a matter file is called.
ids = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True).map(lambda each: f"x{each}")
#: One line of anything printable, in any script, without control characters.
lines = (
    st.text(
        st.characters(
            exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"), exclude_characters="\ufffe\uffff"
        ),
        min_size=1,
        max_size=30,
    )
    .filter(lambda each: each.strip(" "))
    .filter(lambda each: not each[:4].isdigit())
)
texts = st.lists(lines, min_size=1, max_size=3).map("\n".join)
answers = st.builds(
    lambda answer, why: f"{answer}: {why}" if why else answer,
    st.sampled_from(("yes", "no", "not stated")),
    st.none() | lines,
)
paths = st.lists(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,10}[A-Za-z0-9]", fullmatch=True),
    min_size=1,
    max_size=3,
).map("/".join)
spans = st.builds(
    lambda start, length: Span(start_ms=start, end_ms=start + length),
    st.integers(0, 3_000_000_000),
    st.integers(1, 500_000_000),
)


def optional(strategy):
    """Return what *strategy* gives, or None."""
    return st.none() | strategy


def _clear(text):
    try:
        moment_in(text, LONDON)
    except ValueError:
        return False
    return True


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_times = st.integers(-2_200_000_000, 7_200_000_000).map(
    lambda seconds: (EPOCH + dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
)
moments = (
    (_times.map(lambda each: each[:10]) | _times | _times.map(lambda each: f"{each}Z") | lines)
    .filter(_clear)
    .map(lambda each: moment_in(each, LONDON))
)


def events(documents):
    """Return a strategy of consent events that point to *documents*."""
    return st.builds(
        ConsentEvent,
        status=st.sampled_from(ConsentStatus),
        on=optional(moments),
        how=optional(texts),
        answered_by=optional(lines),
        answered_for=optional(lines),
        knew=optional(st.sampled_from(Knew)),
        terms=optional(texts),
        evidence=optional(st.sampled_from(documents)) if documents else st.none(),
        basis=optional(texts),
        at=optional(st.just("0:41")),
        then=optional(st.sampled_from(("stopped", "went on"))),
        parent_said=optional(texts),
        service=optional(lines),
        also_recorded=optional(st.booleans()),
    )


clips = st.builds(
    lambda title, place, words: Clip(title=title, **place, **words),
    lines,
    st.builds(lambda span: {"span": span}, spans)
    | st.builds(
        lambda quote, before, after: {"quote": quote, "before_ms": before, "after_ms": after},
        texts,
        st.integers(0, 100_000),
        st.integers(0, 100_000),
    ),
    st.fixed_dictionaries({}, optional={"first_words": texts, "last_words": texts}),
)


@st.composite
def recordings(draw, name, file, people, documents, declarant):
    """Draw a recording as a matter file's loader makes it: told by the declarant, with pointers."""

    def fact(key, strategy):
        value = draw(optional(strategy))
        source = f"/recordings/{name}/{key}"
        return None if value is None else told(value, by=declarant, source=source)

    heard = draw(st.lists(st.sampled_from(people), unique=True)) if people else []
    asked = draw(st.lists(st.sampled_from(people), unique=True)) if people else []
    transcript = st.builds(
        TranscriptSource,
        file=st.just(f"{file}.vtt"),
        made_by=optional(lines.filter(lambda each: not each.islower())),
        made_by_tool=optional(lines),
        before_correction=optional(st.just(f"{file}.raw.vtt")),
        corrected_by=optional(lines.filter(lambda each: not each.islower())),
        language=optional(st.sampled_from(("en", "cy-GB"))),
        encoding=optional(st.sampled_from(("cp1252", "utf-16-le"))),
        speakers=st.just(tuple((f"Speaker {n}", each) for n, each in enumerate(heard))),
    )
    passages = tuple(draw(st.lists(clips, max_size=3)))
    # Words can be looked for only where there is a transcript.
    needed = any(each.quote or each.first_words or each.last_words for each in passages)
    return Recording(
        id=name,
        file=file,
        track=draw(optional(st.integers(1, 9))),
        channel=draw(st.lists(st.integers(1, 9), max_size=3, unique=True)),
        title=draw(optional(lines)),
        recorded_at=fact("recorded_at", moments),
        place=fact("place", texts),
        made_by=fact("made_by", st.sampled_from((*people, "Answering service"))),
        device=fact("device", texts),
        reason=fact("reason", texts),
        whole=fact("whole", answers),
        edited=fact("edited", answers),
        copies=fact("copies", texts),
        whole_recording=draw(optional(st.sampled_from(("served", "withheld: it is private")))),
        transcript=draw(transcript if needed else optional(transcript)),
        consent=tuple(
            Consent(
                person=each, events=tuple(draw(st.lists(events(documents), min_size=1, max_size=3)))
            )
            for each in heard
        ),
        use_in_evidence=tuple(
            UseInEvidence(
                person=each, status=draw(st.sampled_from(UseStatus)), on=draw(optional(moments))
            )
            for each in asked
        ),
        clips=passages,
    )


cases = st.builds(
    Case,
    title=lines,
    court=optional(lines),
    number=optional(lines),
    proceedings=optional(lines),
    profile=optional(lines),
    hearing_on=optional(moments),
    prepared_on=optional(moments),
    prepared_by=optional(lines),
    whose=optional(lines),
    agreed=optional(st.booleans()),
    permission=optional(
        st.builds(
            Permission,
            applied_on=optional(moments),
            by=optional(texts),
            result=optional(texts),
            decided_on=optional(moments),
            order=optional(st.just("Order of 1 June")),
        )
    ),
)


@st.composite
def disputes(draw, documents, recording_ids):
    """Draw a disputed passage."""
    compare = texts
    if recording_ids:
        compare |= st.builds(Comparison, recording=st.sampled_from(recording_ids), span=spans)
    return Disputed(
        document=draw(st.sampled_from(documents)),
        minuted=draw(texts),
        my_words=draw(optional(texts)),
        page=draw(optional(st.integers(1, 5000))),
        compare=draw(optional(compare)),
    )


def _sections(draw, documents):
    """Draw sections that hold every document and every part exactly once, or none."""
    if draw(st.booleans()):
        return ()
    items = draw(st.permutations((*documents, *GENERATED_PARTS)))
    cut = draw(st.integers(0, len(items)))
    return (
        Section(letter="A", title=draw(lines)),
        Section(letter="B", title=draw(lines), contents=tuple(items[:cut])),
        Section(letter="C", title=draw(lines), contents=tuple(items[cut:])),
    )


@st.composite
def matters(draw):
    """Draw a matter that a matter file can say."""
    people = draw(st.lists(ids, unique=True, max_size=4))
    documents = draw(st.lists(ids, unique=True, max_size=3))
    hidden = documents[: draw(st.integers(min_value=0, max_value=len(documents)))]
    shown = [each for each in documents if each not in hidden]
    names = draw(st.lists(ids, unique=True, max_size=3))
    files = draw(
        st.lists(
            paths,
            unique_by=lambda each: each.casefold(),
            min_size=len(documents) + len(names),
            max_size=len(documents) + len(names),
        )
    )
    declarant = draw(optional(st.sampled_from(people))) if people else None
    statement = declarant and draw(
        st.builds(
            Statement,
            by=st.just(declarant),
            number=st.integers(1, 99),
            exhibit=optional(st.just("AD1")),
            address=optional(texts),
            occupation=optional(lines),
            prepared_how=optional(texts),
            words=st.lists(texts, max_size=3).map(tuple),
            signed=optional(st.just("signed by hand.pdf")),
        )
    )
    transfers = st.builds(
        Transfer,
        what=st.lists(st.sampled_from(names), min_size=1, max_size=2).map(tuple)
        if names
        else st.nothing(),
        giver=optional(st.just("My phone")),
        receiver=optional(st.sampled_from(("My laptop", *people))),
        on=optional(moments),
        how=optional(texts),
        told_by=optional(st.sampled_from(("Ruth Kemp", *people))),
    )
    return Matter(
        case=draw(cases),
        timezone="Europe/London",
        language=draw(st.sampled_from(("en-GB", "cy"))),
        people=tuple(
            Person(
                id=each,
                name=draw(lines),
                role=draw(optional(lines)),
                party=draw(optional(lines)),
            )
            for each in people
        ),
        recordings=tuple(
            draw(recordings(name, files[index], people, shown, declarant))
            for index, name in enumerate(names)
        ),
        other_recordings=draw(
            optional(
                st.builds(
                    OtherRecordings,
                    are_there_any=optional(answers),
                    listed=st.lists(
                        st.builds(OtherRecording, what=texts, reason=optional(texts)), max_size=2
                    ).map(tuple),
                )
            )
        ),
        documents=tuple(
            Document(
                id=each,
                file=files[len(names) + index],
                title=draw(lines),
                dated=draw(optional(moments)),
                withheld=draw(texts) if each in hidden else None,
            )
            for index, each in enumerate(documents)
        ),
        disputed=tuple(draw(st.lists(disputes(shown, names), max_size=2))) if shown else (),
        statement=statement or None,
        custody=tuple(draw(st.lists(transfers, max_size=2))) if names else (),
        sections=_sections(draw, documents),
        anonymise=(
            *((each, draw(lines)) for each in people if draw(st.booleans())),
            *draw(st.dictionaries(lines.map(lambda each: f"{each}."), lines, max_size=2)).items(),
        ),
    )
