"""Every alert rule and every reason has its advice, as plain words, and the runbook is current."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from lib.auth.reasons import ALL_REASONS
from lib.observability.alert_rules import ALL_RULES
from lib.product.alert_guidance import ALERTS
from lib.product.guidance import Guidance
from lib.product.reason_guidance import GROUPS, REASONS
from lib.product.runbook import PATH, runbook


def test_every_rule_has_its_advice_and_no_other_has() -> None:
    assert set(ALERTS) == {rule.name for rule in ALL_RULES}


def test_every_reason_has_its_advice_once_and_no_other_has() -> None:
    assert set(REASONS) == set(ALL_REASONS)
    assert sum(map(len, GROUPS.values())) == len(REASONS)


@pytest.mark.parametrize("entries", [ALERTS, REASONS])
def test_advice_is_whole_sentences_that_read_the_same_everywhere(
    entries: Mapping[str, Guidance],
) -> None:
    for name, guidance in entries.items():
        for heading, text in guidance.parts():
            assert re.search(r"[.?]$", text), (name, heading)
            # Pages and the runbook draw Markdown: code only, nothing that either reads otherwise.
            plain = re.sub(r"`[^`]+`", "", text)
            assert not set("`*[]<>$#|") & set(plain), (name, heading)


@pytest.mark.generated
def test_the_runbook_is_current() -> None:
    assert PATH.read_text("utf-8") == runbook(), "run `python -m lib.product.runbook`"
