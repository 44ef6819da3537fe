"""The runbook has a section for each alert rule and each reason of the gate, as pages show it."""

from __future__ import annotations

from lib.auth.reasons import ALL_REASONS
from lib.observability.alert_rules import ALL_RULES
from lib.ui.operate import runbook


def auth_sections() -> list[str]:
    text = runbook.PATH.read_text("utf-8").partition("## Auth reasons")[2].partition("\n## ")[0]
    return [line[6:-1] for line in text.splitlines() if line.startswith("#### `")]


def alert_sections() -> list[str]:
    text = runbook.PATH.read_text("utf-8").partition("## Alerts")[2].partition("\n## ")[0]
    return [line[5:-1] for line in text.splitlines() if line.startswith("### `")]


def test_every_rule_has_one_section_and_every_section_is_a_rule() -> None:
    assert sorted(alert_sections()) == sorted(rule.name for rule in ALL_RULES)


def test_every_reason_has_one_section_and_every_section_is_a_reason() -> None:
    assert sorted(auth_sections()) == sorted(map(str, ALL_REASONS))


def test_every_section_has_all_parts_as_plain_text() -> None:
    for name in [*alert_sections(), *auth_sections()]:
        parts = runbook.sections()[name].parts
        assert tuple(parts) == runbook.PARTS, name
        for text in parts.values():
            assert text.endswith("."), (name, text)
            assert not set("`[]*") & set(text), (name, text)
