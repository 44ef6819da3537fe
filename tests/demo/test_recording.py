"""Recordings: audible, as long as claimed, two voices that nobody confuses."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from local.demo.plan import Plan
from local.demo.recording import Recording, Utterance, record, record_once
from local.demo.speech import SAMPLE_RATE, SpeechError, Voice, milliseconds, speak
from local.demo.studio import utterances

TEXT = "Thank you for waiting. I have found your order, and I can send a new one today."
MALE, FEMALE = Voice("gmw/en-US+m3"), Voice("gmw/en-US+f3")

Sound = npt.NDArray[np.float64]


def decoded(data: bytes) -> Sound:
    with av.open(io.BytesIO(data), "r") as container:
        assert container.streams.audio[0].codec_context.sample_rate == SAMPLE_RATE
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.float64)


def pitch(sound: Sound) -> float:
    """Median fundamental frequency of the voiced parts, in Hz, by autocorrelation."""
    found = []
    low, high = SAMPLE_RATE // 400, SAMPLE_RATE // 60
    for start in range(0, len(sound) - 1024, 1024):
        window = sound[start : start + 1024]
        window = window - window.mean()
        scores = np.correlate(window, window, "full")[1023:]
        lag = low + int(scores[low:high].argmax())
        if scores[lag] > 0.4 * scores[0] and np.sqrt(np.mean(window**2)) > 0.02:
            found.append(SAMPLE_RATE / lag)
    return float(np.median(found))


@pytest.fixture(scope="module")
def conversation() -> tuple[Utterance, ...]:
    return tuple(
        Utterance(number, voice, TEXT, 700)
        for number, voice in enumerate((FEMALE, MALE, FEMALE, MALE), start=1)
    )


@pytest.fixture(scope="module")
def whole(conversation: tuple[Utterance, ...]) -> Recording:
    return record(conversation, "session")


def test_a_recording_is_as_long_as_it_claims(whole: Recording) -> None:
    (file,) = whole.files
    assert abs(len(decoded(file.data)) / SAMPLE_RATE * 1000 - file.duration_ms) < 2
    last = whole.takes[-1]
    assert last.started_at_ms + last.duration_ms < file.duration_ms < 60_000
    assert json.loads(file.peaks)["durationMs"] == file.duration_ms


def test_turns_sound_when_they_claim_to(whole: Recording) -> None:
    sound = decoded(whole.files[0].data)

    def loudness(start: float, end: float) -> float:
        part = sound[round(start * SAMPLE_RATE / 1000) : round(end * SAMPLE_RATE / 1000)]
        return float(np.sqrt(np.mean(part**2)))

    for take in whole.takes:
        end = take.started_at_ms + take.duration_ms
        assert loudness(take.started_at_ms, end) > 0.04
        assert loudness(take.started_at_ms - 500, take.started_at_ms - 60) < 0.003


def test_speech_is_at_a_usual_level_and_pace_and_never_clips(whole: Recording) -> None:
    sound = decoded(whole.files[0].data)
    assert 0.5 < np.abs(sound).max() < 0.99
    for take in whole.takes:
        words_per_second = len(TEXT.split()) / take.duration_ms * 1000
        assert 1.5 < words_per_second < 4.5


def test_one_file_per_turn_has_the_turn_alone(conversation: tuple[Utterance, ...]) -> None:
    recording = record(conversation, "turns")
    assert [file.sequence for file in recording.files] == [1, 2, 3, 4]
    for file, take in zip(recording.files, recording.takes, strict=True):
        assert abs(file.duration_ms - take.duration_ms) <= 2


def test_a_session_that_is_recorded_again_is_the_first_recording(
    conversation: tuple[Utterance, ...], tmp_path: Path
) -> None:
    first = record_once(tmp_path / "one.json", conversation, "session")
    assert record_once(tmp_path / "one.json", conversation, "session") == first
    assert record_once(tmp_path / "one.json", (), "session") == first


def test_learner_and_coach_differ_clearly_in_pitch(planned: Plan) -> None:
    sessions = [s for s in planned.sessions if s.recording][:12]
    for session in sessions:
        learner = pitch(speak(TEXT, session.person.voice) / 32768)
        coach = pitch(speak(TEXT, session.coach_voice) / 32768)
        assert max(learner, coach) / min(learner, coach) > 1.4


def test_the_scenes_description_is_not_spoken(planned: Plan) -> None:
    session = next(s for s in planned.sessions if s.recording and s.turns[0].speaker == "system")
    assert [u.sequence for u in utterances(session)] == [t.sequence for t in session.turns[1:]]


def test_long_numbers_are_read_digit_by_digit() -> None:
    short = milliseconds(speak("It is 202.", MALE))
    assert milliseconds(speak("It is 202-555-0147.", MALE)) > 2 * short


def test_an_unknown_voice_is_an_error() -> None:
    with pytest.raises(SpeechError, match="no voice"):
        speak(TEXT, Voice("gmw/xx-none"))
