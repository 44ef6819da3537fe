"""Users: found while one types, shown with their sessions, exported, revealed, erased."""

from __future__ import annotations

import json
import re
import uuid
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages.room import Ingest, turns
from tests.support.browser import enter
from tests.support.stack import RunningStack


@pytest.fixture(scope="module")
def ingest(stack: RunningStack) -> Iterator[Ingest]:
    with Ingest(stack) as backend:
        yield backend


def a_user(ingest: Ingest, stack: RunningStack, name: str) -> tuple[str, str]:
    """Store a user with an address and one session; return Clerk id and session id."""
    session = ingest.session(turns(["Good morning", "Hello"]), name=name)
    clerk_id = ingest.owner_of(session)
    ingest.user(clerk_id, email=f"{clerk_id.lower()}@customers.example", name=name)
    return clerk_id, session


def test_a_user_is_found_while_one_types_and_the_field_keeps_the_focus(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    name = f"Zenobia {uuid.uuid4().hex[:8]}"
    a_user(ingest, stack, name)
    enter(page, stack, "viewer", "/users")
    field = page.get_by_role("searchbox", name="Name or id")
    field.click()
    page.keyboard.type(name[:11])
    rows = page.get_by_role("table", name="Users").locator("tbody tr")
    expect(rows.first).to_contain_text("Zenobia")
    expect(field).to_be_focused()
    page.keyboard.type(name[11:])
    expect(rows).to_have_count(1)
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile("q=Zenobia"))
    page.keyboard.press("Tab")
    page.reload()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(name)


def test_users_are_sorted_and_filtered_as_the_address_says(page: Page, stack: RunningStack) -> None:
    enter(page, stack, "viewer", "/users?sort=Oldest+first&status=Active")
    expect(page.get_by_role("button", name="Status: Active")).to_be_visible()
    rows = page.get_by_role("table", name="Users").locator("tbody tr")
    expect(rows.first).to_contain_text("active")
    page.get_by_role("button", name="Clear filters").click()
    expect(page).not_to_have_url(re.compile("status="))
    expect(page).to_have_url(re.compile("sort=Oldest"))


