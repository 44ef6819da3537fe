"""Chromium plays what the product accepts, on whichever machine the tests run."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser

from lib.storage.formats import FORMATS
from tests.support.audio import recording

PLAY = """async (url) => {
  const audio = new Audio(url);
  const ended = new Promise((resolve, reject) => {
    audio.onended = resolve;
    audio.onerror = () => reject(new Error(audio.error.message));
  });
  audio.playbackRate = 2;
  await audio.play();
  await ended;
  return { seconds: audio.duration, at: audio.currentTime };
}"""


@pytest.mark.parametrize("content_type", [one.content_type for one in FORMATS])
def test_every_accepted_format_is_played_to_its_end(browser: Browser, content_type: str) -> None:
    data = base64.b64encode(recording(content_type)).decode()
    page = browser.new_page()
    played = page.evaluate(PLAY, f"data:{content_type};base64,{data}")
    page.close()
    assert played["seconds"] == pytest.approx(2, abs=0.1)
    assert played["at"] == pytest.approx(2, abs=0.1)
