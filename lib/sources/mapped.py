"""What a mapper is given besides the payload, and what it makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lib.data.fields import Channel
from lib.formats.conversation import ChannelRole, Conversation, Refusal


@dataclass(frozen=True, slots=True)
class SourceDefaults:
    """What a source is set up with, for what its payloads do not say.

    Attributes:
        channel: of sessions; None leaves it to what the payload shows.
        facets: by their names in the API, such as `environment`; a payload's own value wins.
        channel_roles: whose voice each channel of a stereo recording is.
    """

    channel: Channel | None = None
    facets: Mapping[str, str] = field(default_factory=dict)
    channel_roles: tuple[ChannelRole, ...] = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of a delivery.

    Attributes:
        conversations: to be stored.
        unmapped: how often a field was there that has no place here, by its path without indices.
            Names only, never values.
        left_out: what is not in `conversations`, and why: messages of other types, spans of other
            things, values of fields that cannot be right.
        left_out_count: how many there were; `left_out` has at most `MAX_REFUSALS`.
    """

    conversations: tuple[Conversation, ...]
    unmapped: Counter[str]
    left_out: tuple[Refusal, ...] = ()
    left_out_count: int = 0


Mapper = Callable[[bytes, str, str, SourceDefaults], Mapped]
"""Maps payload, content type, path of the request and defaults; raises `UnreadableError` alone."""

NO_DEFAULTS: Final = SourceDefaults()
