"""Authorization of API requests: Bearer tokens, roles per operation, rate limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from lib.api.problems import FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE, Problem
from lib.api.rate_limiter import RateLimiter
from lib.auth.bearer import BearerVerifier, Principal
from lib.auth.blocking import WorkerThreads
from lib.auth.events import EventReporter
from lib.auth.members import Denial
from lib.auth.path_kinds import route_label
from lib.auth.reasons import GateReason, TokenReason
from lib.auth.requests import IncomingRequest, RequestReader, TrustedProxies
from lib.auth.roles import api_allowed
from lib.data import Caller
from lib.observability.request_id import current_request_id
from lib.work.services import Services

PUBLIC: Final = frozenset(
    {"GET /live", "GET /ready", "GET /openapi.json", "GET /docs", "POST /webhooks/clerk"}
)
"""Operations without a Bearer token; webhooks are verified by their signature."""

_VERIFICATION_UNAVAILABLE: Final = frozenset(
    {TokenReason.JWK_REMOTE_FAILED_TO_LOAD, GateReason.SESSION_CHECK_UNAVAILABLE}
)
_CHALLENGE: Final = 'Bearer realm="earshot"'
_scheme = HTTPBearer(
    description="An API key, a Clerk session token of a team member, or a service token of a "
    "machine.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Access:
    """An authorized request: the principal, and a caller for Convex with their token."""

    principal: Principal
    caller: Caller


class Authorizer:
    """Verifies tokens, checks roles and rate limits, reports denials.

    Args:
        services: of the process.
    """

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._rates = RateLimiter(services.worker_caller)
        self._verifier = BearerVerifier(settings, services.authenticator, services.api_keys)
        self._reporter = EventReporter(
            services.record_auth, settings.cookie_keys[0].get_secret_value()
        )
        self._threads = WorkerThreads()
        self._reader = RequestReader(
            settings.app_url,
            settings.clerk_authorized_parties,
            TrustedProxies(settings.trusted_proxies),
        )

    async def admit(self, request: Request, operation: str) -> Access:
        """Authorize a request; blocking calls run in a thread.

        The auth middleware has normally verified the token already; otherwise it is verified here.
        Convex verifies the same token again and applies its own rules to every function.

        Raises:
            Problem: the token is invalid, its role is not allowed, or the rate limit is exceeded.
            Unavailable: Convex does not answer.
        """
        who = request.scope["state"].get("principal")
        if not isinstance(who, Principal):
            decision = self._verifier.verify(request.headers.get("authorization", ""))
            address = self._read(request).client_address
            who = await self._threads.run(decision, address)
        if isinstance(who, Denial):
            self._report(request, who)
            raise _unauthenticated(who)
        request.scope["state"]["principal"] = who
        if not api_allowed(who.role, operation):
            self._report(request, Denial(GateReason.ROLE_INSUFFICIENT, who.subject))
            raise Problem(FORBIDDEN, f"The role {who.role.value} is not allowed to do this.")
        headers = self._rates.try_acquire(who, operation)
        if headers is None:
            headers = await run_in_threadpool(self._rates.acquire, who, operation)
        request.scope["state"]["headers"] = headers
        token = who.token
        return Access(who, Caller(self._services.convex, lambda: token, current_request_id()))

    def _read(self, request: Request) -> IncomingRequest:
        return self._reader.read(request.scope, current_request_id())

    def _report(self, request: Request, denial: Denial) -> None:
        incoming = self._read(request)
        self._reporter.report(
            "denied",
            denial.reason,
            route=route_label(incoming.path),
            client_address=incoming.client_address,
            request_id=incoming.request_id,
            user_id=denial.user_id,
        )


async def access_of(
    request: Request, _documented: Annotated[Any, Security(_scheme)] = None
) -> Access:
    """Return the access of a request, which the route has authorized."""
    return cast("Access", request.scope["state"]["access"])


async def services_of(request: Request) -> Services:
    """Return the services of the process."""
    return cast("Services", request.app.state.services)


def _unauthenticated(denial: Denial) -> Problem:
    if denial.reason in _VERIFICATION_UNAVAILABLE:
        return Problem(UNAVAILABLE, "Tokens cannot be verified at the moment.")
    if denial.reason == GateReason.ROLE_MISSING:
        return Problem(FORBIDDEN, "The token has no role in this product.")
    if denial.reason == GateReason.BEARER_MISSING:
        return Problem(UNAUTHENTICATED, "Send Authorization: Bearer <token>.")
    # RFC 6750 section 3.1; the reason is from a closed list and contains nothing of the token.
    challenge = f'{_CHALLENGE}, error="invalid_token", error_description="{denial.reason}"'
    return Problem(
        UNAUTHENTICATED,
        f"The token is not accepted: {denial.reason}.",
        headers={"WWW-Authenticate": challenge},
    )


AccessDep = Annotated[Access, Depends(access_of)]
ServicesDep = Annotated[Services, Depends(services_of)]
