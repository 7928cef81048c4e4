# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes one conversation in every transcript format, as the programs that own the format do.

The writers share nothing with the readers, so that a reader's mistake cannot hide in its writer.
Each returns the file's bytes.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from typing import NamedTuple


class Said(NamedTuple):
    """One sentence of one speaker; each word with its start and end in milliseconds."""

    speaker: str
    words: tuple[tuple[str, int, int], ...]

    @property
    def start(self) -> int:
        return self.words[0][1]

    @property
    def end(self) -> int:
        return self.words[-1][2]

    @property
    def text(self) -> str:
        return " ".join(word for word, _, _ in self.words)


def _said(speaker: str, start: int, text: str, step: int = 310) -> Said:
    words = text.split()
    return Said(
        speaker,
        tuple(
            (word, start + at * step, start + at * step + step - 30)
            for at, word in enumerate(words)
        ),
    )


#: Every sentence starts on a whole second, because some formats know no other times.
CONVERSATION = (
    _said("Amara Dean", 1000, "I rang to move it, on the Tuesday."),
    _said("Joanna Hale", 5000, "So you did ring the nursery & paid £13.60?"),
    _said("Amara Dean", 9000, "Yes, and nobody's saying that I cancelled."),
    _said("Owen Price", 12_000, 'Łukasz wrote "moved to 2014" in the book.'),
    _said("Owen Price", 16_000, "I could not say, I was not there."),
    _said("Joanna Hale", 3_725_000, "Thank you, that is what the minutes say."),
)
#: What programs that know no names call them.
NUMBERS = {"Amara Dean": 0, "Joanna Hale": 1, "Owen Price": 2}


def _clock(ms: int, mark: str = ".", hours: str = "02") -> str:
    return (
        f"{ms // 3_600_000:{hours}}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"
    )


