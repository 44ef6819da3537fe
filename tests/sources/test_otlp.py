"""Spans and log records become conversations, by the conventions that their authors follow."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.formats.conversation import Conversation, UnreadableError
from lib.sources import otlp
from lib.sources.mapped import NO_DEFAULTS, Mapped, SourceDefaults
from tests.sources.mutations import accounted_for, any_json, mutations
from tests.sources.otlp_spans import (
    TRACE,
    answers,
    assistant,
    calls,
    chat,
    event,
    log,
    logs,
    protobuf,
    span,
    traces,
    user,
)

JSON = "application/json"
PROTOBUF = "application/x-protobuf"


def mapped(value: object, defaults: SourceDefaults = NO_DEFAULTS) -> Mapped:
    path = "/v1/logs" if isinstance(value, dict) and "resourceLogs" in value else "/v1/traces"
    return otlp.map_delivery(json.dumps(value).encode(), JSON, path, defaults)


def only(value: object) -> Conversation:
    (found,) = mapped(value).conversations
    accounted_for(mapped(value))
    return found


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(t.content["speaker"], t.content["text"]) for t in conversation.transcript.turns]


HISTORY = [user("My parcel is late."), assistant("Sure?"), user("yes"), assistant("Really?")]
THREE_CALLS = traces(
    span(1, chat(HISTORY[:1], HISTORY[1:2]), at=0),
    span(2, chat(HISTORY[:3], HISTORY[3:]), at=10),
    span(3, chat([*HISTORY, user("yes")], [assistant("I look.")]), at=20),
    **{"service.name": "parcel-line", "service.version": "7", "deployment.environment.name": "eu"},
)


def test_history_that_calls_repeat_is_stored_once_and_yes_twice_is_two_turns() -> None:
    found = only(THREE_CALLS)
    assert said(found) == [
        ("user", "My parcel is late."),
        ("assistant", "Sure?"),
        ("user", "yes"),
        ("assistant", "Really?"),
        ("user", "yes"),
        ("assistant", "I look."),
    ]
    assert found.transcript.merged == 6
    assert found.session.external_id == "conv-1"
    assert found.traces == (TRACE,)


def test_the_session_has_what_its_spans_and_their_resource_say() -> None:
    session = only(THREE_CALLS).session
    assert (session.provider, session.model_id) == ("openai", "gpt-4o")
    assert (session.agent_id, session.agent_version) == ("parcel-line", "7")
    assert (session.environment, session.channel) == ("eu", "chat")
    assert session.status == "active"


def test_protobuf_and_json_give_the_same() -> None:
    same = otlp.map_delivery(protobuf(THREE_CALLS), PROTOBUF, "/v1/traces", NO_DEFAULTS)
    assert same == mapped(THREE_CALLS)
    judged = logs(
        log(
            "gen_ai.evaluation.result",
            {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5},
            number=1,
        )
    )
    assert otlp.map_delivery(protobuf(judged), PROTOBUF, "/v1/logs", NO_DEFAULTS) == mapped(judged)


def test_messages_may_be_structured_instead_of_json() -> None:
    values = chat([], []) | {
        "gen_ai.input.messages": [user("Hello")],
        "gen_ai.output.messages": [assistant("Hi")],
        "gen_ai.system_instructions": [{"type": "text", "content": "Be kind."}],
    }
    assert said(only(traces(span(1, values)))) == [
        ("system", "Be kind."),
        ("user", "Hello"),
        ("assistant", "Hi"),
    ]


def test_an_answer_has_its_tokens_its_latency_and_where_its_time_comes_from() -> None:
    more = {
        "gen_ai__usage__input_tokens": 12,
        "gen_ai__usage__output_tokens": 3,
        "gen_ai__response__time_to_first_chunk": 0.25,
    }
    asked, answered = only(
        traces(span(1, chat([user("Hello")], [assistant("Hi")], **more), at=5, seconds=2))
    ).transcript.turns
    assert (asked.content["started_at_ms"], asked.content["timing"]) == (0, "derived")
    answer = answered.content
    assert (answer["tokens_in"], answer["tokens_out"]) == (12, 3)
    assert (answer["ttft_ms"], answer["latency_ms"]) == (250, 2000)
    assert (answer["started_at_ms"], answer["timing"]) == (250, "derived")


def test_what_was_said_before_the_first_call_has_no_time() -> None:
    sent = [assistant("Parcel line?"), user("Hello")]
    turns = only(traces(span(1, chat(sent, [assistant("Hi")])))).transcript.turns
    assert [turn.content["timing"] for turn in turns] == ["none", "derived", "derived"]


def test_a_tool_is_one_turn_however_often_it_is_told() -> None:
    call = calls("c1", "find", {"number": 4})
    found = only(
        traces(
            span(1, chat([user("Where?")], [call]), at=0),
            span(
                2,
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.conversation.id": "conv-1",
                    "gen_ai.tool.name": "find",
                    "gen_ai.tool.call.id": "c1",
                    "gen_ai.tool.call.arguments": '{"number":4}',
                    "gen_ai.tool.call.result": '{"state":"late"}',
                },
                at=1,
                seconds=0.5,
                name="execute_tool find",
            ),
            span(
                3,
                chat(
                    [user("Where?"), call, answers("c1", {"state": "late"})], [assistant("Late.")]
                ),
                at=2,
            ),
        )
    )
    tools = [turn.content["tool"] for turn in found.transcript.turns if "tool" in turn.content]
    assert tools == [
        {"call_id": "c1", "name": "find", "arguments": '{"number":4}'},
        {
            "call_id": "c1",
            "name": "find",
            "arguments": '{"number":4}',
            "result": '{"state":"late"}',
            "latency_ms": 500,
        },
    ]
    assert said(found)[-1] == ("assistant", "Late.")


def test_results_of_tools_are_stored_from_messages_if_no_span_has_them() -> None:
    call = calls("c1", "find", {"number": 4})
    sent = [user("Where?"), call, answers("c1", "late")]
    turns = only(traces(span(1, chat(sent, [assistant("Late.")])))).transcript.turns
    assert [turn.content.get("tool") for turn in turns] == [
        None,
        {"call_id": "c1", "name": "find", "arguments": '{"number":4}'},
        {"call_id": "c1", "result": "late"},
        None,
    ]


def test_open_inference_is_read() -> None:
    values = {
        "openinference.span.kind": "LLM",
        "session.id": "s-9",
        "user.id": "u-9",
        "llm.model_name": "claude",
        "llm.system": "anthropic",
        "llm.token_count.prompt": 5,
        "llm.token_count.completion": 2,
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": "Hello",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Hi",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "t1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "greet",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
        "input.value": "{}",
    }
    tool = {
        "openinference.span.kind": "TOOL",
        "session.id": "s-9",
        "tool.name": "greet",
        "input.value": "{}",
        "output.value": "done",
    }
    found = only(traces(span(1, values), span(2, tool, at=2, is_failed=True)))
    assert (found.session.external_id, found.person.external_id) == ("s-9", "u-9")
    assert (found.session.provider, found.session.model_id) == ("anthropic", "claude")
    assert said(found)[:3] == [("system", "Be brief."), ("user", "Hello"), ("assistant", "Hi")]
    failed = found.transcript.turns[-1].content["tool"]
    assert failed is not None
    assert (failed["result"], failed["is_error"]) == ("done", True)
    assert mapped(traces(span(1, values))).unmapped == {}


def test_flat_prompts_and_completions_are_read() -> None:
    values = {
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Hello",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Hi",
    }
    found = only(traces(span(1, values)))
    assert said(found) == [("user", "Hello"), ("assistant", "Hi")]
    assert found.session.external_id == TRACE


def test_messages_that_are_events_of_the_span_or_log_records_are_read() -> None:
    values = {"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "conv-1"}
    in_span = traces(
        span(
            1,
            values,
            events=[
                event("gen_ai.user.message", {"content": "Hello"}),
                event("gen_ai.choice", {"message": '{"content":"Hi"}', "index": 0}),
            ],
        )
    )
    as_logs = logs(
        log("gen_ai.user.message", {}, number=1, body={"content": "Hello"}),
        log("gen_ai.choice", {}, number=1, body={"index": 0, "message": {"content": "Hi"}}),
    )
    details = logs(
        log(
            "gen_ai.client.inference.operation.details",
            chat([user("Hello")], [assistant("Hi")]),
            number=1,
        )
    )
    expected = [("user", "Hello"), ("assistant", "Hi")]
    assert said(only(in_span)) == said(only(as_logs)) == said(only(details)) == expected
    keys = [turn.content["request_id"] for turn in only(in_span).transcript.turns]
    assert keys == [turn.content["request_id"] for turn in only(as_logs).transcript.turns]


def pipecat() -> list[dict[str, Any]]:
    whole = {"conversation.id": "call-7", "conversation.type": "voice"}
    return [
        span(
            3,
            {
                "gen_ai.operation.name": "stt",
                "transcript": "Where is it?",
                "is_final": True,
                "language": "en",
                "metrics.ttfb": 0.11,
            },
            at=1,
            parent=2,
            name="stt",
        ),
        span(
            4,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "input": json.dumps(
                    [
                        {"role": "system", "content": "Be kind."},
                        {"role": "user", "content": "Where is it?"},
                    ]
                ),
                "output": "It is on its way. Goodbye.",
                "metrics.ttfb": 0.3,
            },
            at=2,
            parent=2,
            name="llm",
        ),
        span(
            5,
            {"gen_ai.operation.name": "tts", "text": "It is on its way.", "metrics.ttfb": 0.2},
            at=2.5,
            parent=2,
            name="tts",
        ),
        span(
            2,
            {
                **whole,
                "turn.number": 1,
                "turn.type": "conversation",
                "turn.was_interrupted": True,
                "turn.user_bot_latency_seconds": 0.9,
                "turn.duration_seconds": 4.0,
            },
            at=1,
            seconds=4,
            parent=1,
            name="turn",
        ),
        span(1, whole, at=0, seconds=6, name="conversation"),
    ]


def test_pipecats_turns_have_their_stages_and_interruption() -> None:
    found = only(traces(*pipecat()))
    session = found.session
    assert (session.external_id, session.channel, session.language) == ("call-7", "voice", "en")
    assert (session.status, found.is_over) == ("completed", True)
    assert said(found) == [
        ("user", "Where is it?"),
        ("system", "Be kind."),
        ("assistant", "It is on its way. Goodbye."),
    ]
    answer = found.transcript.turns[2].content
    assert answer["stages"] == {"speech_to_text_ms": 110, "model_ms": 300, "text_to_speech_ms": 200}
    assert (answer["latency_ms"], answer["interrupted"]) == (900, True)


def test_a_greeting_that_no_model_wrote_is_a_turn() -> None:
    sound = span(
        6, {"gen_ai.operation.name": "tts", "text": "Welcome."}, at=0.5, parent=1, name="tts"
    )
    assert ("assistant", "Welcome.") in said(only(traces(sound, *pipecat())))


def test_words_that_are_not_final_are_left_out_with_a_reason() -> None:
    heard = span(
        6, {"gen_ai.operation.name": "stt", "transcript": "Where is", "is_final": False}, at=0.5
    )
    made = mapped(traces(heard, *pipecat()))
    assert any("not final" in item.reason for item in made.left_out)


def test_an_agents_span_says_only_what_its_models_do_not() -> None:
    agent = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.conversation.id": "conv-1",
        "gen_ai.agent.name": "Parcels",
        "gen_ai.agent.version": "2",
        "gen_ai.input.messages": json.dumps([user("Hello")]),
        "gen_ai.output.messages": json.dumps([assistant("Hi")]),
    }
    with_model = only(
        traces(
            span(1, agent, at=0, seconds=5),
            span(2, chat([user("Hello")], [assistant("Hi")]), at=1, parent=1),
        )
    )
    alone = only(traces(span(1, agent, at=0, seconds=5)))
    assert said(with_model) == said(alone) == [("user", "Hello"), ("assistant", "Hi")]
    assert (alone.session.agent_id, alone.session.agent_version) == ("Parcels", "2")
    assert alone.is_over


def test_a_trace_that_is_the_conversation_ends_with_its_root_of_any_kind() -> None:
    values = {
        name: value
        for name, value in chat([user("Hello")], [assistant("Hi")]).items()
        if "conversation" not in name
    }
    request = span(1, {"http.request.method": "POST"}, name="POST /chat", seconds=3)
    found = only(traces(request, span(2, values, parent=1, at=1)))
    assert (found.session.external_id, found.session.status) == (TRACE, "completed")
    assert found.session.ended_at is not None
    assert not only(traces(span(2, values, parent=1))).is_over


def test_a_named_conversation_does_not_end_with_a_request() -> None:
    request = span(1, {"http.request.method": "POST"}, name="POST /chat", seconds=3)
    call = span(2, chat([user("Hello")], [assistant("Hi")]), parent=1, at=1)
    assert not only(traces(request, call)).is_over


def test_spans_are_grouped_by_their_ancestors_word() -> None:
    values = {
        name: value
        for name, value in chat([user("Hello")], [assistant("Hi")]).items()
        if "conversation" not in name
    }
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "conv-2"}
    assert only(traces(span(1, agent), span(2, values, parent=1))).session.external_id == "conv-2"
    job = {"gen_ai.operation.name": "invoke_agent", "room_id": "RM_1", "job_id": "AJ_1"}
    assert only(traces(span(1, job), span(2, values, parent=1))).session.external_id == "RM_1/AJ_1"


def test_evaluations_become_scores_of_their_turn() -> None:
    judged = event(
        "gen_ai.evaluation.result",
        {
            "gen_ai.evaluation.name": "Relevance",
            "gen_ai.evaluation.score.value": 0.8,
            "gen_ai.evaluation.score.label": "relevant",
            "gen_ai.evaluation.explanation": "It answers the question.",
        },
    )
    found = only(traces(span(1, chat([user("Hello")], [assistant("Hi")]), events=[judged])))
    (score,) = found.judgements
    assert (score.name, score.value, score.label) == ("Relevance", 0.8, "relevant")
    assert (score.origin, score.evaluator) == ("machine", "tests")
    assert score.about == f"{TRACE}-{1:016x}"
    assert score.explanation == "It answers the question."


def test_an_evaluation_finds_its_turn_by_the_response_it_names() -> None:
    call = span(1, chat([user("Hello")], [assistant("Hi")], gen_ai__response__id="resp-1"))
    judge = span(
        2,
        {"gen_ai.conversation.id": "conv-1"},
        at=9,
        events=[
            event(
                "gen_ai.evaluation.result",
                {
                    "gen_ai.evaluation.name": "tone",
                    "gen_ai.evaluation.score.label": "kind",
                    "gen_ai.response.id": "resp-1",
                },
            )
        ],
    )
    (score,) = only(traces(call, judge)).judgements
    assert score.about == f"{TRACE}-{1:016x}"


def test_an_evaluation_without_a_result_is_left_out_with_a_reason() -> None:
    made = mapped(
        logs(log("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "tone"}, number=1))
    )
    assert [item.reason for item in made.left_out] == [
        "an evaluation without a name, or without a result"
    ]


def test_other_spans_and_calls_without_messages_are_left_out_with_a_reason() -> None:
    silent = {"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "conv-1"}
    made = mapped(traces(span(1, {"db.system": "redis"}, name="GET", parent=9), span(2, silent)))
    assert made.conversations == ()
    assert {item.reason for item in made.left_out} == {
        "a span of something else",
        "a call of a model without its messages",
    }


def test_unknown_attributes_are_counted_by_name() -> None:
    made = mapped(traces(span(1, chat([user("Hello")], [assistant("Hi")], shop__mood="calm"))))
    assert made.unmapped == {"attributes.shop.mood": 1}


def test_images_and_thoughts_are_left_out_by_their_kind() -> None:
    sent = [
        {
            "role": "user",
            "parts": [{"type": "text", "content": "See"}, {"type": "blob", "content": "AAAA"}],
        }
    ]
    answer = [
        {
            "role": "assistant",
            "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "Hi"}],
        }
    ]
    found = only(traces(span(1, chat(sent, answer))))
    assert said(found) == [("user", "See"), ("assistant", "Hi")]
    assert [note.reason for note in found.transcript.notes] == [
        "a part of the kind blob",
        "a part of the kind reasoning",
    ]


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"resourceSpans":[]}'])
def test_an_empty_request_is_an_empty_delivery(payload: bytes) -> None:
    assert otlp.map_delivery(payload, PROTOBUF, "/v1/traces", NO_DEFAULTS).conversations == ()


@pytest.mark.parametrize("payload", [b"[]", b'{"spans":1}', b"{", b"\xff\xff\xff"])
def test_what_is_no_otlp_is_unreadable(payload: bytes) -> None:
    content_type = PROTOBUF if payload.startswith(b"\xff") else JSON
    with pytest.raises(UnreadableError):
        otlp.map_delivery(payload, content_type, "/v1/traces", NO_DEFAULTS)


@given(any_json())
def test_any_json_is_mapped_or_unreadable(value: object) -> None:
    for made in (value, traces(value), logs(value)):  # type: ignore[arg-type]
        with suppress(UnreadableError):
            accounted_for(mapped(made))
    values = chat([], []) | {
        "gen_ai.input.messages": json.dumps(value),
        "input.value": json.dumps(value),
    }
    accounted_for(mapped(traces(span(1, values))))


@given(st.data(), st.sampled_from(["chat", "pipecat"]))
def test_any_mutation_of_a_delivery_is_mapped_or_unreadable(data: st.DataObject, name: str) -> None:
    value = THREE_CALLS if name == "chat" else traces(*pipecat())
    with suppress(UnreadableError):
        accounted_for(mapped(data.draw(mutations(value))))


@given(st.binary(max_size=60), st.integers(0, 200), st.sampled_from(["/v1/traces", "/v1/logs"]))
def test_any_bytes_are_mapped_or_unreadable(noise: bytes, at: int, path: str) -> None:
    whole = protobuf(THREE_CALLS)
    for payload in (noise, whole[:at] + noise + whole[at + len(noise) :]):
        with suppress(UnreadableError):
            accounted_for(otlp.map_delivery(payload, PROTOBUF, path, NO_DEFAULTS))
