"""The session page: facts, player, reviews and side panel."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.auth.roles import Role, allows
from lib.data import Refused
from lib.data.records import UserSession
from lib.product import figures as fmt
from lib.product.facets import FACETS
from lib.product.objectives import ASSESSMENT, FIRST_TOKEN, FULL_TURN
from lib.ui.listening import labels
from lib.ui.listening.player import LoadedSession, draw_player, load_session, turn_numbers
from lib.ui.listening.side_panel import side_panel
from lib.ui.parts import session_rows
from lib.ui.parts.moments import WORDS, moment_in
from lib.ui.parts.page_heading.component import Chip, Fact, Link, Neighbours, page_heading
from lib.ui.parts.record_table.component import Tone
from lib.ui.parts.rollup_sums import DEMO
from lib.ui.review import current_review, places
from lib.ui.review.review_panel.component import review_panel
from lib.ui.review.session_reviews import session_reviews
from lib.ui.shell import notices
from lib.ui.shell.navigation import BY_PATH, list_of, name_tab, neighbours_of
from lib.ui.shell.visitor import Visitor, require_role

_VIEWED: Final = "earshot.viewed"
_MOST_WORDS: Final = 200
# The player stays in view beside what is longer. In a small window the columns are one below the
# other, and the player's own style keeps its upper part in view (`player.css`, same condition).
_LAYOUT: Final = """
@media (min-width: 60.01rem) and (min-height: 34.01rem) {
  [class*="st-key-player-"] {position: sticky; top: 0.75rem}
  .st-key-session-columns > [data-testid=stLayoutWrapper] > [data-testid=stHorizontalBlock] {
    flex-wrap: nowrap;
  }
  .st-key-session-columns [data-testid=stColumn]:first-child {min-width: 0}
  .st-key-session-columns [data-testid=stColumn]:last-child {min-width: 17rem}
}
@media (max-width: 60rem) {
  .st-key-session-columns > [data-testid=stLayoutWrapper] > [data-testid=stHorizontalBlock] {
    flex-direction: column;
  }
  .st-key-session-columns [data-testid=stColumn] {width: 100%; min-width: 100%}
}
[data-testid=stMainBlockContainer] {padding-inline: clamp(1rem, 4vw, 5rem); padding-bottom: 0.75rem}
"""


def draw(visitor: Visitor) -> None:
    """Draw the page of the session that the address names by `id`, at the moment it names."""
    session_id = st.query_params.get("id", "")
    with notices.error_boundary(visitor.caller.request_id, "load the session"), st.skeleton(520):
        # Audited once per visit, not per rerun.
        note = st.session_state.get(_VIEWED) != session_id
        start = moment_in(st.query_params)
        words = st.query_params.get(WORDS, "")[:_MOST_WORDS]
        loaded = load_session(visitor.caller, session_id, start, words, note=note)
    if loaded is None:
        notices.not_found("Session", "The link is wrong, or the session was erased.", "/sessions")
        return
    st.session_state[_VIEWED] = session_id
    name_tab(loaded.shown.title or loaded.shown.external_id)
    _page(loaded, _item_under_review(visitor, session_id))


@st.fragment
def _page(loaded: LoadedSession, item_id: str | None) -> None:
    """Draw the loaded session; as a fragment it reruns alone."""
    visitor = require_role("/session")
    _heading(loaded.shown, visitor)
    _actions(loaded, visitor, reviewing=item_id is not None)
    st.html(f"<style>{_LAYOUT}</style>")
    with st.container(key="session-columns"):
        transcript, side = st.columns([0.62, 0.38] if item_id else [0.72, 0.28], gap="large")
    with transcript:
        if loaded.turns or loaded.recordings:
            draw_player(loaded, visitor, reviewing=item_id is not None)
        else:
            notices.empty("No turns yet", "Turns appear here once the product stores them.")
    with side:
        if item_id:
            review_panel(item_id)
        session_reviews(loaded.session, loaded.reviews, turn_numbers(loaded.turns), visitor)
        side_panel(loaded, visitor)


def _item_under_review(visitor: Visitor, session_id: str) -> str | None:
    """Return the queue item that the address names, once the reviewer has claimed it."""
    item_id = st.query_params.get(current_review.PARAM)
    if not item_id or not allows(visitor.member.role, Role.REVIEWER):
        return None
    try:
        work = current_review.open_item(visitor, item_id)
    except Refused as error:
        st.warning("This review cannot be opened.", icon=":material/rate_review:")
        st.text(error.message)
        return None
    return item_id if work.session_id == session_id else None


def _heading(session: UserSession, visitor: Visitor) -> None:
    review, tone = session_rows.REVIEW_WORDS[session.review_status]
    chips = [
        Chip(session.channel),
        Chip(session.status, session_rows.OUTCOME_TONES[session.status]),
    ]
    chips.append(Chip(review, tone))
    chips += [Chip(label, "accent") for label in session.labels]
    if session.legal_hold:
        chips.append(Chip("legal hold", "warn", "Exempt from retention and erasure."))
    if session.source == DEMO:
        chips.append(Chip("demo data", "accent"))
    before, after = neighbours_of(session.id)
    path, params = list_of(session.id, "/sessions")
    page_heading(
        session.title or session.external_id,
        crumbs=[Link(BY_PATH[path].title, path, dict(params))],
        chips=chips,
        facts=_facts(session, visitor),
        neighbours=Neighbours(_move("← Previous", before), _move("Next →", after)),
        key="session-heading",
    )


def _actions(loaded: LoadedSession, visitor: Visitor, *, reviewing: bool) -> None:
    """Draw the ways into a review of the session, and the button for its labels."""
    labels.undo_notice(visitor)
    session = loaded.session
    with st.container(horizontal=True, vertical_alignment="center"):
        if places.may_review(visitor.member) and not reviewing:
            places.ways_in(visitor, session.id, key="review-session")
        if labels.may_label(visitor.member) and st.button(
            "Labels", icon=":material/label:", key="session-labels"
        ):
            labels.label_dialog([session.id], session.labels, "/session")


def _move(text: str, session_id: str | None) -> Link | None:
    return Link(text, "/session", {"id": session_id}) if session_id else None


def _facts(session: UserSession, visitor: Visitor) -> list[Fact]:
    name = session_rows.name_of(session.user)
    model = " / ".join(part for part in (session.provider, session.model_id) if part)
    facts = [
        Fact("User", name, link=Link(name, "/user", {"id": session.user.clerk_id})),
        Fact("Started", fmt.moment(session.started_at, visitor.zone), fmt.utc(session.started_at)),
        Fact("Duration", fmt.clock(session.duration_ms)),
        Fact("Turns", fmt.count(session.interaction_count)),
        _timing("Slowest first token", session.worst_ttft_ms, FIRST_TOKEN.limit_ms),
        _timing("Slowest full turn", session.worst_latency_ms, FULL_TURN.limit_ms),
    ]
    if session.assessment_ms is not None:
        facts.append(_timing("Assessment", session.assessment_ms, ASSESSMENT.limit_ms))
    if session.score is not None:
        facts.append(Fact("Score", f"{session.score:g} of 5"))
    tokens = f"{fmt.count(session.tokens_in)} → {fmt.count(session.tokens_out)}"
    facts += [Fact("Tokens", tokens), Fact("Cost", fmt.dollars(session.cost))]
    if model:
        facts.append(Fact("Model", model))
    facets = {words: getattr(session, facet) for facet, words in FACETS.items()}
    return facts + [Fact(words, value) for words, value in facets.items() if value]


def _timing(label: str, value: float | None, objective: float) -> Fact:
    tone: Tone | None = "warn" if value is not None and value > objective else None
    return Fact(label, fmt.latency(value), f"objective: {fmt.latency(objective)}", tone)
