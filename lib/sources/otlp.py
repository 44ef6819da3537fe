"""OTLP traces and logs -> conversations.

Conventions: OpenTelemetry's for generative AI, OpenInference, OpenLLMetry, and Pipecat's spans of
conversations and turns.

A delivery holds a part of a conversation. Its turns carry keys, and `lib.sources.history` says
which of them are new to a session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from lib.formats.conversation import Conversation
from lib.product.limits import IDENTIFIER_CHARS
from lib.sources.mapped import Mapped, SourceDefaults
from lib.sources.otlp_conversation import EVALUATION, Assembly
from lib.sources.otlp_kinds import kind_of
from lib.sources.otlp_messages import CHOICE, DETAILS, is_message_event
from lib.sources.otlp_wire import Batch, Event, Span, read_batch
from lib.sources.reading import Notes

_IDS: Final = ("gen_ai.conversation.id", "session.id", "conversation.id")


def map_delivery(payload: bytes, content_type: str, path: str, defaults: SourceDefaults) -> Mapped:
    """Return what a delivery, or a file with one, holds.

    Args:
        payload: an export request for traces or logs, not compressed.
        content_type: JSON, else protobuf.
        path: of the request, or name of the file: `logs` in it says what protobuf holds.
        defaults: of the source.

    Raises:
        UnreadableError: it is none.
    """
    notes = Notes()
    batch = read_batch(payload, content_type, path, notes)
    spans, loose = _with_their_logs(batch, notes)
    groups = _Groups(spans)
    assemblies: dict[str, Assembly] = {}
    roots: list[Span] = []
    for span in sorted(spans, key=_order):
        kind = kind_of(span)
        if kind is None:
            notes.leave_out(span.path, "a span of something else")
            roots += [] if span.parent_id else [span]
            continue
        name = groups.name(span)
        assembly = assemblies.setdefault(name, Assembly(name, defaults, notes))
        assembly.add(span, kind)
    for event in loose:
        name = _stated(event.attributes) or _stated(event.resource) or groups.of(event.trace_id)
        if not name:
            notes.leave_out(event.path, "it names neither a conversation nor a trace")
            continue
        assembly = assemblies.setdefault(name, Assembly(name, defaults, notes))
        assembly.judge(event)
    for root in roots:
        if root.trace_id in assemblies:
            assemblies[root.trace_id].end(root)
    found: list[Conversation] = []
    for assembly in assemblies.values():
        made = assembly.conversation()
        if made is not None:
            found.append(made)
    return Mapped(tuple(found), notes.unmapped, tuple(notes.left_out), notes.left_out_count)


def _order(span: Span) -> tuple[bool, int]:
    """Agents last: what they say of their models' messages is known by then."""
    return kind_of(span) == "agent", span.start_ns or span.end_ns or 0


def _with_their_logs(batch: Batch, notes: Notes) -> tuple[list[Span], list[Event]]:
    """Return spans with the log records that belong to them, and judgements that stand alone.

    Records of messages whose span is not in the batch make a span of their own: it has the ids and
    the time, and nothing else.
    """
    spans = {(span.trace_id, span.span_id): span for span in batch.spans}
    more: dict[tuple[str, str], list[Event]] = defaultdict(list)
    alone: list[Event] = []
    for log in batch.logs:
        if log.name == EVALUATION:
            alone.append(log)
        elif log.name in {DETAILS, CHOICE} or is_message_event(log.name):
            if log.trace_id and log.span_id:
                more[log.trace_id, log.span_id].append(log)
            else:
                notes.leave_out(log.path, "a message that names no span")
        else:
            notes.leave_out(log.path, "a log record of something else")
    for ids, logs in more.items():
        known = spans.get(ids)
        spans[ids] = _joined(known, logs) if known else _made_of(ids, logs)
    return list(spans.values()), alone


def _joined(span: Span, logs: list[Event]) -> Span:
    details = [log.attributes for log in logs if log.name == DETAILS]
    attributes = {name: value for found in details for name, value in found.items()}
    return replace(span, attributes={**attributes, **span.attributes}, events=(*span.events, *logs))


def _made_of(ids: tuple[str, str], logs: list[Event]) -> Span:
    times = [log.at_ns for log in logs if log.at_ns is not None]
    first = logs[0]
    attributes = {name: value for log in logs for name, value in _shared(log).items()}
    return Span(
        trace_id=ids[0],
        span_id=ids[1],
        parent_id=ids[1],  # not known; a root would end the session
        name="",
        start_ns=min(times, default=None),
        end_ns=None,
        is_failed=False,
        attributes={"gen_ai.operation.name": "chat", **attributes},
        events=tuple(log for log in logs if log.name != DETAILS),
        resource=first.resource,
        scope=first.scope,
        path=first.path,
    )


def _shared(log: Event) -> Mapping[str, object]:
    """Return what a record says of its call, not of its message."""
    if log.name == DETAILS:
        return log.attributes
    names = {*_IDS, "gen_ai.system", "gen_ai.provider.name", "gen_ai.request.model"}
    return {name: value for name, value in log.attributes.items() if name in names}


def _stated(attributes: Mapping[str, object]) -> str:
    """Return the conversation that attributes name, empty if none."""
    room, job = attributes.get("room_id"), attributes.get("job_id")
    names = [attributes.get(name) for name in _IDS]
    if isinstance(room, str) and isinstance(job, str) and room and job:
        names.append(f"{room}/{job}")
    return next((name for name in names if isinstance(name, str) and _is_id(name)), "")


def _is_id(name: str) -> bool:
    return 0 < len(name) <= IDENTIFIER_CHARS and name.isprintable() and name.strip() == name


class _Groups:
    """Which conversation a span belongs to: its own word, else its ancestors', else its trace."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = {(span.trace_id, span.span_id): span for span in spans}
        self._by_trace: dict[str, set[str]] = defaultdict(set)
        for span in self._spans.values():
            if name := _stated(span.attributes) or _stated(span.resource):
                self._by_trace[span.trace_id].add(name)

    def name(self, span: Span) -> str:
        """Return the external id of a span's conversation."""
        seen: set[str] = set()
        place: Span | None = span
        while place is not None and place.span_id not in seen:
            if name := _stated(place.attributes) or _stated(place.resource):
                return name
            seen.add(place.span_id)
            place = self._spans.get((place.trace_id, place.parent_id))
        return self.of(span.trace_id)

    def of(self, trace_id: str) -> str:
        """Return the one conversation that a trace names, else the trace's own id."""
        names = self._by_trace.get(trace_id, set())
        return next(iter(names)) if len(names) == 1 else trace_id
