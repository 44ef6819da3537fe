"""Content of notifications: generic JSON and Slack. Pure.

A message has the same id and content at every attempt, so a receiver can drop repeats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal
from urllib.parse import urlencode

from lib.data.records import Announcement
from lib.observability.alert_rules import Unit
from lib.product.figures import count, number, percent

Channel = Literal["webhook", "slack"]

VERSION: Final = 1

_SLACK_SIGNS: Final = {"firing": ":red_circle:", "resolved": ":large_green_circle:"}
_TEST_SIGN: Final = ":information_source:"
_SECOND_MS: Final = 1000
_MINUTE_MS: Final = 60 * _SECOND_MS
_HOUR_MS: Final = 60 * _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel.

    Attributes:
        id: the same at every attempt.
        channel: whose format it takes.
        items: what changed, oldest first.
        created_at: when it was queued.
    """

    id: str
    channel: Channel
    items: Sequence[Announcement]
    created_at: datetime


def body(message: Message, app_url: str) -> bytes:
    """Return the request body, UTF-8 JSON.

    Args:
        message: to send.
        app_url: origin of the dashboard, for links.
    """
    content = _slack(message, app_url) if message.channel == "slack" else _generic(message, app_url)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def quantity(value: float | None, unit: Unit) -> str:
    """Return a value with its unit: `burn rate 14.2`, `52%`, `3 min`."""
    if value is None:
        return "no data"
    match unit:
        case "burn":
            return f"burn rate {number(value, 3)}"
        case "share":
            return percent(value)
        case "times":
            return f"{number(value, 3)}x the usual"
        case "count":
            return count(value)
        case "ms":
            return _duration(value)


def _duration(ms: float) -> str:
    if ms < _SECOND_MS:
        return f"{ms:.0f} ms"
    if ms < _MINUTE_MS:
        return f"{number(ms / _SECOND_MS, 3)} s"
    if ms < _HOUR_MS:
        return f"{number(ms / _MINUTE_MS, 3)} min"
    return f"{number(ms / _HOUR_MS, 3)} h"


def _generic(message: Message, app_url: str) -> Mapping[str, Any]:
    return {
        "version": VERSION,
        "id": message.id,
        "createdAt": _utc(message.created_at),
        "alerts": [_alert(item, app_url) for item in message.items],
    }


def _alert(item: Announcement, app_url: str) -> Mapping[str, Any]:
    alert = {
        "change": item.change,
        "rule": item.rule,
        "severity": item.severity,
        "title": item.title,
        "text": _sentence(item),
        "value": item.value,
        "threshold": item.threshold,
        "unit": item.unit,
        "at": _utc(item.at),
        "openedAt": _utc(item.opened_at) if item.opened_at else None,
        "ending": item.ending,
        "incidentId": item.incident_id,
        "incidentUrl": _incident_url(item, app_url),
        "url": _page_url(item, app_url),
        "guidanceUrl": _guidance_url(item, app_url),
    }
    return {name: value for name, value in alert.items() if value is not None}


def _slack(message: Message, app_url: str) -> Mapping[str, Any]:
    return {"text": "\n".join(_slack_line(item, app_url) for item in message.items)}


def _slack_line(item: Announcement, app_url: str) -> str:
    sign = _SLACK_SIGNS.get(item.change, _TEST_SIGN)
    link = _incident_url(item, app_url) or _page_url(item, app_url)
    words = f"{sign} *{item.change.upper()}* ({item.severity}) {_escaped(item.title)}"
    links = f"<{_escaped(link)}|Open in Earshot>"
    guidance = _guidance_url(item, app_url) if item.change == "firing" else None
    if guidance is not None:
        links += f" <{_escaped(guidance)}|What to do>"
    return f"{words}\n{_escaped(_sentence(item))}\n{links}"


def _escaped(text: str) -> str:
    """Escape a text for Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sentence(item: Announcement) -> str:
    if item.change == "test":
        return "This is a test message. Nothing is wrong."
    if item.change == "resolved":
        if item.ending == "no-data":
            return (
                "Closed without data: nothing was measured for six hours. This is not a recovery."
            )
        return "Back within limits."
    value = quantity(item.value, item.unit)
    threshold = quantity(item.threshold, item.unit)
    return f"{value[:1].upper()}{value[1:]}; the threshold is {threshold}."


def _incident_url(item: Announcement, app_url: str) -> str | None:
    return f"{app_url}/alerts?incident={item.incident_id}" if item.incident_id else None


def _page_url(item: Announcement, app_url: str) -> str:
    query = urlencode(item.params)
    return f"{app_url}{item.path}{'?' if query else ''}{query}"


def _guidance_url(item: Announcement, app_url: str) -> str | None:
    """Return the page that says what to do; it needs no Convex, which may be what is down."""
    return None if item.change == "test" else f"{app_url}/alerts?rule={item.rule}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
