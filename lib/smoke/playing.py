"""Steps about the bucket: signed URLs serve ranges, and invalid ones are refused."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from lib.smoke.checks import NotPossible, check, wait_until
from lib.smoke.run import Run
from lib.smoke.storing import TEXTS
from lib.storage.bucket import inspect
from lib.storage.errors import StorageError
from lib.storage.urls import sign_get

# Statuses by which S3 servers refuse a request; 404 would only mean a missing object.
REFUSED: Final = frozenset({400, 401, 403, 405})
EXPIRED_WITHIN: Final = 20.0
_LIFE: Final = 2
_OK, _PARTIAL_CONTENT = 200, 206
_FIRST, _LAST = 1_000, 1_999


def play(run: Run) -> str:
    """A member gets a URL that serves the recording, whole and in ranges."""
    answer = run.outside.call("GET", f"/audio/{run.audio_id}/url", run.member())
    run.play_url = answer["url"]
    part = run.outside.signed("GET", run.play_url, {"Range": f"bytes={_FIRST}-{_LAST}"})
    check(part.status_code == _PARTIAL_CONTENT, f"A range request was answered {part.status_code}.")
    wanted = f"bytes {_FIRST}-{_LAST}/{len(run.recording)}"
    check(part.headers.get("content-range") == wanted, "The range's Content-Range is wrong.")
    check(part.content == run.recording[_FIRST : _LAST + 1], "The range has the wrong bytes.")
    whole = run.outside.signed("GET", run.play_url)
    check(whole.content == run.recording, "The recording differs from the upload.")
    return "The member's URL plays the recording; a range request gets 206 and the right bytes."


def expired(run: Run) -> str:
    """A URL works until it expires and not after."""
    url = sign_get(run.services.storage, run.audio_key, _LIFE).url
    fresh = run.outside.signed("GET", url).status_code
    check(fresh == _OK, f"A fresh URL of {_LIFE} s gets {fresh}, not 200.")
    late = f"A URL of {_LIFE} s is not refused after {EXPIRED_WITHIN:.0f} s."
    took = wait_until(
        lambda: run.outside.signed("GET", url).status_code in REFUSED, EXPIRED_WITHIN, late
    )
    return f"A URL of {_LIFE} s played at first and was refused after {took:.1f} s."


def tampered(run: Run) -> str:
    """A tampered URL is refused."""
    for what, url in _changed(run.play_url).items():
        status = run.outside.signed("GET", url).status_code
        check(status in REFUSED, f"A URL with {what} gets {status} instead of a refusal.")
    return "Refused: another signature, a longer life, another recording, no signature."


def wrong_method(run: Run) -> str:
    """A URL works for its own method only."""
    tries = [("PUT", run.play_url), ("DELETE", run.play_url), ("GET", run.upload_url)]
    for method, url in tries:
        status = run.outside.signed(method, url, content=b"x" if method == "PUT" else b"")
        kind = "playback" if url == run.play_url else "upload"
        check(
            status.status_code in REFUSED,
            f"{method} with a {kind} URL is answered {status.status_code}, not refused.",
        )
    intact = run.outside.signed("GET", run.play_url).content == run.recording
    check(intact, "The recording was changed by a request that was refused.")
    return "PUT and DELETE with a playback URL and GET with an upload URL are refused."


def see(run: Run) -> str:
    """The member reads the session in the dashboard."""
    run.browser.see(run.session_id, list(TEXTS))
    return "The session's page shows both turns."


def hear(run: Run) -> str:
    """The member plays the recording in the dashboard."""
    parts = urlsplit(run.play_url)
    ranges = run.browser.hear(f"{parts.scheme}://{parts.netloc}")
    return f"The player plays; {ranges} range request(s), all answered 206."


def bucket(run: Run) -> str:
    """The bucket is configured as it must be."""
    try:
        findings = inspect(run.services.storage, run.services.settings)
    except StorageError as error:
        if error.failure != "denied":
            raise
        raise NotPossible(
            "These credentials may not read the bucket's settings. Run `python -m lib bucket "
            "verify` with those of the role admin."
        ) from None
    wrong = [line for finding in findings if finding.wrong for line in finding.differences]
    check(not wrong, f"{'; '.join(wrong)}. `python -m lib bucket plan` shows it.")
    states: dict[str, list[str]] = {}
    for finding in findings:
        states.setdefault(finding.state.replace("_", " "), []).append(finding.part)
    return "; ".join(f"{state}: {', '.join(parts)}" for state, parts in states.items()) + "."


def _changed(url: str) -> dict[str, str]:
    """Return forgeries of a signed URL by what was changed."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    signature = query["X-Amz-Signature"]
    other = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    folder, _, name = parts.path.rpartition("/")
    neighbour = folder + "/" + ("0" if name[0] != "0" else "1") + name[1:]

    def with_query(**changes: str) -> str:
        changed = {**query, **{key.replace("_", "-"): text for key, text in changes.items()}}
        return parts._replace(query=urlencode(changed)).geturl()

    return {
        "another signature": with_query(X_Amz_Signature=other),
        "a longer life": with_query(X_Amz_Expires="604800"),
        "another recording": parts._replace(path=neighbour).geturl(),
        "no signature": parts._replace(query="").geturl(),
    }
