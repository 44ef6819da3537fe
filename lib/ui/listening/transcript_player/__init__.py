"""The player: waveform, transcript, keyboard."""
