"""Vapi: the server message `end-of-call-report`, and calls as `GET /call/{id}` returns them.

Shapes: `ServerMessageEndOfCallReport` and `Call` of vapi-server-sdk 3.0.0; both have the same
artifact and analysis, so pushed and fetched calls give the same conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from lib.data.fields import SessionStatus
from lib.formats.conversation import (
    ChannelRole,
    Conversation,
    Person,
    RecordingLink,
    UnreadableError,
)
from lib.formats.json_text import parse_json
from lib.formats.shapes import SentSession
from lib.product.limits import EMAIL_CHARS, FACET_CHARS, IDENTIFIER_CHARS
from lib.sources.mapped import Mapped, SourceDefaults
from lib.sources.reading import Fields, Notes
from lib.sources.turns import metadata_of, without_gaps
from lib.sources.vapi_judgements import judgements
from lib.sources.vapi_turns import read_turns

REPORT: Final = "end-of-call-report"

_API: Final = "https://api.vapi.ai"
_DIRECTIONS: Final = {
    "inboundPhoneCall": "inbound",
    "outboundPhoneCall": "outbound",
    "webCall": "web",
    "vapi.websocketCall": "web",
}
_FAILED: Final = ("error", "fault", "failed", "assistant-not-", "worker-shutdown")


def map_delivery(payload: bytes, content_type: str, path: str, defaults: SourceDefaults) -> Mapped:
    """Return what a delivery, or a file with one, holds.

    Args:
        payload: a server message, a call, or a list of these; JSON.
        content_type: not needed: Vapi sends JSON alone.
        path: not needed.
        defaults: of the source.

    Raises:
        UnreadableError: it is none of these.
    """
    del content_type, path
    value = parse_json(payload, 1)
    notes = Notes()
    found: list[Conversation] = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            try:
                found += _delivered(item, defaults, notes, str(index))
            except UnreadableError as error:
                notes.leave_out(error.field, error.reason)
    else:
        found += _delivered(value, defaults, notes, "")
    return Mapped(tuple(found), notes.unmapped, tuple(notes.left_out), notes.left_out_count)


def _delivered(
    value: object, defaults: SourceDefaults, notes: Notes, path: str
) -> list[Conversation]:
    outer = Fields(value, notes, path)
    message = outer.raw("message")
    if isinstance(message, Mapping):
        report = Fields(message, notes, outer.at("message"))
        kind = report.text("type")
        if kind != REPORT:
            known = kind if kind and kind.replace("-", "").replace(".", "").isalnum() else "unknown"
            notes.leave_out(report.at("type"), f"a message of the type {known[:64]}")
            return []
        call = report.child("call")
    elif outer and outer.raw("id") is not None:
        report = call = outer
    else:
        raise UnreadableError(1, "neither a server message nor a call of Vapi", path)
    made = _Call(report, call, defaults, notes).conversation()
    outer.close()
    return [made]


class _Call:
    """One call: what the report says, else what the call says."""

    def __init__(
        self, report: Fields, call: Fields, defaults: SourceDefaults, notes: Notes
    ) -> None:
        self._report, self._call, self._defaults = report, call, defaults
        self._artifact = report.child("artifact") or call.child("artifact")
        self._notes = notes

    def conversation(self) -> Conversation:
        """Return it.

        Raises:
            UnreadableError: it has no id, no time, or too many turns.
        """
        report, call, artifact = self._report, self._call, self._artifact
        external_id = call.text("id")
        if external_id is None:
            raise UnreadableError(1, "the call has no id", call.at("id"))
        turns = read_turns(artifact, call, self._notes)
        started_at, ended_at = self._times(turns.began_at)
        transcript = turns.collected.transcript()
        end_reason = _first("endedReason", report, call, most=FACET_CHARS)
        assistant = report.child("assistant") or call.child("assistant")
        model = assistant.child("model")
        fields = {
            "externalId": external_id,
            "channel": self._defaults.channel or "voice",
            "startedAt": started_at,
            "endedAt": ended_at,
            "status": _status(end_reason, bool(transcript.turns)),
            "provider": model.text("provider"),
            "modelId": model.text("model"),
            **self._defaults.facets,
            **without_gaps(self._facets(assistant)),
            "endReason": end_reason,
        }
        analysis = report.child("analysis") or call.child("analysis")
        made = judgements(analysis, artifact, self._notes)
        fields["metadata"] = metadata_of(
            {
                "summary": analysis.raw("summary"),
                "structuredData": analysis.raw("structuredData"),
                "cost": report.number("cost") or call.number("cost"),
                "recordingConsent": self._consent(),
                "phoneCallProviderId": call.text("phoneCallProviderId"),
                "latency": turns.latency,
            },
            analysis,
        )
        links = self._links(external_id)
        person = self._person()
        for read in (report, call):
            read.ignore("type", "timestamp", "call", "status", "startedAt", "endedAt", "messages")
        report.close()
        return Conversation(
            line=1,
            person=person,
            session=SentSession.model_validate(without_gaps(fields)),
            transcript=transcript,
            links=links,
            judgements=made,
        )

    def _times(self, began_at: datetime | None) -> tuple[datetime, datetime | None]:
        """Return start and end; a call that was never connected starts when it was made."""
        report, call = self._report, self._call
        started_at = report.moment("startedAt") or call.moment("startedAt") or began_at
        ended_at = report.moment("endedAt") or call.moment("endedAt")
        made_at = call.moment("createdAt")
        if started_at is None:
            started_at = made_at or report.epoch_ms("timestamp")
            report.refuse("startedAt", "not there: the session starts when the call was made")
        if started_at is None:
            raise UnreadableError(1, "the call has no time", report.at("startedAt"))
        if ended_at is not None and ended_at < started_at:
            report.refuse("endedAt", "before the start")
            ended_at = None
        return started_at, ended_at

    def _facets(self, assistant: Fields) -> dict[str, str | None]:
        report, call, most = self._report, self._call, FACET_CHARS
        kind = call.text("type")
        return {
            "agentId": call.text("assistantId", most)
            or call.text("squadId", most)
            or call.text("workflowId", most)
            or assistant.text("name", most),
            "agentVersion": _first("assistantVersion", report, call, most=most)
            or call.text("squadVersion", most),
            "direction": _DIRECTIONS.get(kind or ""),
            "language": assistant.child("transcriber").language("language"),
        }

    def _person(self) -> Person:
        customers = self._report.child("customer"), self._call.child("customer")
        name = _first("name", *customers)
        email = _first("email", *customers, most=EMAIL_CHARS)
        return Person(
            phone=_first("number", *customers),
            external_id=_first("externalId", *customers) or self._call.text("customerId"),
            profile=without_gaps({"name": name, "email": email}),
            may_create=True,
        )

    def _consent(self) -> dict[str, Any] | None:
        compliance = self._report.child("compliance") or self._call.child("compliance")
        consent = compliance.child("recordingConsent")
        granted_at = consent.moment("grantedAt")
        return without_gaps(
            {
                "type": consent.text("type"),
                "grantedAt": granted_at.isoformat() if granted_at else None,
            }
        )

    def _links(self, call_id: str) -> tuple[RecordingLink, ...]:
        """Return the recordings: stereo if there is one, else each side, else the mix.

        Links that need no key come first; the address of Vapi's own API is always the last one.
        """
        artifact = self._artifact
        recording = artifact.child("recording")
        mono = recording.child("mono")
        stereo = _given(
            artifact.link("presignedStereoUrl"),
            recording.link("stereoUrl"),
            artifact.link("stereoRecordingUrl"),
        )
        customer = _given(artifact.link("presignedCustomerUrl"), mono.link("customerUrl"))
        assistant = _given(artifact.link("presignedAssistantUrl"), mono.link("assistantUrl"))
        mixed = _given(
            artifact.link("presignedMonoUrl"),
            mono.link("combinedUrl"),
            artifact.link("recordingUrl"),
        )
        found: list[tuple[str, tuple[ChannelRole, ...], tuple[str, ...]]]
        if stereo:
            found = [("stereo", self._defaults.channel_roles, stereo)]
        elif customer or assistant:
            found = [("customer", ("user",), customer), ("assistant", ("assistant",), assistant)]
        else:
            found = [("mono", ("mixed",), mixed)]
        return tuple(
            RecordingLink((*urls, f"{_API}/call/{quote(call_id, safe='')}/{kind}-recording"), roles)
            for kind, roles, urls in found
            if urls
        )


def _given(*urls: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for url in urls if url))


def _first(name: str, *places: Fields, most: int = IDENTIFIER_CHARS) -> str | None:
    found = [fields.text(name, most) for fields in places]
    return next((value for value in found if value), None)


def _status(end_reason: str | None, has_turns: bool) -> SessionStatus:
    """Return what a reason means; the list of reasons is open, so the text is kept beside it."""
    if end_reason and any(word in end_reason for word in _FAILED):
        return "failed"
    return "completed" if has_turns else "abandoned"
