"""A call of Vapi becomes a conversation: what was said, with its times, and nothing lost unsaid."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.formats.conversation import Conversation, UnreadableError
from lib.product.limits import TEXT_BYTES
from lib.sources import vapi
from lib.sources.mapped import NO_DEFAULTS, Mapped, SourceDefaults
from tests.sources.mutations import accounted_for, any_json, mutations

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"vapi-{name}.json").read_text())


def mapped(value: object, defaults: SourceDefaults = NO_DEFAULTS) -> Mapped:
    return vapi.map_delivery(json.dumps(value).encode(), "application/json", "", defaults)


def only(value: object) -> Conversation:
    (found,) = mapped(value).conversations
    return found


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(t.content["speaker"], t.content["text"]) for t in conversation.transcript.turns]


def test_a_phone_call_has_its_caller_its_agent_and_its_reason() -> None:
    found = only(payload("phone-call"))
    session = found.session
    assert (found.person.phone, found.person.external_id) == ("+41445550142", "crm-1842")
    assert found.person.clerk_id is None
    assert (session.channel, session.status, session.direction) == ("voice", "completed", "inbound")
    assert (session.agent_version, session.language) == ("v3", "en")
    assert session.end_reason == "customer-ended-call"
    assert (session.provider, session.model_id) == ("openai", "gpt-4o")
    assert session.metadata is not None
    assert session.metadata["summary"].startswith("The caller asked")
    assert session.metadata["recordingConsent"]["type"] == "verbal"


def test_yes_said_twice_is_two_turns() -> None:
    turns = said(only(payload("phone-call")))
    assert turns.count(("user", "Yes.")) == 2


def test_a_call_of_a_tool_and_its_result_are_one_turn() -> None:
    (turn,) = [
        turn.content
        for turn in only(payload("phone-call")).transcript.turns
        if turn.content["speaker"] == "tool"
    ]
    assert turn["tool"] == {
        "call_id": "call_9f",
        "name": "find_parcel",
        "arguments": '{"number":"LX-4471"}',
        "result": '{"state":"in transit","due":"tomorrow"}',
        "latency_ms": 750.0,
    }


def test_a_result_whose_call_is_not_in_the_report_is_a_turn_of_its_own() -> None:
    value = payload("phone-call")
    messages = value["message"]["artifact"]["messages"]
    del messages[3]
    (turn,) = [t.content for t in only(value).transcript.turns if t.content["speaker"] == "tool"]
    assert turn["tool"] is not None
    assert turn["tool"]["result"] == '{"state":"in transit","due":"tomorrow"}'


def test_times_are_the_vendors_and_say_so() -> None:
    turn = only(payload("phone-call")).transcript.turns[2].content
    assert (turn["started_at_ms"], turn["duration_ms"], turn["timing"]) == (3600, 3500, "vendor")


def test_latencies_belong_to_the_answers_only_if_there_are_as_many() -> None:
    value = payload("phone-call")
    answer = only(value).transcript.turns[4].content
    assert answer["stages"] == {
        "end_of_turn_ms": 420,
        "speech_to_text_ms": 110,
        "model_ms": 640,
        "text_to_speech_ms": 180,
    }
    assert (answer["latency_ms"], answer["ttft_ms"]) == (2100, 640)
    value["message"]["artifact"]["performanceMetrics"]["turnLatencies"].pop()
    made = mapped(value)
    turns = made.conversations[0].transcript.turns
    assert all("stages" not in turn.content for turn in turns)
    assert any("not sure whose" in item.reason for item in made.left_out)


def test_a_transcript_alone_has_no_times() -> None:
    found = only(payload("transcript-only"))
    assert said(found) == [
        ("assistant", "Parcel line, how can I help?"),
        ("user", "Where is my parcel?\nIt is late."),
    ]
    assert {turn.content["timing"] for turn in found.transcript.turns} == {"none"}
    assert (found.transcript.items, found.transcript.merged) == (3, 1)


def test_messages_in_openais_form_have_no_times() -> None:
    value = payload("transcript-only")
    value["message"]["artifact"] = {
        "messagesOpenAIFormatted": [
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Hi."},
        ]
    }
    found = only(value)
    assert said(found) == [("assistant", "Hello."), ("user", "Hi.")]
    assert {turn.content["timing"] for turn in found.transcript.turns} == {"none"}


def test_a_call_that_was_never_connected_is_an_abandoned_session() -> None:
    made = mapped(payload("never-connected"))
    (found,) = made.conversations
    assert (found.session.status, found.transcript.turns) == ("abandoned", ())
    assert found.session.started_at.isoformat() == "2025-12-01T09:59:58.120000+00:00"
    assert any(item.field == "message.startedAt" for item in made.left_out)


def test_an_error_of_the_platform_is_a_failed_session() -> None:
    value = payload("phone-call")
    value["message"]["endedReason"] = "pipeline-error-openai-llm-failed"
    assert only(value).session.status == "failed"


def test_the_stereo_recording_is_taken_and_its_sides_are_named() -> None:
    value = payload("phone-call")
    (link,) = only(value).links
    assert link.channels == ("user", "assistant")
    assert link.urls[0] == "https://storage.vapi.ai/0199f1c2-stereo.wav"
    assert link.urls[-1].startswith("https://api.vapi.ai/call/0199f1c2-")
    value["message"]["artifact"]["presignedStereoUrl"] = "https://signed.example/x?sig=1"
    (link,) = only(value).links
    assert link.urls[0] == "https://signed.example/x?sig=1"
    (link,) = (
        mapped(value, SourceDefaults(channel_roles=("assistant", "user"))).conversations[0].links
    )
    assert link.channels == ("assistant", "user")


def test_without_a_stereo_recording_each_side_is_one() -> None:
    links = only(payload("web-call")).links
    assert [link.channels for link in links] == [("user",), ("assistant",)]


def test_a_link_that_is_not_https_is_left_out() -> None:
    value = payload("never-connected")
    value["message"]["artifact"]["recordingUrl"] = "file:///etc/passwd"
    made = mapped(value)
    assert made.conversations[0].links == ()
    assert ("message.artifact.recordingUrl", "not an https address") in {
        (item.field, item.reason) for item in made.left_out
    }


def test_the_vendors_own_judgements_become_scores() -> None:
    scores = {item.name: item for item in only(payload("phone-call")).judgements}
    assert (scores["success_evaluation"].value, scores["success_evaluation"].label) == (1, "true")
    assert scores["Caller was satisfied"].value == 1
    assert scores["Politeness"].value == 0.9
    assert {item.origin for item in scores.values()} == {"vendor"}
    assert {item.evaluator for item in scores.values()} == {"vapi"}


def test_a_fetched_call_gives_what_its_report_gave() -> None:
    pushed, fetched = only(payload("phone-call")), only(payload("fetched-call"))
    assert said(pushed) == said(fetched)
    assert pushed.judgements == fetched.judgements
    assert pushed.person == fetched.person


def test_another_message_is_named_as_left_out() -> None:
    made = mapped(payload("status-update"))
    assert made.conversations == ()
    assert [item.reason for item in made.left_out] == ["a message of the type status-update"]


def test_unknown_fields_are_counted_by_name_and_never_refuse() -> None:
    made = mapped(payload("unknown-fields"))
    (found,) = made.conversations
    assert made.unmapped["message.quantumMood"] == 1
    assert made.unmapped["message.artifact.messages[].mood"] == 1
    assert found.session.end_reason == "a-reason-of-tomorrow"
    assert found.session.direction is None
    assert [item.field for item in found.transcript.refusals] == [
        "message.artifact.messages.10.role"
    ]


def test_a_malformed_value_leaves_its_field_out_and_nothing_else() -> None:
    value = payload("phone-call")
    value["message"]["customer"]["number"] = 41445550142
    value["message"]["cost"] = "much"
    value["message"]["artifact"]["messages"][2]["endTime"] = "later"
    made = mapped(value)
    (found,) = made.conversations
    assert said(found) == said(only(payload("phone-call")))
    assert found.person.phone is None
    assert "duration_ms" not in found.transcript.turns[2].content
    assert {item.field for item in made.left_out} >= {
        "message.customer.number",
        "message.cost",
        "message.artifact.messages.2.endTime",
    }


def test_a_text_is_cut_between_characters() -> None:
    value = payload("phone-call")
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    value["message"]["artifact"]["messages"][2]["message"] = family * 5000
    made = mapped(value)
    text = made.conversations[0].transcript.turns[2].content["text"]
    assert len(text.encode()) <= TEXT_BYTES
    assert text == family * (len(text) // len(family))
    assert any(item.reason == f"cut to {TEXT_BYTES} bytes" for item in made.left_out)


def test_one_call_of_a_list_that_cannot_be_read_does_not_stop_the_others() -> None:
    broken = copy.deepcopy(payload("fetched-call"))
    broken["id"] = ""
    made = mapped([broken, payload("fetched-call")])
    assert len(made.conversations) == 1
    assert any(item.reason == "the call has no id" for item in made.left_out)


@pytest.mark.parametrize(
    "value", [{}, {"message": 5}, 5, None, "x", {"message": {"type": vapi.REPORT}}]
)
def test_what_is_no_message_of_vapi_is_unreadable(value: object) -> None:
    with pytest.raises(UnreadableError):
        mapped(value)


@given(any_json())
def test_any_json_is_mapped_or_unreadable(value: object) -> None:
    for made in (value, {"message": {"type": vapi.REPORT, "call": value, "artifact": value}}):
        with suppress(UnreadableError):
            accounted_for(mapped(made))


@given(st.data(), st.sampled_from(["phone-call", "web-call", "fetched-call", "transcript-only"]))
def test_any_mutation_of_a_report_is_mapped_or_unreadable(data: st.DataObject, name: str) -> None:
    value = data.draw(mutations(payload(name)))
    with suppress(UnreadableError):
        accounted_for(mapped(value))
