"""The folder of the functions can be deployed, does not shadow the client, and agrees on limits."""

from __future__ import annotations

import subprocess

from lib.storage.formats import MAX_AUDIO_BYTES
from local.processes import ROOT, node_binary

FOLDER = ROOT / "convex"


def test_the_folder_does_not_shadow_the_client_package() -> None:
    assert list(FOLDER.rglob("__init__.py")) == []


def test_convex_and_the_storage_agree_on_the_largest_recording() -> None:
    script = (
        f'import {{ AUDIO_BYTES }} from "{FOLDER / "model/limits.ts"}"; console.log(AUDIO_BYTES)'
    )
    done = subprocess.run(
        [str(node_binary()), "--input-type=module", "--eval", script],
        capture_output=True,
        check=True,
    )
    assert int(done.stdout) == MAX_AUDIO_BYTES
