"""Lines of WebVTT and SubRip -> blocks: cues, comments, and what belongs to neither.

By the parser of the W3C (WebVTT, section 6.1, "collect a WebVTT block"): a blank line ends a block,
and so does a line with an arrow that is not its first or second one. SubRip has no standard; it is
read by the same rules, and where they would lose text, as its writers mean it. In both, a line of
white space is blank: writers pad with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from lib.formats.times import looks_timed, read_timing

ARROW: Final = "-->"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,6}")
_COMMENT: Final = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|\Z)")
_MAX_ID_LINES: Final = 1


@dataclass(slots=True)
class Block:
    """Lines that belong together.

    Attributes:
        line: number of the first one.
        lines: without their ends.
        timing: index of the line with the times; None if there is none.
    """

    line: int
    lines: list[str] = field(default_factory=list)
    timing: int | None = None

    @property
    def id(self) -> str:
        """The cue's id, empty if it has none."""
        return self.lines[0] if self.timing == 1 else ""

    @property
    def number(self) -> int | None:
        """The cue's id as a number, if it is one."""
        return int(self.id) if _NUMBER.fullmatch(self.id.strip()) else None

    @property
    def said(self) -> list[str]:
        """The lines after the times, or all lines."""
        return self.lines if self.timing is None else self.lines[self.timing + 1 :]

    @property
    def comment(self) -> str:
        """`NOTE`, `STYLE` or `REGION` if that is what it is: a cue may have such an id."""
        match = _COMMENT.match(self.lines[0])
        is_cue = self.timing is not None and read_timing(self.lines[self.timing]) is not None
        return match[1] if match and not is_cue and self.timing != 1 else ""

    def is_numbered_after(self, cue: Block) -> bool:
        """Tell whether this begins with the number of the cue that would come after `cue`."""
        return is_next_number(self.lines[0], cue)


def lines_of(text: str) -> list[str]:
    """Return the lines of a file, whichever way they end; NUL is U+FFFD, as the W3C says."""
    return _LINE_END.split(text.replace("\0", "\ufffd"))


def webvtt_blocks(lines: list[str], first: int = 1) -> Iterator[Block]:
    """Yield the blocks of WebVTT.

    Args:
        lines: those after the signature.
        first: number of the first one.
    """

    def is_arrow(line: str, block: Block) -> bool:
        return ARROW in line or (_may_have_times(block) and read_timing(line) is not None)

    return _blocks(lines, first, is_arrow, is_next_number)


def subrip_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of SubRip."""

    def is_arrow(line: str, block: Block) -> bool:
        if _may_have_times(block):
            return ARROW in line or read_timing(line) is not None
        # In what somebody says, an arrow is one.
        return ARROW in line and (looks_timed(line) or read_timing(line) is not None)

    return _blocks(lines, 1, is_arrow, _is_number)


def _blocks(
    lines: list[str],
    first: int,
    is_arrow: Callable[[str, Block], bool],
    is_id: Callable[[str, Block], bool],
) -> Iterator[Block]:
    block = Block(first)
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            if block.lines:
                yield block
            block = Block(number + 1)
            continue
        if is_arrow(line, block):
            if not _may_have_times(block):
                # No blank line before this cue; the line above may be its number.
                last = block.lines[-1] if len(block.said) > 0 else ""
                name = [block.lines.pop()] if is_id(last, block) else []
                yield block
                block = Block(number - len(name), name)
            block.timing = len(block.lines)
        block.lines.append(line)
    if block.lines:
        yield block


def _may_have_times(block: Block) -> bool:
    return block.timing is None and len(block.lines) <= _MAX_ID_LINES


def _is_number(line: str, _block: Block) -> bool:
    return _NUMBER.fullmatch(line.strip()) is not None


def is_next_number(line: str, block: Block) -> bool:
    """Tell whether a line is the number that follows that of a cue."""
    return block.number is not None and line.strip() == str(block.number + 1)
