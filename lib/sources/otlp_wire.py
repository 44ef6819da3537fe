"""The bytes of OTLP -> spans and log records, from protobuf and JSON alike.

OTLP 1.10: `ExportTraceServiceRequest` and `ExportLogsServiceRequest`; in JSON, ids are hexadecimal
and 64-bit numbers may be texts.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lib.formats.conversation import UnreadableError
from lib.formats.json_text import parse_json
from lib.product import limits
from lib.sources.reading import Notes

MAX_DEPTH: Final = 12
"""Levels of lists and maps in an attribute; what is deeper is left out."""

_TRACE: Final = re.compile(r"(?!0{32})[0-9a-fA-F]{32}")
_SPAN: Final = re.compile(r"(?!0{16})[0-9a-fA-F]{16}")
_ERROR: Final = 2
_NS_PER_MS: Final = 1_000_000
_LARGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a span, or a log record.

    Attributes:
        name: of the event, empty if it has none.
        at_ns: when, in ns since 1970; None if that is not known.
        attributes: by name.
        body: of a log record.
        trace_id: 32 hexadecimal digits, empty if it belongs to none.
        span_id: 16, likewise.
        resource: attributes of what sent it.
        scope: name of what wrote it.
        path: where it stands.
    """

    name: str
    at_ns: int | None
    attributes: Mapping[str, Any]
    body: Any = None
    trace_id: str = ""
    span_id: str = ""
    resource: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A span that has ended.

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16.
        parent_id: 16, empty for a root.
        name: of the operation.
        start_ns: in ns since 1970; None if that is not known.
        end_ns: likewise.
        is_failed: whether its status is an error.
        attributes: by name.
        events: in it.
        resource: attributes of what sent it.
        scope: name of what made it.
        path: where it stands.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_ns: int | None
    end_ns: int | None
    is_failed: bool
    attributes: Mapping[str, Any]
    events: tuple[Event, ...]
    resource: Mapping[str, Any]
    scope: str
    path: str


@dataclass(slots=True)
class Batch:
    """What a delivery holds."""

    spans: list[Span] = field(default_factory=list)
    logs: list[Event] = field(default_factory=list)


def read_batch(payload: bytes, content_type: str, path: str, notes: Notes) -> Batch:
    """Return the spans and log records of a delivery.

    Args:
        payload: not compressed.
        content_type: `application/json`, else protobuf unless the payload begins like JSON.
        path: of the request; of the two, `logs` in it says which of the two protobuf holds.
        notes: takes what is left out.

    Raises:
        UnreadableError: it is no OTLP.
    """
    is_json = "json" in content_type.lower() or payload.lstrip()[:1] == b"{"
    if is_json:
        return _from_json(parse_json(payload, 1), notes)
    try:
        if "logs" in path.lower():
            return _from_json(_plain(ExportLogsServiceRequest.FromString(payload)), notes)
        return _from_json(_plain(ExportTraceServiceRequest.FromString(payload)), notes)
    except DecodeError:
        raise UnreadableError(0, "not OTLP in protobuf") from None


