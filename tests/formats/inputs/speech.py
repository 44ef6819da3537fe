"""Recordings as speech recognition writes them down."""

from __future__ import annotations

from typing import Final

from tests.formats.inputs.made import A, chat

OPENAI: Final = "OpenAI"
SPEECH: Final = (
    chat(
        "speakers of diarisation",
        "whisperX",
        {
            "segments": [
                {"start": 1.0, "end": 2.0, "text": " a", "speaker": "SPEAKER_00", "words": []}
            ],
            "word_segments": [],
        },
        A,
        named=(("speaker_00", "user"),),
    ),
    chat(
        "segments in a list",
        "faster-whisper",
        [{"id": 1, "seek": 0, "start": 1.0, "end": 2.0, "text": " a", "words": None}],
        A,
        left_out=("taken for the user",),
    ),
    chat(
        "one segment without text, one without a start",
        "Whisper",
        {
            "segments": [
                {"start": 0, "end": 1, "text": " "},
                {"end": 2, "text": "x"},
                {"start": 1, "end": 2, "text": "a"},
            ]
        },
        A,
        left_out=("taken for the user", "no text"),
        refused=("valid number",),
    ),
    chat(
        "words only",
        f"{OPENAI} transcriptions",
        {"text": "a", "words": [{"word": "a", "start": 1.0, "end": 2.0}]},
        A,
        speaker="user",
    ),
    chat(
        "speakers A and B",
        f"{OPENAI} transcriptions",
        {
            "segments": [
                {"speaker": "A", "start": 1.0, "end": 2.0, "text": "a"},
                {"speaker": "B", "start": 2.0, "end": 3.0, "text": "b"},
            ]
        },
        A,
        refused=("B=ROLE",),
        named=(("speaker a", "user"),),
    ),
    chat(
        "offsets in milliseconds",
        "whisper.cpp",
        {
            "result": {"language": "en"},
            "transcription": [
                {
                    "timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"},
                    "offsets": {"from": 1000, "to": 2000},
                    "text": " (speaker 0) a",
                }
            ],
        },
        A,
        named=(("speaker 0", "user"),),
    ),
    chat(
        "utterances",
        "Deepgram",
        {
            "metadata": {},
            "results": {
                "channels": [],
                "utterances": [
                    {"start": 1.0, "end": 2.0, "transcript": "a", "speaker": 0, "channel": 0}
                ],
            },
        },
        A,
        named=(("speaker 0", "user"),),
    ),
    chat(
        "paragraphs",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": "a b",
                                "paragraphs": {
                                    "paragraphs": [
                                        {
                                            "start": 1.0,
                                            "end": 2.0,
                                            "speaker": 0,
                                            "sentences": [
                                                {"text": "a", "start": 1.0, "end": 1.5},
                                                {"text": "b", "start": 1.5, "end": 2.0},
                                            ],
                                        }
                                    ]
                                },
                            }
                        ]
                    }
                ]
            }
        },
        ("user", "a b", 1000.0),
        named=(("speaker 0", "user"),),
    ),
    chat(
        "words by speaker",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": "a b",
                                "words": [
                                    {
                                        "word": "a",
                                        "punctuated_word": "A.",
                                        "start": 1.0,
                                        "end": 1.5,
                                        "speaker": 0,
                                    },
                                    {"word": "b", "start": 1.5, "end": 2.0, "speaker": 1},
                                ],
                            }
                        ]
                    }
                ]
            }
        },
        ("user", "A.", 1000.0),
        ("assistant", "b", 1500.0),
        named=(("speaker 0", "user"), ("speaker 1", "assistant")),
    ),
    chat(
        "channels that are people",
        "Deepgram",
        {
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {"transcript": "a", "words": [{"word": "a", "start": 1.0, "end": 1.5}]}
                        ]
                    },
                    {"alternatives": [{"transcript": ""}]},
                ]
            }
        },
        A,
        left_out=("no text",),
        named=(("channel 0", "user"),),
    ),
    chat(
        "utterances in milliseconds",
        "AssemblyAI",
        {
            "id": "i",
            "status": "completed",
            "text": "a b",
            "utterances": [
                {"speaker": "A", "start": 1000, "end": 2000, "text": "a", "words": []},
                {"speaker": "B", "start": 2000, "end": 3000, "text": "b"},
            ],
        },
        A,
        ("assistant", "b", 2000.0),
        named=(("speaker a", "user"), ("b", "assistant")),
    ),
    chat(
        "no utterances",
        "AssemblyAI",
        {
            "text": "a b",
            "utterances": None,
            "words": [
                {"text": "a", "start": 1000, "end": 1500},
                {"text": "b", "start": 1500, "end": 2000},
            ],
        },
        ("user", "a b", 1000.0),
        left_out=("taken for the user",),
    ),
    chat(
        "a recognition that failed",
        "AssemblyAI",
        {"status": "error", "error": "x", "text": None, "utterances": None, "words": None},
        left_out=("no text",),
    ),
)
