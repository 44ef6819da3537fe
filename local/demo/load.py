"""Loads the demo data into a running local stack: once, resumable, and never anywhere else."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from lib.config.settings import Settings
from lib.config.values import is_loopback
from lib.data import Caller, user_sessions
from lib.work.services import Services
from local.demo.history import history
from local.demo.incidents import incidents, values
from local.demo.plan import FULL, Plan, Scale, external_id, plan
from local.demo.progress import Advance, ShowSteps, Steps, bars
from local.demo.reviewing import NAMES, PIECES, MemberOf, write_reviews
from local.demo.studio import studio
from local.demo.writer import Writer
from local.identity.admin import create_users, session_token
from local.identity.users import NewUser
from local.stack import Stack

MemberRole = Literal["reviewer", "admin"]
TokenOf = Callable[[MemberRole, str], str]

SEED = 7
STATE_FILE = "demo.json"
RECORDINGS_FOLDER = "demo-recordings"

# Nobody waits for one of these calls, and the machine is busy speaking.
_CONVEX_TIMEOUT = "30"
_TOKEN_SECONDS = 3600
_WRITERS = 6  # threads; Convex runs one mutation at a time, the bucket several


class ForeignServiceError(RuntimeError):
    """Demo data was about to go to a service that is not of this machine."""


@dataclass(slots=True)
class State:
    """What is known of a load, kept under the stack's home.

    Attributes:
        seed: with `anchor`, decides every row: a load that goes on makes the same ones.
        anchor: end of the thirty days, RFC 3339.
        finished: whether all rows are there.
    """

    seed: int
    anchor: str
    finished: bool = False

    @property
    def anchor_time(self) -> datetime:
        """The anchor as a moment."""
        return datetime.fromisoformat(self.anchor)


def load(
    stack: Stack,
    progress: ShowSteps = bars,
    scale: Scale = FULL,
    token_of: TokenOf | None = None,
) -> bool:
    """Load the demo data unless it is there; go on with a load that was interrupted.

    Args:
        stack: a running local stack, its bucket made.
        progress: makes the context in which steps are shown.
        scale: how much to load.
        token_of: makes session tokens of team members, by role and Clerk id; default those of the
            stack's own Clerk instance.

    Returns:
        Whether anything was loaded.

    Raises:
        ForeignServiceError: an address of the stack is not of this machine.
        lib.data.DataError, lib.storage.errors.StorageError: a service refused or did not answer;
            loading again goes on.
    """
    environment = {**stack.app_environment(), "EARSHOT_DEMO": "1"}
    environment["EARSHOT_CONVEX_TIMEOUT_SECONDS"] = _CONVEX_TIMEOUT
    settings = Settings.model_validate({"_env_file": None, **environment})
    refuse_foreign(settings)
    state_file = Path(stack.home) / STATE_FILE
    recordings = Path(stack.home) / RECORDINGS_FOLDER
    state = _read(state_file)
    services = Services(settings)
    try:
        caller = services.worker_caller()
        if state is not None and state.finished and _is_loaded(caller, state, scale):
            return False
        if state is None or state.finished:
            shutil.rmtree(recordings, ignore_errors=True)
            state = State(SEED, datetime.now(UTC).isoformat(timespec="seconds"))
            _write(state_file, state)
        with progress() as steps:
            _load_all(state, scale, Writer(caller, services.storage), recordings, steps)
            members = _members(services, token_of or partial(_session_token, stack))
            write_reviews(caller, members, steps.step("Reviews", PIECES))
        state.finished = True
        _write(state_file, state)
        shutil.rmtree(recordings)
    finally:
        services.close()
    return True


def _session_token(stack: Stack, role: MemberRole, clerk_id: str) -> str:
    first, last = NAMES[clerk_id].split()
    metadata = {"role": role}
    new = NewUser(user_id=clerk_id, first_name=first, last_name=last, public_metadata=metadata)
    create_users(stack, [new])
    return session_token(stack, role, clerk_id, _TOKEN_SECONDS)


def _members(services: Services, token_of: TokenOf) -> MemberOf:
    def member_of(role: MemberRole, clerk_id: str) -> Caller:
        token = token_of(role, clerk_id)
        return Caller(services.convex, lambda: token)

    return member_of


def refuse_foreign(settings: Settings) -> None:
    """Refuse addresses that are not of this machine, a second time after the settings did.

    Raises:
        ForeignServiceError: there is one.
    """
    for url in (settings.convex_url, settings.s3_endpoint_url, settings.clerk_api_url):
        if url is None or not is_loopback(url):
            raise ForeignServiceError(f"Demo data is for the local stack only, not for {url}.")


def _load_all(state: State, scale: Scale, writer: Writer, recordings: Path, steps: Steps) -> None:
    planned = plan(state.seed, state.anchor_time, scale)
    recorded = [session for session in planned.sessions if session.recording]
    others = [session for session in planned.sessions if not session.recording]
    with studio(recordings) as booth, _Crew() as crew:
        orders = {booth.order(session): session for session in recorded}
        show_users = steps.step("Users", len(planned.people))
        show_sessions = steps.step("Sessions", len(planned.sessions))
        show_speech = steps.step("Speech", len(recorded))
        crew.do([(writer.person, (person,)) for person in planned.people], show_users)
        crew.wait()  # sessions refer to users
        crew.do([(writer.session, (session, None)) for session in others], show_sessions)
        crew.do([(_measure, (state, scale, planned, writer, steps))])
        for order in as_completed(orders):
            show_speech()
            crew.do([(writer.session, (orders[order], order.result()))], show_sessions)
        crew.wait()


def _measure(state: State, scale: Scale, planned: Plan, writer: Writer, steps: Steps) -> None:
    """Write all measurements, one batch after the other: each keeps Convex busy for a while."""
    batches = history(state.seed, state.anchor_time, scale.days, planned.sessions)
    found = incidents(batches, state.anchor_time)
    batches += values(state.seed, found)
    show = steps.step("Measurements", len(batches))
    for batch in batches:
        writer.measurements(batch)
        show()
    for incident in found:
        writer.incident(incident)


Task = tuple[Callable[..., None], tuple[Any, ...]]


class _Crew:
    """Threads that stop taking up tasks once one has failed."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_WRITERS, "demo-writer")
        self._jobs: list[Future[None]] = []
        self._failed = threading.Event()

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._failed.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def do(self, tasks: list[Task], advance: Advance = lambda: None) -> None:
        """Take up tasks; `advance` is called after each."""
        for function, arguments in tasks:
            self._jobs.append(self._pool.submit(self._run, function, arguments, advance))

    def wait(self) -> None:
        """Wait for all tasks; raise what the first one that failed raised."""
        for job in self._jobs:
            job.result()

    def _run(
        self, function: Callable[..., None], arguments: tuple[Any, ...], advance: Advance
    ) -> None:
        if self._failed.is_set():
            return
        try:
            function(*arguments)
        except BaseException:
            self._failed.set()
            raise
        advance()


def _is_loaded(caller: Caller, state: State, scale: Scale) -> bool:
    """Ask for the last session: the data may have been deleted and the state file not."""
    last = external_id(state.seed, scale.sessions - 1)
    return user_sessions.by_external_id(caller, last) is not None


def _read(path: Path) -> State | None:
    try:
        return State(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None


def _write(path: Path, state: State) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(state)))
    draft.replace(path)