def moment(at_ns: int | None) -> datetime | None:
    """Return a time to the millisecond, None if it is not known."""
    return None if at_ns is None else datetime.fromtimestamp(at_ns // _NS_PER_MS / 1000, UTC)


def _plain(message: Any) -> Any:
    """Return a message of protobuf as JSON has it: names in camel case, ids in hexadecimal."""
    found: dict[str, Any] = {}
    for descriptor, value in message.ListFields():
        name = descriptor.json_name
        if descriptor.is_repeated:
            found[name] = [_plain(item) if hasattr(item, "ListFields") else item for item in value]
        elif hasattr(value, "ListFields"):
            found[name] = _plain(value)
        elif isinstance(value, bytes):
            is_id = name.endswith("Id")
            found[name] = value.hex() if is_id else base64.b64encode(value).decode()
        else:
            found[name] = value
    return found


def _from_json(value: object, notes: Notes) -> Batch:
    if not isinstance(value, Mapping) or (value and not _TOP & value.keys()):
        raise UnreadableError(1, "no OTLP: neither resourceSpans nor resourceLogs")
    batch = Batch()
    for path, span, resource, scope in _each(value, ("resourceSpans", "scopeSpans", "spans")):
        made = _span(span, resource, scope, path, notes)
        if made is not None:
            batch.spans.append(made)
    for path, log, resource, scope in _each(value, ("resourceLogs", "scopeLogs", "logRecords")):
        if isinstance(log, Mapping):
            batch.logs.append(_log(log, resource, scope, path))
        else:
            notes.leave_out(path, "not an object")
    for name in value.keys() - _TOP:
        notes.not_mapped(name if name.isidentifier() and len(name) <= limits.LABEL_CHARS else "?")
    return batch


_TOP: Final = {"resourceSpans", "resourceLogs"}


def _each(
    value: Mapping[str, Any], names: tuple[str, str, str]
) -> Iterator[tuple[str, Any, Mapping[str, Any], str]]:
    """Yield the records of a batch with their path, their resource's attributes and scope."""
    outer, middle, inner = names
    for first, holder in _objects(value.get(outer), outer):
        resource = _attributes(_object(holder.get("resource")).get("attributes"))
        for second, scoped in _objects(holder.get(middle), f"{first}.{middle}"):
            scope = _object(scoped.get("scope")).get("name")
            records = scoped.get(inner)
            for index, record in enumerate(records if isinstance(records, list) else ()):
                path = f"{second}.{inner}.{index}"
                yield path, record, resource, scope if isinstance(scope, str) else ""


def _objects(value: object, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield f"{path}.{index}", item


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _span(
    value: object, resource: Mapping[str, Any], scope: str, path: str, notes: Notes
) -> Span | None:
    record = _object(value)
    trace_id, span_id = _id(record.get("traceId"), _TRACE), _id(record.get("spanId"), _SPAN)
    if not trace_id or not span_id:
        notes.leave_out(path, "a span without ids")
        return None
    name = record.get("name")
    start_ns, end_ns = _time(record.get("startTimeUnixNano")), _time(record.get("endTimeUnixNano"))
    if start_ns is not None and end_ns is not None and end_ns < start_ns:
        notes.leave_out(f"{path}.endTimeUnixNano", "before the start")
        end_ns = None
    events = tuple(
        Event(
            name=event["name"] if isinstance(event.get("name"), str) else "",
            at_ns=_time(event.get("timeUnixNano")),
            attributes=_attributes(event.get("attributes")),
            trace_id=trace_id,
            span_id=span_id,
            resource=resource,
            scope=scope,
            path=where,
        )
        for where, event in _objects(record.get("events"), f"{path}.events")
    )
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=_id(record.get("parentSpanId"), _SPAN),
        name=name if isinstance(name, str) else "",
        start_ns=start_ns,
        end_ns=end_ns,
        is_failed=_object(record.get("status")).get("code") in {_ERROR, "STATUS_CODE_ERROR"},
        attributes=_attributes(record.get("attributes")),
        events=events,
        resource=resource,
        scope=scope,
        path=path,
    )


def _log(record: Mapping[str, Any], resource: Mapping[str, Any], scope: str, path: str) -> Event:
    attributes = _attributes(record.get("attributes"))
    named = record.get("eventName") or attributes.get("event.name")
    return Event(
        name=named if isinstance(named, str) else "",
        at_ns=_time(record.get("timeUnixNano")) or _time(record.get("observedTimeUnixNano")),
        attributes=attributes,
        body=_any(record.get("body")),
        trace_id=_id(record.get("traceId"), _TRACE),
        span_id=_id(record.get("spanId"), _SPAN),
        resource=resource,
        scope=scope,
        path=path,
    )


def _id(value: object, pattern: re.Pattern[str]) -> str:
    return value.lower() if isinstance(value, str) and pattern.fullmatch(value) else ""


def _time(value: object) -> int | None:
    number = _integer(value)
    if number is None:
        return None
    milliseconds = number // _NS_PER_MS
    is_known = limits.FIRST_TIME_MS <= milliseconds < limits.LAST_TIME_MS
    return number if is_known else None


def _integer(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attributes(value: object) -> dict[str, Any]:
    """Return attributes by name; of those with the same name, the last one."""
    found: dict[str, Any] = {}
    for _, item in _objects(value, ""):
        if isinstance(item.get("key"), str):
            found[item["key"]] = _any(item.get("value"))
    return found


def _any(value: object, level: int = 1) -> Any:
    """Return an AnyValue as JSON has it; None if it is none, or too deep."""
    for name, item in _object(value).items() if level <= MAX_DEPTH else ():
        read = _VALUES.get(name)
        if read is not None:
            return read(item, level)
    return None


def _list(value: object, level: int) -> list[Any]:
    values = _object(value).get("values")
    return [_any(item, level + 1) for item in values] if isinstance(values, list) else []


def _map(value: object, level: int) -> dict[str, Any]:
    return {
        entry["key"]: _any(entry.get("value"), level + 1)
        for _, entry in _objects(_object(value).get("values"), "")
        if isinstance(entry.get("key"), str)
    }


def _double(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _LARGEST else None


def _bytes(text: str) -> str | None:
    """Return bytes that are UTF-8 as text: some exporters send JSON so."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


_VALUES: Final[Mapping[str, Callable[[Any, int], Any]]] = {
    "stringValue": lambda item, _: item if isinstance(item, str) else None,
    "boolValue": lambda item, _: item if isinstance(item, bool) else None,
    "intValue": lambda item, _: _integer(item),
    "doubleValue": lambda item, _: _double(item),
    "arrayValue": _list,
    "kvlistValue": _map,
    "bytesValue": lambda item, _: _bytes(item) if isinstance(item, str) else None,
}