def _short(ms: int) -> str:
    hours, rest = divmod(ms // 1000, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _seconds(ms: int) -> float:
    return ms / 1000


def _dump(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def vtt(said=CONVERSATION) -> bytes:
    blocks = [
        f"{_clock(s.start)} --> {_clock(s.end)}\n<v {s.speaker}>{html.escape(s.text, quote=False)}</v>"
        for s in said
    ]
    return "\n\n".join(["WEBVTT", *blocks, ""]).encode()


def teams_vtt(said=CONVERSATION) -> bytes:
    blocks = [
        f"c8f2a3de-0b7c-4a64-9d4e-5e0e7e2c6f11/{n}-0\n{_clock(s.start)} --> {_clock(s.end)}\n"
        f"<v {s.speaker}>{html.escape(s.text, quote=False)}</v>"
        for n, s in enumerate(said, start=9)
    ]
    return "\r\n\r\n".join(["\ufeffWEBVTT", *blocks, ""]).replace("\n", "\r\n").encode()


def graph_vtt(said=CONVERSATION) -> bytes:
    def time(ms):
        return f"{ms // 3_600_000}:{ms // 60_000 % 60}:{ms // 1000 % 60}.{ms % 1000}"

    blocks = [
        f"{time(s.start)} --> {time(s.end)}\n<v {s.speaker}>{html.escape(s.text, quote=False)}</v>"
        for s in said
    ]
    return "\n\n".join(["WEBVTT", *blocks]).encode()


def teams_text(said=CONVERSATION) -> bytes:
    def time(ms):
        return f"{ms // 3_600_000}:{ms // 60_000 % 60}:{ms // 1000 % 60}.{ms % 1000}"

    return "\n".join(
        f"{time(s.start)} --> {time(s.end)}\n{s.speaker}\n{s.text}" for s in said
    ).encode()


def teams_metadata(said=CONVERSATION) -> bytes:
    blocks = [
        f"{_clock(s.start)} --> {_clock(s.end)}\n"
        + json.dumps(
            {
                "startDateTime": "2026-03-11T14:05:01+00:00",
                "speakerName": s.speaker,
                "spokenText": s.text,
                "spokenLanguage": "en-gb",
            },
            ensure_ascii=False,
        )
        for s in said
    ]
    return "\n\n".join(["WEBVTT", *blocks, ""]).encode()


def zoom_vtt(said=CONVERSATION) -> bytes:
    blocks = [
        f"{n}\n{_clock(s.start)} --> {_clock(s.end)}\n{s.speaker}: {s.text.replace('&', '&amp;')}"
        for n, s in enumerate(said, start=1)
    ]
    return "\r\n\r\n".join(["WEBVTT", *blocks, ""]).replace("\n", "\r\n").encode()


def word_timed_vtt(said=CONVERSATION) -> bytes:
    blocks = [
        f"{_clock(s.start)} --> {_clock(s.end)}\n<v {s.speaker}>"
        + " ".join(
            f"{html.escape(word, quote=False)}"
            if at == 0
            else f"<{_clock(start)}>{html.escape(word, quote=False)}"
            for at, (word, start, _) in enumerate(s.words)
        )
        for s in said
    ]
    return "\n\n".join(["WEBVTT", *blocks, ""]).encode()


def srt(said=CONVERSATION) -> bytes:
    return "\n\n".join(
        f"{n}\n{_clock(s.start, ',')} --> {_clock(s.end, ',')}\n{s.speaker}: {s.text}"
        for n, s in enumerate(said, start=1)
    ).encode()


def sbv(said=CONVERSATION) -> bytes:
    return "\n\n".join(
        f"{_clock(s.start, hours='')},{_clock(s.end, hours='')}\n{s.speaker}: {s.text}"
        for s in said
    ).encode()


def ttml(said=CONVERSATION) -> bytes:
    ids = {speaker: f"a{n}" for speaker, n in NUMBERS.items()}
    agents = "".join(
        f'<ttm:agent xml:id="{ids[name]}" type="person"><ttm:name type="full">{name}</ttm:name></ttm:agent>'
        for name in ids
    )
    # A time expression of another kind for every paragraph, all of the same file.
    kinds = (
        _clock,
        lambda ms: f"{ms}ms",
        lambda ms: f"{ms / 1000:.3f}s",
        lambda ms: f"{ms * 10_000}t",
        _clock,
    )
    paragraphs = "\n".join(
        f'<p begin="{kinds[n % 5](s.start)}" end="{kinds[n % 5](s.end)}" ttm:agent="{ids[s.speaker]}">'
        + "\n  ".join(
            f'<span begin="{start - s.start}ms" dur="{end - start}ms">{html.escape(word)}</span>'
            for word, start, end in s.words
        )
        + "</p>"
        for n, s in enumerate(said)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
        'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:tickRate="10000000" xml:lang="en">'
        f"<head><metadata>{agents}</metadata></head><body><div>{paragraphs}</div></body></tt>"
    ).encode()


def dfxp(said=CONVERSATION) -> bytes:
    paragraphs = "\n".join(
        f'<p begin="{_clock(s.start)}" dur="{(s.end - s.start) / 1000:.3f}s" ttm:agent="{s.speaker.split()[0]}">'
        f"{html.escape(s.text)}</p>"
        for s in said
    )
    return (
        '<tt xmlns="http://www.w3.org/2006/10/ttaf1" xmlns:ttm="http://www.w3.org/2006/10/ttaf1#metadata">'
        "<head><metadata>"
        + "".join(
            f'<ttm:agent xml:id="{name.split()[0]}"><ttm:name>{name}</ttm:name></ttm:agent>'
            for name in NUMBERS
        )
        + f"</metadata></head><body><div>{paragraphs}</div></body></tt>"
    ).encode()


def whisper_json(said=CONVERSATION) -> bytes:
    return _dump(
        {
            "text": " ".join(s.text for s in said),
            "segments": [
                {
                    "id": n,
                    "seek": 0,
                    "start": _seconds(s.start),
                    "end": _seconds(s.end),
                    "text": f" {s.text}",
                    "tokens": [50364],
                    "temperature": 0.0,
                    "no_speech_prob": 1.2e-05,
                    "words": [
                        {
                            "word": f" {word}",
                            "start": _seconds(start),
                            "end": _seconds(end),
                            "probability": 0.9,
                        }
                        for word, start, end in s.words
                    ],
                }
                for n, s in enumerate(said)
            ],
            "language": "en",
        }
    )


def openai_verbose_json(said=CONVERSATION) -> bytes:
    """The interface's answer: words stand apart from the segments, without their marks."""
    return _dump(
        {
            "task": "transcribe",
            "language": "english",
            "duration": 3800.0,
            "text": " ".join(s.text for s in said),
            "segments": [
                {"id": n, "start": _seconds(s.start), "end": _seconds(s.end), "text": f" {s.text}"}
                for n, s in enumerate(said)
            ],
            "words": [
                {"word": bare(word), "start": _seconds(start), "end": _seconds(end)}
                for s in said
                for word, start, end in s.words
                if bare(word)
            ],
        }
    )


def bare(word: str) -> str:
    return word.strip('.,?!"&£')


def whisper_tsv(said=CONVERSATION) -> bytes:
    return "".join(
        ["start\tend\ttext\n", *(f"{s.start}\t{s.end}\t{s.text}\n" for s in said)]
    ).encode()


def whisperx(said=CONVERSATION) -> bytes:
    def word(text, start, end, speaker):
        if any(c.isdigit() for c in text) or not bare(text):
            return {"word": text}
        return {
            "word": text,
            "start": _seconds(start),
            "end": _seconds(end),
            "score": 0.9,
            "speaker": speaker,
        }

    segments = [
        {
            "start": _seconds(s.start),
            "end": _seconds(s.end),
            "text": f" {s.text}",
            "words": [word(*each, s.speaker) for each in s.words],
            "speaker": s.speaker,
        }
        for s in said
    ]
    return _dump(
        {
            "segments": segments,
            "word_segments": [each for s in segments for each in s["words"]],
            "language": "en",
        }
    )


def whisper_cpp(said=CONVERSATION) -> bytes:
    def stamps(start, end):
        return {
            "timestamps": {"from": _clock(start, ","), "to": _clock(end, ",")},
            "offsets": {"from": start, "to": end},
        }

    def parts(word, start, end):
        cut = max(1, len(word) // 2)
        middle = (start + end) // 2 if word[cut:] else end
        yield {"text": f" {word[:cut]}", **stamps(start, middle), "id": 1, "p": 0.9}
        if word[cut:]:
            yield {"text": word[cut:], **stamps(middle, end), "id": 2, "p": 0.9}

    return _dump(
        {
            "systeminfo": "AVX = 1",
            "model": {"type": "base"},
            "params": {"language": "en"},
            "result": {"language": "en"},
            "transcription": [
                {
                    **stamps(s.start, s.end),
                    "text": f" {s.text}",
                    "tokens": [
                        {"text": "[_BEG_]", **stamps(s.start, s.start), "id": 50364, "p": 0.9},
                        *(token for each in s.words for token in parts(*each)),
                        {"text": "[_TT_150]", **stamps(s.end, s.end), "id": 50514, "p": 0.1},
                    ],
                }
                for s in said
            ],
        }
    )


def _aws_items(said, *, channel=None, labelled=True):
    items = []
    for s in said:
        for word, start, end in s.words:
            core = word.rstrip(".,?")
            extra = {"channel_label": channel} if channel else {}
            if labelled:
                extra["speaker_label"] = s.speaker
            items.append(
                {
                    "id": len(items),
                    "type": "pronunciation",
                    "alternatives": [{"confidence": "0.99", "content": core}],
                    "start_time": f"{start / 1000}",
                    "end_time": f"{end / 1000}",
                    **extra,
                }
            )
            if core != word:
                items.append(
                    {
                        "id": len(items),
                        "type": "punctuation",
                        "alternatives": [{"confidence": "0.0", "content": word[len(core) :]}],
                        **extra,
                    }
                )
    return items


def _aws(results) -> bytes:
    return _dump({"jobName": "visit", "accountId": "0", "status": "COMPLETED", "results": results})


def aws(said=CONVERSATION) -> bytes:
    """As it was until 2024: who spoke is in a list of segments apart."""
    return _aws(
        {
            "transcripts": [{"transcript": " ".join(s.text for s in said)}],
            "speaker_labels": {
                "speakers": 3,
                "segments": [
                    {
                        "start_time": f"{s.start / 1000}",
                        "end_time": f"{s.end / 1000}",
                        "speaker_label": s.speaker,
                        "items": [
                            {
                                "start_time": f"{start / 1000}",
                                "end_time": f"{end / 1000}",
                                "speaker_label": s.speaker,
                            }
                            for _, start, end in s.words
                        ],
                    }
                    for s in said
                ],
            },
            "items": _aws_items(said, labelled=False),
        }
    )


def aws_segments(said=CONVERSATION) -> bytes:
    """As it is since: labels on the items, and segments that name their items."""
    items = _aws_items(said)
    segments, at = [], 0
    for n, s in enumerate(said):
        count = sum(1 + (word.rstrip(".,?") != word) for word, _, _ in s.words)
        segments.append(
            {
                "id": n,
                "transcript": s.text,
                "start_time": f"{s.start / 1000}",
                "end_time": f"{s.end / 1000}",
                "speaker_label": s.speaker,
                "items": list(range(at, at + count)),
            }
        )
        at += count
    return _aws({"transcripts": [{"transcript": ""}], "items": items, "audio_segments": segments})


def aws_channels(said=CONVERSATION) -> bytes:
    return _aws(
        {
            "transcripts": [{"transcript": ""}],
            "channel_labels": {
                "number_of_channels": 3,
                "channels": [
                    {
                        "channel_label": name,
                        "items": _aws_items(
                            [s for s in said if s.speaker == name], channel=name, labelled=False
                        ),
                    }
                    for name in NUMBERS
                ],
            },
            "items": _aws_items(said, labelled=False),
        }
    )


def aws_calls(said=CONVERSATION) -> bytes:
    return _dump(
        {
            "JobName": "visit",
            "LanguageCode": "en-GB",
            "Participants": [],
            "Transcript": [
                {
                    "Id": f"turn-{n}",
                    "ParticipantRole": s.speaker,
                    "BeginOffsetMillis": s.start,
                    "EndOffsetMillis": s.end,
                    "Content": s.text,
                    "Items": [
                        {
                            "Type": "pronunciation",
                            "Content": word,
                            "BeginOffsetMillis": start,
                            "EndOffsetMillis": end,
                        }
                        for word, start, end in s.words
                    ],
                }
                for n, s in enumerate(said)
            ],
        }
    )


def _google_time(ms: int) -> dict[str, object]:
    return {"seconds": str(ms // 1000), "nanos": ms % 1000 * 1_000_000}


def google_v1(said=CONVERSATION) -> bytes:
    """With speakers: the last result repeats every word."""
    plain = [
        {
            "alternatives": [
                {
                    "transcript": s.text,
                    "words": [
                        {"word": w, "startTime": _google_time(a), "endTime": _google_time(b)}
                        for w, a, b in s.words
                    ],
                }
            ],
            "languageCode": "en-gb",
        }
        for s in said
    ]
    speakers = {
        "alternatives": [
            {
                "words": [
                    {
                        "word": w,
                        "startTime": _google_time(a),
                        "endTime": _google_time(b),
                        "speakerTag": NUMBERS[s.speaker] + 1,
                    }
                    for s in said
                    for w, a, b in s.words
                ]
            }
        ]
    }
    return _dump({"name": "1", "done": True, "response": {"results": [*plain, speakers]}})


def google_v2(said=CONVERSATION) -> bytes:
    return _dump(
        {
            "results": [
                {
                    "alternatives": [
                        {
                            "transcript": s.text,
                            "words": [
                                {
                                    "word": w,
                                    "startOffset": f"{a / 1000:.3f}s",
                                    "endOffset": f"{b / 1000:.3f}s",
                                    "speakerLabel": s.speaker,
                                }
                                for w, a, b in s.words
                            ],
                        }
                    ],
                    "resultEndOffset": f"{s.end / 1000:.3f}s",
                    "languageCode": "en-gb",
                }
                for s in said
            ]
        }
    )


def azure_batch(said=CONVERSATION) -> bytes:
    def times(start, end):
        return {
            "offset": f"PT{start // 60_000}M{start % 60_000 / 1000}S",
            "duration": f"PT{(end - start) / 1000}S",
            "offsetInTicks": float(start * 10_000),
            "durationInTicks": float((end - start) * 10_000),
        }

    return _dump(
        {
            "source": "https://example.org/visit.wav",
            "durationInTicks": 1,
            "combinedRecognizedPhrases": [{"channel": 0, "display": ""}],
            "recognizedPhrases": [
                {
                    "recognitionStatus": "Success",
                    "channel": 0,
                    "speaker": NUMBERS[s.speaker],
                    **times(s.start, s.end),
                    "nBest": [
                        {
                            "confidence": 0.9,
                            "lexical": s.text.lower(),
                            "display": s.text,
                            "words": [
                                {"word": bare(w).lower(), **times(a, b)}
                                for w, a, b in s.words
                                if bare(w)
                            ],
                        },
                        {"confidence": 0.1, "display": "something else"},
                    ],
                }
                for s in said
            ],
        }
    )


def azure_fast(said=CONVERSATION) -> bytes:
    return _dump(
        {
            "durationMilliseconds": 3_800_000,
            "combinedPhrases": [{"text": ""}],
            "phrases": [
                {
                    "speaker": NUMBERS[s.speaker],
                    "offsetMilliseconds": s.start,
                    "durationMilliseconds": s.end - s.start,
                    "text": s.text,
                    "words": [
                        {"text": w, "offsetMilliseconds": a, "durationMilliseconds": b - a}
                        for w, a, b in s.words
                    ],
                    "locale": "en-GB",
                }
                for s in said
            ],
        }
    )


def _deepgram_word(s, word, start, end):
    return {
        "word": bare(word).lower(),
        "punctuated_word": word,
        "start": _seconds(start),
        "end": _seconds(end),
        "confidence": 0.99,
        "speaker": NUMBERS[s.speaker],
    }


def deepgram(said=CONVERSATION, *, utterances=False) -> bytes:
    results = {
        "channels": [
            {
                "alternatives": [
                    {
                        "transcript": " ".join(s.text for s in said),
                        "words": [_deepgram_word(s, *each) for s in said for each in s.words],
                    }
                ]
            }
        ]
    }
    if utterances:
        results["utterances"] = [
            {
                "start": _seconds(s.start),
                "end": _seconds(s.end),
                "channel": 0,
                "transcript": s.text,
                "speaker": NUMBERS[s.speaker],
                "id": f"u{n}",
                "words": [_deepgram_word(s, *each) for each in s.words],
            }
            for n, s in enumerate(said)
        ]
    return _dump({"metadata": {"request_id": "1"}, "results": results})


def deepgram_utterances(said=CONVERSATION) -> bytes:
    return deepgram(said, utterances=True)


def assemblyai(said=CONVERSATION, *, utterances=True) -> bytes:
    def word(s, text, start, end):
        return {
            "text": text,
            "start": start,
            "end": end,
            "confidence": 0.9,
            "speaker": s.speaker,
        }

    return _dump(
        {
            "id": "1",
            "status": "completed",
            "audio_url": "https://example.org/visit.wav",
            "language_code": "en_uk",
            "text": " ".join(s.text for s in said),
            "words": [word(s, *each) for s in said for each in s.words],
            "utterances": [
                {
                    "speaker": s.speaker,
                    "start": s.start,
                    "end": s.end,
                    "text": s.text,
                    "words": [word(s, *each) for each in s.words],
                }
                for s in said
            ]
            if utterances
            else None,
        }
    )


def assemblyai_words(said=CONVERSATION) -> bytes:
    return assemblyai(said, utterances=False)


def revai(said=CONVERSATION) -> bytes:
    def elements(s):
        for at, (word, start, end) in enumerate(s.words):
            core = word.rstrip(".,?")
            if at:
                yield {"type": "punct", "value": " "}
            yield {
                "type": "text",
                "value": core,
                "ts": _seconds(start),
                "end_ts": _seconds(end),
                "confidence": 0.9,
            }
            if core != word:
                yield {"type": "punct", "value": word[len(core) :]}

    return _dump(
        {
            "speakers": [{"id": n, "name": name} for name, n in NUMBERS.items()],
            "monologues": [
                {"speaker": NUMBERS[s.speaker], "elements": list(elements(s))} for s in said
            ],
        }
    )


def vosk(said=CONVERSATION) -> bytes:
    return _dump(
        [
            {
                "text": s.text,
                "result": [
                    {"conf": 1.0, "word": w, "start": _seconds(a), "end": _seconds(b)}
                    for w, a, b in s.words
                ],
            }
            for s in said
        ]
    )


def otter(said=CONVERSATION) -> bytes:
    return "\n".join(f"{s.speaker}  {_short(s.start)} \n{s.text}\n" for s in said).encode()


def meet(said=CONVERSATION) -> bytes:
    """Google Meet's, with a time above each speech."""
    return "\n".join(f"{_clock(s.start)[:8]}\n \n{s.speaker}: {s.text}\n" for s in said).encode()


def timed_text(said=CONVERSATION) -> bytes:
    return "\n".join(f"[{_clock(s.start)[:8]}] {s.speaker}: {s.text}" for s in said).encode()


def bold_text(said=CONVERSATION) -> bytes:
    return "\n\n".join(f"**{s.speaker} ({_short(s.start)}):** {s.text}" for s in said).encode()


def word_text(said=CONVERSATION) -> bytes:
    return "\n".join(f"{_clock(s.start)[:8]} {s.speaker}\n{s.text}" for s in said).encode()


def docx_of(paragraphs: list[str], *, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word document whose paragraphs are the given WordprocessingML."""
    body = "".join(paragraphs)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}<w:sectPr/></w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(*texts: str) -> str:
    runs = "".join(
        "<w:r><w:br/></w:r>"
        if text == "\n"
        else f'<w:r><w:t xml:space="preserve">{html.escape(text, quote=False)}</w:t></w:r>'
        for text in texts
    )
    return f"<w:p>{runs}</w:p>"


def teams_docx(said=CONVERSATION) -> bytes:
    return docx_of([paragraph(s.speaker, "   ", _short(s.start), "\n", s.text) for s in said])


def word_docx(said=CONVERSATION) -> bytes:
    return docx_of(
        [
            each
            for s in said
            for each in (paragraph(f"{_clock(s.start)[:8]} {s.speaker}"), paragraph(s.text))
        ]
    )


def otranscribe(said=CONVERSATION) -> bytes:
    page = "".join(
        f'<p><span class="timestamp" data-timestamp="{s.start / 1000}" contenteditable="false">'
        f"{_short(s.start)}</span>&nbsp;{html.escape(f'{s.speaker}: {s.text}')}<br></p>"
        for s in said
    )
    return _dump({"text": page, "media": "visit.m4a", "media-source": "", "media-time": 12.5})


def elan(said=CONVERSATION) -> bytes:
    slots, tiers = [], {name: [] for name in NUMBERS}
    for n, s in enumerate(said):
        slots += [s.start, s.end]
        tiers[s.speaker].append(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" TIME_SLOT_REF1="ts{2 * n}" '
            f'TIME_SLOT_REF2="ts{2 * n + 1}"><ANNOTATION_VALUE>{html.escape(s.text)}'
            "</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
        )
    order = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{n}" TIME_VALUE="{ms}"/>' for n, ms in enumerate(slots)
    )
    written = "".join(
        f'<TIER LINGUISTIC_TYPE_REF="default-lt" PARTICIPANT="{name}" TIER_ID="T{n}">{"".join(tiers[name])}</TIER>'
        for n, name in enumerate(tiers)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" FORMAT="3.0" VERSION="3.0">'
        f'<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/><TIME_ORDER>{order}</TIME_ORDER>{written}'
        "</ANNOTATION_DOCUMENT>"
    ).encode()


def textgrid(said=CONVERSATION, *, short=False) -> bytes:
    length = f"{(said[-1].end + 1000) / 1000}"
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += [
        "xmin = 0 ",
        f"xmax = {length} ",
        "tiers? <exists> ",
        f"size = {len(NUMBERS)} ",
        "item []: ",
    ]
    for number, name in enumerate(NUMBERS, start=1):
        intervals, at = [], 0
        for s in (each for each in said if each.speaker == name):
            intervals += [(at, s.start, ""), (s.start, s.end, s.text)]
            at = s.end
        intervals.append((at, said[-1].end + 1000, ""))
        lines += [
            f"    item [{number}]:",
            '        class = "IntervalTier" ',
            f'        name = "{name}" ',
            "        xmin = 0 ",
            f"        xmax = {length} ",
            f"        intervals: size = {len(intervals)} ",
        ]
        for n, (start, end, text) in enumerate(intervals, start=1):
            quoted = text.replace('"', '""')
            lines += [
                f"        intervals [{n}]:",
                f"            xmin = {start / 1000} ",
                f"            xmax = {end / 1000} ",
                f'            text = "{quoted}" ',
            ]
    if short:
        kept = [line.split("=", 1)[-1].strip() for line in lines if "=" in line or "<" in line]
        kept = ["<exists>" if "<exists>" in each else each for each in kept]
        return "\n".join(kept).encode("utf-16")
    return "\n".join(lines).encode()


def textgrid_short(said=CONVERSATION) -> bytes:
    return textgrid(said, short=True)


def _table(said, mark: str, header: str) -> bytes:
    def cell(text):
        return '"' + text.replace('"', '""') + '"' if mark in text or '"' in text else text

    rows = [
        mark.join((cell(s.speaker), _clock(s.end), cell(s.text), _clock(s.start))) for s in said
    ]
    return "\r\n".join([mark.join(header.split()), *rows, ""]).encode("utf-8-sig")


def csv_table(said=CONVERSATION) -> bytes:
    return _table(said, ",", "Speaker End Text Start")


def tsv_table(said=CONVERSATION) -> bytes:
    return _table(said, "\t", "who end_time words start_time")


#: name -> (writer, the format it is read as, what the format can say)
#: w: words have times, c: cues have both times, s: cues have starts; n: named speakers,
#: d: numbered speakers, -: none.
WRITERS = {
    "vtt": (vtt, "webvtt", "cn"),
    "teams .vtt": (teams_vtt, "webvtt", "cn"),
    "graph .vtt": (graph_vtt, "teams", "cn"),
    "teams text": (teams_text, "teams", "cn"),
    "teams metadata": (teams_metadata, "teams-metadata", "cn"),
    "zoom .vtt": (zoom_vtt, "webvtt", "cn"),
    "word-timed vtt": (word_timed_vtt, "webvtt", "cn"),
    "srt": (srt, "srt", "cn"),
    "sbv": (sbv, "sbv", "cn"),
    "ttml": (ttml, "ttml", "wn"),
    "dfxp": (dfxp, "ttml", "cn"),
    "whisper json": (whisper_json, "whisper-json", "w-"),
    "openai json": (openai_verbose_json, "whisper-json", "w-"),
    "whisper tsv": (whisper_tsv, "whisper-tsv", "c-"),
    "whisperx": (whisperx, "whisperx", "cn"),
    "whisper.cpp": (whisper_cpp, "whisper.cpp", "w-"),
    "aws": (aws, "aws-transcribe", "wn"),
    "aws segments": (aws_segments, "aws-transcribe", "wn"),
    "aws channels": (aws_channels, "aws-transcribe", "wn"),
    "aws calls": (aws_calls, "aws-call-analytics", "wn"),
    "google 1": (google_v1, "google-speech", "wd1"),
    "google 2": (google_v2, "google-speech", "wn"),
    "azure batch": (azure_batch, "azure-speech", "wd0"),
    "azure fast": (azure_fast, "azure-speech", "wd0"),
    "deepgram": (deepgram, "deepgram", "wd0"),
    "deepgram utterances": (deepgram_utterances, "deepgram", "wd0"),
    "assemblyai": (assemblyai, "assemblyai", "wn"),
    "assemblyai words": (assemblyai_words, "assemblyai", "wn"),
    "rev.ai": (revai, "rev.ai", "wn"),
    "vosk": (vosk, "vosk", "w-"),
    "otter": (otter, "otter", "sn"),
    "meet": (meet, "timed-text", "sn"),
    "timed text": (timed_text, "timed-text", "sn"),
    "bold text": (bold_text, "timed-text", "sn"),
    "word text": (word_text, "timed-text", "sn"),
    "teams docx": (teams_docx, "docx", "sn"),
    "word docx": (word_docx, "docx", "sn"),
    "otranscribe": (otranscribe, "otranscribe", "sn"),
    "elan": (elan, "elan", "cn"),
    "textgrid": (textgrid, "textgrid", "cn"),
    "textgrid short": (textgrid_short, "textgrid", "cn"),
    "csv": (csv_table, "table", "cn"),
    "tsv": (tsv_table, "table", "cn"),
}