def test_an_admin_exports_everything_about_a_user(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, session = a_user(ingest, stack, "Exported Person")
    enter(page, stack, "admin", f"/user?id={clerk_id}")
    page.get_by_role("button", name="Export data").click()
    page.get_by_role("textbox", name="Reason, if it shall be in clear").fill("asked for their data")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Start export").click()
    link = page.get_by_role("link", name=re.compile("Download"))
    expect(link).to_be_visible()
    address = link.get_attribute("href") or ""
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        profile = json.loads(archive.read("profile.json"))
        assert profile["email"] == f"{clerk_id.lower()}@customers.example"
        said = archive.read(f"transcripts/{session}.jsonl").decode().splitlines()
        assert [json.loads(line)["text"] for line in said] == ["Good morning", "Hello"]
        assert json.loads(archive.read("sessions.jsonl"))["id"] == session
    again = page.request.get(f"{stack.app_url}{address}")
    assert again.status == 404
    page.goto(f"{stack.app_url}/audit?subject={clerk_id}")
    trail = page.get_by_role("table", name="Audit events")
    expect(trail).to_contain_text("Exported a user")
    expect(trail).to_contain_text("reason: asked for their data")
    expect(trail).to_contain_text("Viewed a user")


def test_a_reviewer_reveals_an_address_with_a_reason_on_record(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, _ = a_user(ingest, stack, "Masked Person")
    address = f"{clerk_id.lower()}@customers.example"
    enter(page, stack, "reviewer", f"/user?id={clerk_id}")
    expect(page.get_by_text("[email]")).to_be_visible()
    expect(page.get_by_role("button", name="Erase")).to_have_count(0)
    expect(page.get_by_role("button", name="Export data")).to_have_count(0)
    page.get_by_role("button", name="Reveal masked data").click()
    reveal = page.get_by_role("dialog").get_by_role("button", name="Reveal", exact=True)
    expect(reveal).to_be_disabled()
    page.get_by_label("Reason").fill("The customer asked to be called back")
    reveal.click()
    expect(page.get_by_text(address)).to_be_visible()
    page.goto(f"{stack.app_url}/user?id={clerk_id}")
    expect(page.get_by_text("[email]")).to_be_visible()


def test_an_admin_finds_a_person_by_address_with_a_reason_on_record(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, _ = a_user(ingest, stack, "Sought Person")
    address = f"{clerk_id.lower()}@customers.example"
    enter(page, stack, "admin", "/users")
    page.get_by_role("button", name="Find a person").click()
    dialog = page.get_by_role("dialog")
    find = dialog.get_by_role("button", name="Find", exact=True)
    dialog.get_by_label("E-mail address, phone number or id").fill("nobody@customers.example")
    expect(find).to_be_disabled()
    dialog.get_by_label("Reason").fill("They called")
    find.click()
    expect(dialog.get_by_text("Nobody has this address, number or id.")).to_be_visible()
    dialog.get_by_label("E-mail address, phone number or id").fill(address)
    expect(find).to_be_enabled()
    find.click()
    expect(page).to_have_url(re.compile(clerk_id))
    expect(page.get_by_text(address)).to_be_visible()
    page.goto(f"{stack.app_url}/audit?subject={clerk_id}")
    expect(page.get_by_role("table", name="Audit events")).to_contain_text("Looked for a person")


def test_an_admin_erases_a_user_and_gets_a_receipt(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, session = a_user(ingest, stack, "Erased Person")
    enter(page, stack, "admin", f"/user?id={clerk_id}")
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog")
    erase = dialog.get_by_role("button", name="Erase permanently")
    expect(erase).to_be_disabled()
    dialog.get_by_label("Id of the user").fill(clerk_id[:-1])
    expect(erase).to_be_disabled()
    dialog.get_by_label("Id of the user").fill(clerk_id)
    expect(erase).to_be_enabled()
    erase.click()
    expect(page.get_by_role("heading", name="Erased user")).to_be_visible(timeout=60_000)
    # Whoever may see it finds it again later, from the audit trail.
    page.goto(f"{stack.app_url}/audit?subject={clerk_id}")
    erased = page.get_by_role("table", name="Audit events").locator("tbody tr")
    erased.filter(has_text="Erased a user").get_by_role("link").first.click()
    expect(page.get_by_text("The receipt is genuine")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("All data of one person was deleted between")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    receipt = json.loads(download.value.path().read_text())
    assert receipt["contents"]["rows"]["interactions"] == 2
    assert receipt["statement"].startswith("All data of one person was deleted")
    assert clerk_id not in json.dumps(receipt["contents"])
    page.goto(f"{stack.app_url}/session?id={session}")
    expect(page.get_by_role("heading", name="Session not found")).to_be_visible()


def test_a_role_without_the_right_has_no_actions(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, _ = a_user(ingest, stack, "Quiet Person")
    enter(page, stack, "viewer", f"/user?id={clerk_id}")
    expect(page.get_by_role("heading", name="Quiet Person")).to_be_visible()
    expect(page.get_by_role("table", name="Sessions")).to_be_visible()
    for name in ("Erase", "Export data", "Reveal masked data"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_an_admin_holds_a_session_which_keeps_its_user(
    page: Page, stack: RunningStack, ingest: Ingest
) -> None:
    clerk_id, session = a_user(ingest, stack, "Held Person")
    enter(page, stack, "admin", f"/session?id={session}")
    page.get_by_role("button", name="Place on hold").click()
    expect(page.get_by_role("button", name="Release hold")).to_be_visible()
    page.goto(f"{stack.app_url}/user?id={clerk_id}")
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Id of the user").fill(clerk_id)
    dialog.get_by_role("button", name="Erase permanently").click()
    expect(dialog.get_by_text("A session of this user is on legal hold.")).to_be_visible()
    page.goto(f"{stack.app_url}/session?id={session}")
    page.get_by_role("button", name="Release hold").click()
    expect(page.get_by_role("button", name="Place on hold")).to_be_visible()
