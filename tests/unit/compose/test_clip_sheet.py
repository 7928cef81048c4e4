# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sheet for each clip."""

from __future__ import annotations

import pytest
from attrs import evolve
from support_parts import lines_of, text_of

from evidencekit.compose.clips import clip_parts, how_to_listen
from evidencekit.compose.plan import Figure, Run, Spoken, Style
from evidencekit.model.clip import TimeShift
from evidencekit.model.recording import Clip, TranscriptSource
from evidencekit.model.timecode import SampleRange
from evidencekit.model.transcript import Edge


def sheet(material, number=1):
    return clip_parts(material, None, None)[number - 1]


def with_clip(material, **changes):
    read = material.recordings[0]
    clip = evolve(read.clips[0], **changes)
    return evolve(material, recordings=(evolve(read, clips=(clip,)),))


def with_line(material, **changes):
    excerpt = material.recordings[0].clips[0].excerpt
    line = evolve(excerpt.lines[0], **changes)
    return with_clip(material, excerpt=evolve(excerpt, lines=(line,)))


def spoken(part):
    return next(block for block in part.blocks if isinstance(block, Spoken)).lines


def test_there_is_one_sheet_a_clip_in_printed_order(material):
    assert [(part.item, part.title) for part in clip_parts(material, None, None)] == [
        ("clip:1", "Clip 1: The refusal is explained"),
        ("clip:2", "Clip 2: The nursery appointment"),
        ("clip:3", "Clip 3: The appointment is confirmed"),
    ]


def test_requested_and_actual_times_are_both_printed(material):
    lines = lines_of(sheet(material))
    assert "Asked for | 0:12.400 to 0:31.900 | T" in lines
    assert (
        "Cut | 0:12.400 to 0:31.900 (19.500 s), mono, 16 bits: sample 546,840 to sample 1,406,789, "
        "both included, counted from 0; 859,950 samples at 44,100 a second | M"
    ) in lines


def test_a_clip_of_one_sample_is_said_in_the_singular(material):
    clip = material.recordings[0].clips[0]
    material = with_clip(material, file=evolve(clip.file, samples=SampleRange(0, 1)))
    assert "sample 0 to sample 0, both included, counted from 0; 1 sample at" in text_of(
        sheet(material)
    )


def test_a_clip_by_quote_says_which_words_and_what_was_added(material):
    told = Clip(title="x", quote="the policy", before_ms=3_000, after_ms=500)
    lines = lines_of(sheet(with_clip(material, clip=told)))
    assert (
        "Asked for | the words “the policy”, with 3.000 s before their lines and 0.500 s after | T"
    ) in lines
    assert "Asked for | in the transcript: 0:12.400 to 0:31.900 | F" in lines


def test_lines_are_numbered_and_cut_cues_marked_in_words(material):
    assert [(line.number, line.speaker, line.mark) for line in spoken(sheet(material))] == [
        (1, "Joanna Hale", "[begins before the clip]"),
        (2, "Joanna Hale", ""),
        (3, "Amara Dean", ""),
        (4, "Joanna Hale", "[goes on after the clip]"),
        (None, "Amara Dean", "[after the clip]"),
    ]


def test_a_cue_longer_than_the_clip_is_marked_at_both_ends(material):
    (line,) = spoken(sheet(with_line(material, edge=Edge.CUT_AT_BOTH)))
    assert line.mark == "[begins before the clip and goes on after it]"


def test_a_label_that_is_not_mapped_is_printed_as_it_stands(material):
    assert spoken(sheet(material, 2))[-1].speaker == "Man"


def test_a_line_without_a_speaker_names_nobody(material):
    (line,) = spoken(sheet(with_line(material, speaker=None, person=None)))
    assert line.speaker == ""


def test_words_known_to_lie_outside_are_grey(material):
    changed = with_line(material, text="inside", outside_before="before", outside_after="after")
    (line,) = spoken(sheet(changed))
    assert line.text == (
        Run(text="before ", style=Style.GREY),
        Run(text="inside"),
        Run(text=" after", style=Style.GREY),
    )


def test_the_mapping_of_speakers_is_shown(material):
    assert "“JH” is printed as Joanna Hale" in text_of(sheet(material))


