"""Conversations as the APIs of models send, answer and log them."""

from __future__ import annotations

import json
from typing import Final

from tests.formats.inputs.made import Expected, Input, chat

OPENAI: Final = "OpenAI"
ANTHROPIC: Final = "Anthropic"
USER: Final = {"role": "user", "content": "Hi"}
HI: Final[Expected] = ("user", "Hi", 0.0)

CHATS: Final = (
    chat(
        "input, function_call, function_call_output, reasoning",
        f"{OPENAI} Responses",
        {
            "input": [
                USER,
                {"type": "reasoning", "summary": []},
                {"type": "function_call", "call_id": "c", "name": "track", "arguments": '{"n":1}'},
                {"type": "function_call_output", "call_id": "c", "output": "Berlin"},
            ],
            "output": [
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "In Berlin", "annotations": []}],
                }
            ],
        },
        HI,
        ("tool", 'track({"n":1})', 0.0),
        ("tool", "-> Berlin", 0.0),
        ("assistant", "In Berlin", 0.0),
        left_out=("an item of the kind reasoning",),
    ),
    chat(
        "input as text, instructions",
        f"{OPENAI} Responses",
        {"instructions": "Be brief", "input": "Hi"},
        ("system", "Be brief", 0.0),
        HI,
    ),
    chat(
        "a refusal",
        f"{OPENAI} Responses",
        [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}],
        ("assistant", "No.", 0.0),
    ),
    chat(
        "content null and a refusal",
        OPENAI,
        [{"role": "assistant", "content": None, "refusal": "No."}],
        ("assistant", "No.", 0.0),
    ),
    chat(
        "a custom tool",
        OPENAI,
        [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "custom", "custom": {"name": "run", "input": "ls"}}],
            }
        ],
        ("tool", "run(ls)", 0.0),
    ),
    chat(
        "a tool call without a name",
        OPENAI,
        [USER, {"role": "assistant", "tool_calls": [{"function": {}}]}],
        HI,
        refused=("without a name",),
    ),
    chat(
        "two choices",
        OPENAI,
        {
            "choices": [
                {"message": {"role": "assistant", "content": "a"}},
                {"message": {"role": "assistant", "content": "b"}},
            ]
        },
        ("assistant", "a", 0.0),
        left_out=("an alternative",),
    ),
    chat(
        "items of a session, sound without words",
        f"{OPENAI} Realtime",
        {
            "items": [
                {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_audio", "transcript": None}],
                },
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_audio", "transcript": "Hello"}],
                },
            ]
        },
        ("assistant", "Hello", 0.0),
        left_out=("a sound without",),
    ),
    chat(
        "text with a value",
        f"{OPENAI} Assistants",
        [
            {
                "role": "user",
                "content": [{"type": "text", "text": {"value": "Hi", "annotations": []}}],
            }
        ],
        HI,
    ),
    chat(
        "system, tool_result, thinking",
        ANTHROPIC,
        {
            "system": [{"type": "text", "text": "Be brief"}],
            "messages": [
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "..."},
                        {"type": "tool_use", "id": "t", "name": "track", "input": {}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t",
                            "content": [{"type": "text", "text": "Berlin"}],
                        },
                        {"type": "text", "text": "Hi"},
                    ],
                },
            ],
        },
        ("system", "Be brief", 0.0),
        ("tool", "track({})", 0.0),
        ("tool", "-> Berlin", 0.0),
        HI,
        left_out=("a part of the kind thinking",),
    ),
    chat(
        "a single message as the answer",
        ANTHROPIC,
        {
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": "Hello"}],
        },
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "contents, parts, model",
        "Gemini",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "track", "args": {"n": 1}}}]},
            ],
            "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}}],
        },
        HI,
        ("tool", 'track({"n":1})', 0.0),
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "roles human and ai as types",
        "LangChain",
        [{"type": "human", "content": "Hi"}, {"type": "ai", "data": {"content": "Hello"}}],
        HI,
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "tool-call and tool-result",
        "Vercel AI SDK",
        [
            {
                "role": "assistant",
                "content": [{"type": "tool-call", "toolName": "track", "args": {"n": 1}}],
            },
            {"role": "tool", "content": [{"type": "tool-result", "result": {"at": "Berlin"}}]},
        ],
        ("tool", 'track({"n":1})', 0.0),
        ("tool", '-> {"at":"Berlin"}', 0.0),
    ),
    chat(
        "from and value",
        "ShareGPT",
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "bot", "value": "Hello"}]},
        HI,
        ("assistant", "Hello", 0.0),
    ),
    chat(
        "a role that nobody knows",
        "users",
        [USER, {"role": "narrator", "content": "x"}],
        HI,
        refused=("role is not known",),
    ),
    chat(
        "messages with nothing in them",
        "users",
        [USER, {"role": "assistant", "content": "  "}, {"role": "user", "content": []}],
        HI,
        left_out=("no text", "no text"),
    ),
    chat(
        "NUL in what is said",
        "users",
        [USER, {"role": "user", "content": "a\0b"}],
        HI,
        refused=("must not hold control characters",),
    ),
    Input("UTF-16 with a mark", "PowerShell", ".json", json.dumps([USER]).encode("utf-16"), (HI,)),
)
