"""Stored waveforms, downsampled out for the screen."""

from hypothesis import given
from hypothesis import strategies as st

from lib.ui.listening import waveforms

LEVELS = st.lists(st.floats(0, 1), min_size=1, max_size=500)


@given(LEVELS, st.integers(1, 700))
def test_the_loudest_moment_survives_thinning(levels: list[float], bars: int) -> None:
    loudest = max(levels)
    wave = waveforms.downsampled({"peaks": [levels], "silences": []}, bars, loudest)
    assert len(wave.peaks) == bars
    assert all(0 <= peak <= 100 for peak in wave.peaks)
    if loudest > 0 and bars <= len(levels):
        assert max(wave.peaks) == 100


def test_two_channels_are_drawn_by_the_louder_one() -> None:
    document = {"peaks": [[0.1, 0.5], [0.4, 0.2]], "silences": [[0, 600]]}
    wave = waveforms.downsampled(document, 2, 0.5)
    assert wave.peaks == [80, 100]
    assert wave.silences == [[0, 600]]


def test_a_silent_recording_is_flat_and_not_a_division_by_zero() -> None:
    assert waveforms.downsampled({"peaks": [[0.0]], "silences": []}, 4, 0.0).peaks == [0] * 4
    assert waveforms.downsampled({"peaks": [], "silences": []}, 4, 1.0).peaks == [0] * 4
