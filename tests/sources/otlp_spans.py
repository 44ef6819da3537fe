"""Spans and log records as OTLP's JSON has them, for tests to put together."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

START_NS = 1_764_583_200_000_000_000  # 2025-12-01T10:00:00Z
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def any_value(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case str():
            return {"stringValue": value}
        case list():
            return {"arrayValue": {"values": [any_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": attributes(value)}}
    raise TypeError(type(value))


def attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": any_value(value)} for name, value in values.items()]


def span(
    number: int,
    values: Mapping[str, Any],
    *,
    at: float = 0,
    seconds: float = 1,
    parent: int | None = None,
    name: str = "chat",
    trace: str = TRACE,
    events: Sequence[Mapping[str, Any]] = (),
    is_failed: bool = False,
) -> dict[str, Any]:
    """Return a span whose id is a number, and which begins at a second."""
    start = START_NS + round(at * 1e9)
    made: dict[str, Any] = {
        "traceId": trace,
        "spanId": f"{number:016x}",
        "name": name,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + round(seconds * 1e9)),
        "attributes": attributes(values),
        "events": list(events),
        "status": {"code": 2} if is_failed else {},
    }
    if parent is not None:
        made["parentSpanId"] = f"{parent:016x}"
    return made


def event(name: str, values: Mapping[str, Any], at: float = 0) -> dict[str, Any]:
    time = str(START_NS + round(at * 1e9))
    return {"name": name, "timeUnixNano": time, "attributes": attributes(values)}


def log(
    name: str,
    values: Mapping[str, Any],
    *,
    number: int | None = None,
    body: Any = None,
    at: float = 0,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "eventName": name,
        "timeUnixNano": str(START_NS + round(at * 1e9)),
        "attributes": attributes(values),
    }
    if body is not None:
        made["body"] = any_value(body)
    if number is not None:
        made |= {"traceId": TRACE, "spanId": f"{number:016x}"}
    return made


def traces(*spans: Mapping[str, Any], **resource: Any) -> dict[str, Any]:
    scoped = {"scope": {"name": "tests"}, "spans": list(spans)}
    return {
        "resourceSpans": [
            {"resource": {"attributes": attributes(resource)}, "scopeSpans": [scoped]}
        ]
    }


def logs(*records: Mapping[str, Any]) -> dict[str, Any]:
    scoped = {"scope": {"name": "tests.evaluator"}, "logRecords": list(records)}
    return {"resourceLogs": [{"scopeLogs": [scoped]}]}


def protobuf(value: Mapping[str, Any]) -> bytes:
    """Return a payload in protobuf."""
    kind = ExportLogsServiceRequest if "resourceLogs" in value else ExportTraceServiceRequest
    made = json_format.ParseDict(_with_base64_ids(value), kind())
    return bytes(made.SerializeToString())


def _with_base64_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_base64_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(item)).decode()
        if name in {"traceId", "spanId", "parentSpanId"}
        else _with_base64_ids(item)
        for name, item in value.items()
    }


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"type": "text", "content": text}]}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "parts": [{"type": "text", "content": text}]}


def calls(call_id: str, name: str, arguments: Any) -> dict[str, Any]:
    part = {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}
    return {"role": "assistant", "parts": [part]}


def answers(call_id: str, result: Any) -> dict[str, Any]:
    part = {"type": "tool_call_response", "id": call_id, "response": result}
    return {"role": "tool", "parts": [part]}


def chat(sent: Sequence[Any], came_back: Sequence[Any], **more: Any) -> dict[str, Any]:
    """Return the attributes of a call of a model in one conversation."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": "conv-1",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.input.messages": json.dumps(list(sent)),
        "gen_ai.output.messages": json.dumps(list(came_back)),
        **{name.replace("__", "."): value for name, value in more.items()},
    }
