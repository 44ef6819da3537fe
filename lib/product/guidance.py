"""What to do when something is wrong: the form of the advice that pages and the runbook show.

The advice itself is data: `alert_guidance` has an entry for each alert rule, `reason_guidance` for
each reason of the sign-in gate. `docs/runbook.md` is generated from both (`lib.product.runbook`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A section of the documents.

    Attributes:
        heading: of the section.
        file: below `docs/`.
    """

    heading: str
    file: str

    @property
    def anchor(self) -> str:
        """The section's anchor within its file."""
        kept = "".join(char for char in self.heading.lower() if char.isalnum() or char in " -")
        return kept.replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Guidance:
    """Advice about one alert rule or one reason, as Markdown without links.

    Attributes:
        meaning: what happened.
        impact: what people and machines notice.
        check: where to look; empty if there is nothing to look at.
        fix: what helps; empty if there is nothing to do.
        more: where more is written.
    """

    meaning: str
    impact: str
    check: str = ""
    fix: str = ""
    more: Document | None = None

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield the parts that there are with their headings, in reading order."""
        yield "Meaning", self.meaning
        yield "Impact", self.impact
        if self.check:
            yield "Check", self.check
        if self.fix:
            yield "Fix", self.fix
