"""Waveform, transcript and keyboard of the listening room."""
