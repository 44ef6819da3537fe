"""The steps of the end-to-end test in order, and what each needs."""

from __future__ import annotations

from typing import Final

from lib.smoke import cleaning, playing, signing_in, storing
from lib.smoke.run import Run
from lib.smoke.steps import Step

_IN, _SESSION, _TURNS = "Sign in", "Create a session", "Store interactions"
_UPLOAD, _PLAY, _SEE = "Upload audio", "Play in ranges", "See the session in the dashboard"

STORY: Final[tuple[Step[Run], ...]] = (
    Step("App is ready", signing_in.ready),
    Step("Refuse unauthenticated requests", signing_in.strangers),
    Step(_IN, signing_in.sign_in),
    Step(_SESSION, storing.create_session),
    Step(_TURNS, storing.store_turns, (_IN, _SESSION)),
    Step(_UPLOAD, storing.upload, (_TURNS,)),
    Step("Analyse audio", storing.analyse, (_UPLOAD,)),
    Step(_PLAY, playing.play, (_IN, _UPLOAD)),
    Step(_SEE, playing.see, (_IN, _TURNS)),
    Step("Play the recording in the dashboard", playing.hear, (_SEE, _PLAY)),
    Step("Refuse an expired URL", playing.expired, (_UPLOAD,)),
    Step("Refuse a tampered URL", playing.tampered, (_PLAY,)),
    Step("Refuse a wrong method", playing.wrong_method, (_PLAY,)),
    Step("Verify the bucket", playing.bucket),
    Step("Revoke the session", signing_in.revoke, (_IN,)),
)
CLEAN_UP: Final[Step[Run]] = Step("Clean up", cleaning.clean_up)
