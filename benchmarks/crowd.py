"""Dashboard users and API writers at once, from one process, with a note of every view and request.

The users speak Streamlit's protocol (`tests/support/visitor.py`) and walk over all pages; every
`VIEWS_PER_LOAD`-th view is a page load with a new socket, the others are clicks in the open page.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from local.identity.instance import Instance
from local.identity.limits import PRODUCTION_REQUESTS
from local.stack import Stack
from tests.support.reviewers import ReviewRoom
from tests.support.sign_in import own_web, sign_in, team_members
from tests.support.visitor import PageError, Visitor
from tests.support.writer import WriteError, Writer

VIEWS_PER_LOAD: Final = 6
WATCH_SECONDS: Final = 20.0  # of lib/auth's watch script
MAX_FAILURES_KEPT: Final = 20
SIGN_IN_SECONDS: Final = 0.1
REVIEW_SECONDS: Final = 5.0
LISTS: Final = {"/session": "/sessions", "/user": "/users"}
"""Pages of one record, and where its link is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many do what.

    Attributes:
        visitors: dashboard users.
        view_seconds: between the starts of two views of one user; 0: as fast as they come.
        writers: API writers.
        turns_per_second: of all writers together; 0: as fast as they are answered.
        batch: turns per request.
        reviewers: who clear one queue, which every written session enters when it ends.
        seconds: of the measured part; `warm_seconds` before it.
        seed: of the users' walks.
    """

    visitors: int
    view_seconds: float
    writers: int
    turns_per_second: float
    batch: int
    reviewers: int
    seconds: float
    warm_seconds: float
    seed: int


@dataclass
class Tally:
    """What happened, by kind of view or request: seconds, and failures."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    measuring: bool = False

    def note(self, what: str, seconds: float, failure: str) -> None:
        """Note one view or request; failures count from the first second on."""
        if failure:
            self.failures[f"{what}: {failure}"] += 1
            if len(self.told) < MAX_FAILURES_KEPT:
                self.told.append(f"{time.strftime('%H:%M:%S')} {what}: {failure}")
        elif self.measuring:
            self.seconds[what].append(seconds)


@dataclass(frozen=True, slots=True)
class Records:
    """Records that the users open: ids of sessions and users."""

    sessions: list[str]
    users: list[str]

    def query(self, path: str, chance: random.Random) -> str:
        """Return the query of a record's page."""
        return f"id={chance.choice(self.sessions if path == '/session' else self.users)}"


class Crowd:
    """Everybody who uses the app for a while.

    Args:
        stack: with its keys; its app may be a proxy in front of several.
        plan: how many.
        pages: paths that the users walk over.
    """

    def __init__(self, stack: Stack, plan: Plan, pages: list[str]) -> None:
        self._stack, self._app_url, self._plan = stack, stack.app_url, plan
        self._pages = pages
        self.tally = Tally()
        self.writers: list[Writer] = []
        self.reviewers = ReviewRoom(stack, stack.convex_url)
        self.over = False

    async def run(self, records: Records, begin: Callable[[], None]) -> float:
        """Let everybody work; return the measured seconds.

        Args:
            records: what the users open.
            begin: called when the measured part begins.
        """
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
        async with AsyncExitStack() as opened:
            http = await opened.enter_async_context(
                httpx.AsyncClient(timeout=30, limits=limits, trust_env=False)
            )
            visitors = await self._sign_in(opened)
            self.reviewers.open(self._plan.reviewers)
            self.reviewers.start(lambda: self.over, REVIEW_SECONDS)
            try:
                return await self._work(visitors, records, http, begin)
            finally:
                self.over = True
                await asyncio.to_thread(self.reviewers.join)

    async def _work(
        self,
        visitors: list[Visitor],
        records: Records,
        http: httpx.AsyncClient,
        begin: Callable[[], None],
    ) -> float:
        """Let visitors and writers work; a defect of theirs ends the run at once."""
        async with asyncio.TaskGroup() as tasks:
            for number, visitor in enumerate(visitors):
                tasks.create_task(self._visit(number, visitor, records))
            for number in range(self._plan.writers):
                tasks.create_task(self._write(number, http))
            await asyncio.sleep(self._plan.warm_seconds)
            begin()
            self.tally.measuring = True
            started = time.monotonic()
            await asyncio.sleep(self._plan.seconds)
            self.tally.measuring = False
            self.over = True
            return time.monotonic() - started

    async def _sign_in(self, opened: AsyncExitStack) -> list[Visitor]:
        """Sign every user in: each a member of their own, from an address of their own."""
        visitors = []
        # The local instance is a development one; a team of this size has a production one.
        Instance(self._stack).configure(requests_per_window=PRODUCTION_REQUESTS)
        members = team_members(self._stack, self._plan.visitors, "admin")
        for number, member in enumerate(members):
            address = f"127.0.1.{number + 1}"
            web = await opened.enter_async_context(own_web(address))
            await sign_in(web, self._stack, member)
            visitors.append(Visitor(self._app_url, web, address))
            await asyncio.sleep(SIGN_IN_SECONDS)
        return visitors

    async def _visit(self, number: int, visitor: Visitor, records: Records) -> None:
        plan = self._plan
        chance = random.Random(f"{plan.seed}:{number}")  # noqa: S311  # replayable walks
        await asyncio.sleep(plan.view_seconds * number / max(1, plan.visitors))
        due = watched = time.monotonic()
        for view in itertools.count():
            if self.over:
                break
            path = chance.choice(self._pages)
            broken = await self._view(visitor, path, view % VIEWS_PER_LOAD == 0, records, chance)
            if broken:
                await visitor.close()
            due = max(due + plan.view_seconds, time.monotonic())
            while time.monotonic() < due and not self.over:
                await asyncio.sleep(min(1.0, max(0.0, due - time.monotonic())))
                if time.monotonic() - watched > WATCH_SECONDS:
                    watched = time.monotonic()
                    await self._timed("watch", visitor.watch())
        await visitor.close()

    async def _view(
        self, visitor: Visitor, path: str, load: bool, records: Records, chance: random.Random
    ) -> bool:
        """Show a page; tell whether that failed."""
        query = records.query(path, chance) if path in LISTS else ""
        if load or not visitor.is_open:
            return await self._timed(f"{path} load", visitor.load(path, query))
        if path in LISTS:
            above = LISTS[path]
            if await self._timed(f"{above} click", visitor.click(above)):
                return True
        return await self._timed(f"{path} click", visitor.click(path, query))

    async def _timed(self, what: str, doing: Any) -> bool:
        started = time.perf_counter()
        failure = ""
        try:
            await doing
        except PageError as error:
            failure = str(error)
        self.tally.note(what, time.perf_counter() - started, failure)
        return bool(failure)

    async def _write(self, number: int, http: httpx.AsyncClient) -> None:
        plan = self._plan
        pace = plan.writers * plan.batch / plan.turns_per_second if plan.turns_per_second else 0.0
        writer = Writer(
            self._stack,
            self._app_url + "/api/v1",
            http,
            f"load{number:03d}",
            self.tally.note,
            batch=plan.batch,
            pause=pace,
        )
        self.writers.append(writer)
        await asyncio.sleep(pace * number / max(1, plan.writers))
        while not self.over:
            try:
                await writer.run(lambda: self.over)
            except WriteError as error:
                self.tally.note("write", 0.0, str(error))
