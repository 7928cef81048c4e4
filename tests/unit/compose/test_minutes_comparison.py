# SPDX-License-Identifier: AGPL-3.0-or-later
"""Minutes beside the declarant's words and the recording."""

from __future__ import annotations

import pytest
from attrs import evolve
from support_parts import lines_of, targets_of, text_of

from evidencekit.compose.minutes import minutes_part
from evidencekit.compose.plan import Spoken
from evidencekit.compose.statement import statement_paragraphs, statement_part
from evidencekit.court.profiles import choose_profile
from evidencekit.model.bundle import Item, ItemKind, Numbering, SectionHead, lay_out
from evidencekit.model.material import Minuted
from evidencekit.model.matter import Comparison, Disputed, OtherRecordings
from evidencekit.model.timecode import Span


def with_disputed(material, **changes):
    first = evolve(material.matter.disputed[0], **changes)
    return evolve(material, matter=evolve(material.matter, disputed=(first,)))


def spoken(part):
    return [line for block in part.blocks if isinstance(block, Spoken) for line in block.lines]


def test_without_a_disputed_passage_there_is_no_part(bare_material):
    assert minutes_part(bare_material, None, None) is None


def test_minuted_and_my_words_stand_side_by_side(material):
    lines = lines_of(minutes_part(material, None, None))
    assert "As minuted | In the words of Amara Dean" in lines
    assert (
        "Ms Dean said at the visit on 11 March that she had cancelled the nursery appointment. | "
        "I did not say that. I said I had rung to move it."
    ) in lines


def test_the_recording_at_those_times_is_every_cue_that_touches_them(material):
    lines = spoken(minutes_part(material, None, None))
    assert [(line.number, line.speaker, line.mark) for line in lines] == [
        (1, "Joanna Hale", "[begins before the passage]"),
        (2, "Amara Dean", ""),
        (3, "Joanna Hale", ""),
    ]
    assert lines[0].text[0].text.endswith("So you did ring")


def test_a_cue_that_only_touches_the_edge_is_not_of_the_passage(material):
    span = Span(start_ms=13_100, end_ms=19_000)
    changed = with_disputed(material, compare=Comparison(recording="visit", span=span))
    (line,) = spoken(minutes_part(changed, None, None))
    assert line.time == "0:13.1"


def test_the_clip_that_holds_the_passage_is_named_and_linked(material):
    part = minutes_part(material, None, None)
    assert "Clip 2 (?) holds all of this passage." in text_of(part)
    assert {"clip:2", "part:recordings", "document:minutes"} <= targets_of(part)


def test_a_clip_that_holds_a_part_of_the_passage_is_said_to_hold_some(material):
    span = Span(start_ms=60_000, end_ms=65_000)
    changed = with_disputed(material, compare=Comparison(recording="visit", span=span))
    assert "Clip 2 (?) holds some of this passage." in text_of(minutes_part(changed, None, None))


def test_words_in_the_place_of_a_recording_are_printed_as_told(material):
    assert "The recording: no recording relied on." in text_of(minutes_part(material, None, None))


def test_where_nothing_is_compared_the_other_recordings_held_are_pointed_to(material):
    part = minutes_part(material, None, None)
    assert lines_of(part)[-1] == (
        "The recording: no recording relied on. Other recordings held and not used are listed at ?."
    )
    none = evolve(material.matter, other_recordings=OtherRecordings(are_there_any="no"))
    alone = minutes_part(evolve(material, matter=none), None, None)
    assert lines_of(alone)[-1] == "The recording: no recording relied on."


def test_what_nobody_said_is_not_stated(material):
    changed = with_disputed(material, my_words=None, compare=None, page=None)
    lines = lines_of(minutes_part(changed, None, None))
    assert lines[-1].startswith("The recording: not stated.")
    assert any(line.endswith("| not stated") for line in lines)


def test_a_passage_without_transcript_says_so(material):
    span = Span(start_ms=5_000, end_ms=6_000)
    changed = with_disputed(material, compare=Comparison(recording="voicemail", span=span))
    text = text_of(minutes_part(changed, None, None))
    assert "No transcript of this passage is supplied." in text


def test_times_without_words_say_so(material):
    span = Span(start_ms=100_000, end_ms=101_000)
    changed = with_disputed(material, compare=Comparison(recording="visit", span=span))
    text = text_of(minutes_part(changed, None, None))
    assert "The transcript has no words at these times." in text


def layout_with_minutes(pages):
    item = Item(id="document:minutes", title="Minutes", kind=ItemKind.DOCUMENT, section="E")
    return lay_out(
        [SectionHead(letter="E", title="Minutes")], [(item, pages)], numbering=Numbering.BATES
    )


def test_the_page_of_the_document_is_given_by_its_own_label(material):
    lines = lines_of(minutes_part(material, None, layout_with_minutes(5)))
    assert "See E2." in lines
    assert "See E3." in lines


def test_a_page_that_the_document_does_not_have_gets_the_documents_labels(material):
    lines = lines_of(minutes_part(material, None, layout_with_minutes(2)))
    assert "See E1-E2." in lines


def test_the_page_takes_no_side(material):
    text = text_of(minutes_part(material, None, None)).lower()
    assert not {"wrong", "false", "lie", "untrue", "inaccurate"} & set(text.split())


def test_a_disputed_document_that_the_bundle_lacks_is_named_by_its_id(material):
    gone = Disputed(document="gone", minuted="x")
    changed = evolve(material, matter=evolve(material.matter, disputed=(gone,)))
    assert "1. gone" in lines_of(minutes_part(changed, None, None))


def test_line_breaks_inside_a_cue_are_not_words(material):
    read = material.recordings[0]
    cue = evolve(read.transcript.cues[5], text="So you did ring\n  them")
    read = evolve(read, transcript=evolve(read.transcript, cues=(cue,)))
    (line,) = spoken(minutes_part(evolve(material, recordings=(read,)), None, None))
    assert line.text[0].text == "So you did ring them"


def seen_as(material, minuted, **changes):
    return text_of(
        minutes_part(evolve(with_disputed(material, **changes), minuted=(minuted,)), None, None)
    )


def test_words_that_were_seen_are_set_out_as_the_document_has_them(material):
    text = seen_as(material, Minuted.FOUND)
    assert "Each passage below is set out as the document has it, beside" in text
    assert "typed" not in text


@pytest.mark.parametrize(
    ("minuted", "said"),
    [
        (Minuted.NOT_FOUND, "these words were not found on that page."),
        (Minuted.NO_TEXT, "not compared: the page has no text."),
        (Minuted.NOT_COMPARED, "not compared with the document."),
    ],
)
def test_words_that_were_not_seen_are_said_to_be_as_somebody_typed_them(material, minuted, said):
    text = seen_as(material, minuted)
    assert "as the document has it" not in text
    assert f"As typed by whoever made the matter; {said}" in text
    assert "As minuted" not in text


def test_without_a_page_the_words_were_looked_for_in_the_whole_document(material):
    text = seen_as(material, Minuted.NOT_FOUND, page=None)
    assert "these words were not found in that document." in text


def test_the_statement_does_not_say_that_a_document_has_words_that_were_not_found(material):
    changed = evolve(material, minuted=(Minuted.NOT_FOUND, Minuted.FOUND))
    part = statement_part(changed, choose_profile(changed.matter.case), None)
    text = "\n".join(each for _, each in statement_paragraphs(part))
    assert "page 2, is here quoted as typed for me: " in text
    assert "These words were not found in its text. I say:" in text
    assert "page 3, has this passage: " in text