def test_a_trimmed_excerpt_says_that_the_audio_holds_more(material):
    said = "The audio of this clip holds more words than the numbered lines."
    assert said in text_of(sheet(material, 2))
    assert said not in text_of(sheet(material, 1))


def test_the_transcript_is_called_an_aid_and_its_makers_are_named(material):
    assert (
        "The recording is the evidence; the transcript is an aid made by Whisper large-v3 and "
        "corrected by Amara Dean."
    ) in text_of(sheet(material))


def test_makers_that_nobody_named_are_not_stated(material):
    read = material.recordings[0]
    recording = evolve(read.recording, transcript=TranscriptSource(file="a.vtt"))
    changed = evolve(material, recordings=(evolve(read, recording=recording),))
    assert "the transcript is an aid. Who made it: not stated." in text_of(sheet(changed))


def test_a_clip_without_a_transcript_says_so(material):
    assert "No transcript of this clip is supplied." in text_of(sheet(material, 3))


def test_a_passage_without_words_says_so(material):
    excerpt = material.recordings[0].clips[0].excerpt
    changed = with_clip(material, excerpt=evolve(excerpt, lines=excerpt.lines[-1:]))
    assert "The transcript has no words in this clip." in text_of(sheet(changed))


def test_how_to_listen_names_file_and_place(material):
    read = material.recordings[0]
    assert how_to_listen(read, read.clips[0]) == (
        "Open “Clip 1 - Home visit 0m12.400s to 0m31.900s.wav” in the folder clips, or R1 "
        "(visit.m4a) at 0:12.4. Nothing plays from this page."
    )


def test_a_recording_that_is_withheld_is_not_offered_for_listening(material):
    read = material.recordings[0]
    held = evolve(read, recording=evolve(read.recording, whole_recording="withheld: a third party"))
    assert "visit.m4a" not in how_to_listen(held, read.clips[0])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("served", "in the folder clips, or R1 (visit.m4a) at 0:12.4. Nothing plays"),
        ("on request", "at 0:12.4; it can be had on request. Nothing plays"),
        (None, "at 0:12.4; where it can be had is not stated. Nothing plays"),
    ],
)
def test_who_is_sent_to_the_whole_recording_is_told_whether_it_can_be_had(material, told, said):
    read = material.recordings[0]
    held = evolve(read, recording=evolve(read.recording, whole_recording=told))
    assert said in how_to_listen(held, read.clips[0])


def test_the_waveform_says_in_words_what_it_shows(material):
    figure, _ = [block for block in sheet(material).blocks if isinstance(block, Figure)]
    assert figure.alt == (
        "Waveform of R1, Home visit from end to end, 2:22.000 long. Clip 1 is shaded, from "
        "0:12.400 to 0:31.900."
    )
    assert ">Clip 1</text>" in figure.svg
    assert ">2</text>" in figure.svg


def test_the_clip_alone_is_drawn_with_its_lines_and_says_what_is_under_it(material):
    _, figure = [block for block in sheet(material).blocks if isinstance(block, Figure)]
    assert figure.alt == (
        "Waveform of clip 1 alone, from 0:12.400 to 0:31.900 of the recording. Under it stand the "
        "beginnings of 4 lines given below."
    )
    assert figure.caption == (
        "Above, R1 from end to end, this clip shaded dark; below, the clip alone. Each is scaled to its "
        "loudest moment. Lines stand by number where the transcript says they begin. Words without "
        "room are below. An arrow marks a line that began before."
    )
    assert ">2</text>" in figure.svg


def test_a_clip_without_its_peaks_has_the_one_drawing(material):
    file = evolve(material.recordings[0].clips[0].file, peaks=None)
    part = sheet(with_clip(material, file=file))
    assert len([block for block in part.blocks if isinstance(block, Figure)]) == 1


