"""The waveform does not depend on how the samples arrive, and its memory not on how many."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.storage import peaks as peaks_module
from lib.storage.peaks import FINEST_RATE, PeakMeter, Samples
from tests.support.audio import tone


def metered(signal: Samples, rate: int, cuts: list[int]) -> peaks_module.Peaks:
    meter = PeakMeter(rate, signal.shape[0])
    for block in np.split(signal, sorted(cuts), axis=1):
        meter.feed(block)
    return meter.finish()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_block_sizes_do_not_matter(data: st.DataObject) -> None:
    rate = data.draw(st.sampled_from([4_000, 11_025, 44_100, 48_000]))
    count = data.draw(st.integers(1, rate * 2))
    channels = data.draw(st.integers(1, 3))
    signal = np.random.default_rng(1).uniform(-1, 1, (channels, count)).astype(np.float32)
    cuts = data.draw(st.lists(st.integers(0, count), max_size=20))
    assert metered(signal, rate, cuts) == metered(signal, rate, [])


def test_each_bucket_holds_the_largest_sample_of_its_time() -> None:
    rate = 44_100
    signal = np.random.default_rng(2).uniform(-1, 1, (2, rate * 3)).astype(np.float32)
    found = metered(signal, rate, [10_000])
    buckets = np.arange(signal.shape[1]) * FINEST_RATE // rate
    assert found.buckets_per_second == FINEST_RATE
    for row, samples in zip(found.peaks, np.abs(signal), strict=True):
        wanted = [samples[buckets == bucket].max() for bucket in range(buckets[-1] + 1)]
        assert row == pytest.approx(wanted, abs=0.0006)


def test_a_long_recording_gets_coarser_buckets_of_the_same_peaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signal = np.random.default_rng(3).uniform(-1, 1, (1, 4_000 * 40)).astype(np.float32)
    fine = metered(signal, 4_000, []).peaks[0]
    monkeypatch.setattr(peaks_module, "MAX_BUCKETS", 512)
    coarse = metered(signal, 4_000, [])
    assert coarse.buckets_per_second == FINEST_RATE // 8
    assert len(coarse.peaks[0]) == 40 * FINEST_RATE // 8
    assert coarse.peaks[0] == [max(fine[i : i + 8]) for i in range(0, len(fine), 8)]


def test_silences_are_found_where_every_channel_is_quiet() -> None:
    signal = tone(4, rate=8_000, channels=2)
    signal[:, 8_000:16_000] = 0
    signal[0, 20_000:28_000] = 0  # the other channel still sounds
    signal[:, 30_000:31_000] = 0  # too short
    assert metered(signal, 8_000, [9_999]).silences == [(1000, 2000)]


def test_silence_lasts_to_the_end_of_the_recording() -> None:
    signal = tone(2, rate=8_000)
    signal[:, 8_000:] = 0
    assert metered(signal, 8_000, []).silences == [(1000, 2000)]


def test_samples_out_of_range_or_not_a_number_are_kept_in_range() -> None:
    signal = np.array([[2.0, -3.0, np.nan, np.inf, 0.25]], np.float32)
    row = metered(signal, 4_000, []).peaks[0]
    assert row == [1.0]


def test_many_channels_are_drawn_as_one() -> None:
    signal = np.zeros((6, 8_000), np.float32)
    signal[5, 100] = 0.75
    found = metered(signal, 8_000, [])
    assert found.channels == 6
    assert len(found.peaks) == 1
    assert max(found.peaks[0]) == 0.75


def test_the_stored_form_is_as_documented() -> None:
    document = json.loads(metered(tone(1, rate=8_000), 8_000, []).to_json())
    assert document["version"] == 1
    assert document["durationMs"] == 1000
    assert document["sampleRate"] == 8_000
    assert document["channels"] == 1
    assert document["bucketsPerSecond"] == 64
    assert len(document["peaks"]) == 1
    assert len(document["peaks"][0]) == 64
    assert document["silences"] == []
