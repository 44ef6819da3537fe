"""Run by the Python of the oracles' environment, which has the vendors' packages.

vendors.py FOLDER URL    checks the payloads in FOLDER, exports a conversation to URL, and
                         prints what was found as JSON
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any


def check_payloads(folder: Path) -> dict[str, Any]:
    """Return, for each payload of Vapi, the names of fields that its models do not know."""
    from pydantic import ValidationError  # noqa: PLC0415
    from vapi.types.call import Call  # noqa: PLC0415
    from vapi.types.server_message_end_of_call_report import (  # noqa: PLC0415
        ServerMessageEndOfCallReport,
    )
    from vapi.types.server_message_status_update import (  # noqa: PLC0415
        ServerMessageStatusUpdate,
    )

    kinds = {
        "end-of-call-report": ServerMessageEndOfCallReport,
        "status-update": ServerMessageStatusUpdate,
    }
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("vapi-*.json")):
        value = json.loads(path.read_text())
        message = value.get("message", value)
        try:
            made = kinds.get(message.get("type"), Call).model_validate(message)
            found[path.name] = sorted(made.model_extra or {})
        except ValidationError as error:
            found[path.name] = str(error)
    return found


def export(url: str) -> None:
    """Send a conversation of two calls and a tool, and an evaluation, as an agent would."""
    from opentelemetry._logs import SeverityNumber  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http import Compression  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk._logs import LoggerProvider  # noqa: PLC0415
    from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": "parcel-line", "service.version": "7"})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(f"{url}/v1/traces", compression=Compression.Gzip)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("agent")
    hello, call = (
        _text("user", "Where is it?"),
        _part("assistant", type="tool_call", id="c1", name="find", arguments={"n": 4}),
    )
    result = _part("tool", type="tool_call_response", id="c1", response="late")
    answer = _text("assistant", "It is late.")
    with tracer.start_as_current_span("invoke_agent") as agent:
        agent.set_attributes(
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.conversation.id": "conv-sdk",
                "gen_ai.agent.name": "Parcels",
            }
        )
        _chat(tracer, [hello], [call])
        with tracer.start_as_current_span("execute_tool find") as tool:
            tool.set_attributes(
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "find",
                    "gen_ai.tool.call.id": "c1",
                    "gen_ai.tool.call.arguments": '{"n":4}',
                    "gen_ai.tool.call.result": "late",
                }
            )
        _chat(tracer, [hello, call, result], [answer])
    provider.shutdown()
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs")))
    logs.get_logger("judge").emit(
        event_name="gen_ai.evaluation.result",
        severity_number=SeverityNumber.INFO,
        attributes={
            "gen_ai.conversation.id": "conv-sdk",
            "gen_ai.evaluation.name": "tone",
            "gen_ai.evaluation.score.value": 0.5,
        },
    )
    logs.shutdown()


def _part(role: str, **part: Any) -> dict[str, Any]:
    return {"role": role, "parts": [part]}


def _text(role: str, text: str) -> dict[str, Any]:
    return _part(role, type="text", content=text)


def _chat(tracer: Any, sent: list[Any], came_back: list[Any]) -> None:
    with tracer.start_as_current_span("chat gpt-4o") as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.usage.input_tokens": 12,
                "gen_ai.input.messages": json.dumps(sent),
                "gen_ai.output.messages": json.dumps(came_back),
            }
        )


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    export(sys.argv[2])
    json.dump(check_payloads(Path(sys.argv[1])), sys.stdout)