def test_the_digests_and_what_they_do_not_show_are_printed(material):
    text = text_of(sheet(material))
    file = material.recordings[0].clips[0].file
    for digest in (file.file_digest, file.samples_digest, file.source_digest):
        assert digest.value in text
    assert "They do not show who speaks, or when or where." in text


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "#panic", "关于录音", "t" * 2000])
def test_a_title_is_text_whatever_it_holds(material, title):
    clip = evolve(material.recordings[0].clips[0].clip, title=title)
    part = sheet(with_clip(material, clip=clip))
    assert part.title == f"Clip 1: {title}"
    figures = [block for block in part.blocks if isinstance(block, Figure)]
    assert len(figures) == 2
    assert all(title not in figure.svg for figure in figures)


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "mark"),
    [
        (13_000, 14_000, "[heard in the clip, not in the excerpt]"),
        (11_000, 13_000, "[begins before the clip; its end is heard, not in the excerpt]"),
        (31_000, 33_000, "[its beginning is heard, not in the excerpt; goes on after]"),
        (
            11_000,
            33_000,
            "[partly heard in the clip, not in the excerpt; begins before it and goes on after]",
        ),
        (10_000, 12_400, "[before the clip]"),
    ],
)
def test_a_line_left_out_says_how_much_of_it_is_heard(material, start_ms, end_ms, mark):
    clip = material.recordings[0].clips[0]
    context = evolve(
        clip.excerpt.lines[0],
        number=None,
        edge=Edge.BEFORE,
        start_ms=start_ms,
        end_ms=end_ms,
    )
    part = sheet(with_clip(material, excerpt=evolve(clip.excerpt, lines=(context,))))
    assert [line.mark for line in spoken(part)] == [mark]


def with_measurement(material, **changes):
    read = material.recordings[0]
    measurement = evolve(read.measurement, **changes)
    return evolve(material, recordings=(evolve(read, measurement=measurement),))


def test_where_a_player_shows_another_time_it_is_told_beside_the_exact_one(material):
    late = with_measurement(material, time_shifts=(TimeShift(first=0, shift_ms=1500),))
    assert (
        "In a player | R1 shows 0:13.900 to 0:33.400, 1.500 s later: it goes by the time stamps in "
        "the file, and the times here count the samples. | M"
    ) in lines_of(sheet(late))
    read = late.recordings[0]
    assert "or R1 (visit.m4a) at 0:13.9. " in how_to_listen(read, read.clips[0])
    assert "In a player" not in text_of(sheet(material))


def test_jumps_of_the_time_stamps_inside_a_clip_are_listed(material):
    first = 20 * 44_100
    shifts = tuple(TimeShift(first=first + each, shift_ms=each + 2000) for each in range(6))
    words = text_of(sheet(with_measurement(material, time_shifts=shifts)))
    assert "R1 shows 0:12.400 to 0:33.905. Inside the clip the time stamps jump" in words
    assert "forward by 2.000 s at 0:20.000, forward by 0.001 s at 0:20.000" in words
    assert "and 2 times more; the clip has nothing put in or taken out there." in words
    back = with_measurement(material, time_shifts=(TimeShift(first=first, shift_ms=-3000),))
    assert "jump back by 3.000 s at 0:20.000; the clip has" in text_of(sheet(back))


def test_the_chosen_track_and_channel_are_named(material):
    several = with_measurement(material, tracks=2, channels=2, track=2)
    clip = several.recordings[0].clips[0]
    chosen = with_clip(several, file=evolve(clip.file, track=2, chosen_channels=(2,)))
    assert "mono: channel 2 of 2 (right) alone of audio track 2, 16 bits" in text_of(sheet(chosen))
    read = chosen.recordings[0]
    assert "(visit.m4a, audio track 2) at 0:12.4" in how_to_listen(read, read.clips[0])
    six = with_measurement(material, channels=6)
    file = evolve(clip.file, channels=2, chosen_channels=(5, 1))
    words = text_of(sheet(with_clip(six, file=file)))
    assert "stereo: channels 5 and 1 of 6, in that order, 16 bits" in words
    file = evolve(clip.file, channels=2, chosen_channels=(2, 1))
    words = text_of(sheet(with_clip(several, file=file)))
    assert "stereo: channels 2 (right) and 1 (left) of 2, in that order of audio" in words
    whole = with_clip(several, file=evolve(clip.file, channels=2))
    assert "stereo: all channels of audio track 1, 16 bits" in text_of(sheet(whole))
