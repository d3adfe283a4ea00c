"""Assign Permissions, as both pages of the guide have it."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from engine.app import Running
from engine.directory import Kind
from tests.rig.screen import picture, seat

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADMIN = "manager2"
GOOD = "Correct-Horse-7"


async def make_admin(one: Running) -> None:
    resources = one.house.directory.resources
    admin = resources.named(Kind.SECURITY_PROFILE, "Admin")
    assert admin
    await one.house.directory.change(Kind.USER, ADMIN, {"SecurityProfileIds": [admin.id]})


async def choose(page: Page, profile: str) -> None:
    box = page.get_by_role("combobox", name="Security profiles")
    await box.press("ArrowDown")
    await page.get_by_role("option", name=profile, exact=True).click()
    await page.keyboard.press("Escape")


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()


async def delete(page: Page, username: str) -> None:
    """The user whose page is open."""
    await page.get_by_role("button", name="Delete user").click()
    question = page.get_by_role("dialog", name="Delete user")
    await expect(question.get_by_text(f"Ends all sessions of {username}")).to_be_visible()
    await picture(page, "user-delete")
    await question.get_by_role("button", name="Delete user").click()
    await expect(page.get_by_role("link", name=ADMIN, exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name=username, exact=True)).to_have_count(0)


def permissions(one: Running, username: str) -> set[str]:
    resources = one.house.directory.resources
    user = resources.named(Kind.USER, username)
    assert user
    return set(resources.permissions(user))


async def test_in_the_security_profiles_box_assign_the_manager_to_call_center_manager_and_agent(
    one: Running, browser: Browser
) -> None:
    await make_admin(one)
    agent = one.house.directory.resources.named(Kind.SECURITY_PROFILE, "Agent")
    assert agent
    await one.house.directory.change(Kind.USER, "manager3", {"SecurityProfileIds": [agent.id]})
    async with seat(browser, one.api, ADMIN) as page:
        await page.get_by_role("link", name="User management").click()
        manager = page.get_by_role("link", name="manager3")
        await expect(manager).to_be_visible()
        await picture(page, "users")
        await manager.click()
        await choose(page, "CallCenterManager")
        await expect(page.get_by_label("Manager monitor: Enable")).to_be_checked()
        await picture(page, "user")
        await save(page)
        await expect(page.get_by_text("Saved.")).to_be_visible()
    assert {"ManagerListenIn", "BasicAgentAccess"} <= permissions(one, "manager3")
    await one.house.ledger.flush()
    changed = [line.who for line in await one.house.records.audits() if "UpdateUser" in line.action]
    assert changed == [ADMIN]


async def test_or_create_a_new_security_profile_specific_for_this_purpose(
    one: Running, browser: Browser
) -> None:
    await make_admin(one)
    async with seat(browser, one.api, ADMIN) as page:
        await page.get_by_role("link", name="Security profiles").click()
        await page.get_by_role("link", name="Add new security profile").click()
        await page.get_by_label("Name").fill("Monitoring managers")
        await expect(page.get_by_role("button", name="Metrics and Quality")).to_be_visible()
        for box in (
            "Contact search: View",
            "Manager monitor: Enable",
            "Recorded conversations: Access",
            "Recorded conversations: Enable download button",
            "Access Contact Control Panel: Access",
            "Make outbound calls: Access",
        ):
            await page.get_by_label(box, exact=True).check()
        await picture(page, "profile")
        await save(page)
        await expect(page.get_by_role("heading", name="Monitoring managers")).to_be_visible()
        await page.get_by_role("link", name="User management").click()
        await page.get_by_role("link", name="Add new user").click()
        await page.get_by_label("User name").fill("newcomer")
        await page.get_by_role("textbox", name="Password").fill(GOOD)
        await choose(page, "Monitoring managers")
        await page.get_by_role("combobox", name="Routing profile").click()
        await page.get_by_role("option").first.click()
        await save(page)
        await expect(page.get_by_role("heading", name="newcomer")).to_be_visible()
        assert permissions(one, "newcomer") == {
            *("ContactSearch.View", "ManagerListenIn", "ListenCallRecordings"),
            *("DownloadCallRecordings", "BasicAgentAccess", "OutboundCallAccess"),
        }
        await delete(page, "newcomer")
    assert one.house.directory.resources.named(Kind.USER, "newcomer") is None


async def test_names_hierarchy_and_routing_are_edited_and_every_change_is_in_the_audit_trail(
    one: Running, browser: Browser
) -> None:
    await make_admin(one)
    directory = one.house.directory
    await directory.create(Kind.HIERARCHY_GROUP, "Berlin", {"Tags": {}})
    [former, *_] = directory.resources.all(Kind.ROUTING_PROFILE)
    await directory.create(Kind.ROUTING_PROFILE, "Evenings", former.facts)
    async with seat(browser, one.api, ADMIN) as page:
        await page.goto("/console/users/agent1")
        await page.get_by_label("First name").fill("Ada")
        await page.get_by_label("Last name").fill("Lovelace")
        for box, wanted in (("Hierarchy group", "Berlin"), ("Routing profile", "Evenings")):
            await page.get_by_role("combobox", name=box).click()
            await page.get_by_role("option", name=wanted, exact=True).click()
        await save(page)
        await expect(page.get_by_text("Saved.")).to_be_visible()
        await page.get_by_role("link", name="User management").first.click()
        await expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    changed = directory.resources.named(Kind.USER, "agent1")
    assert changed and changed.facts["IdentityInfo"]["LastName"] == "Lovelace"
    await one.house.ledger.flush()
    told = {line.action for line in await one.house.records.audits() if line.who == ADMIN}
    assert {"UpdateUserIdentityInfo", "UpdateUserHierarchy", "UpdateUserRoutingProfile"} <= told


async def test_who_was_given_a_password_chooses_a_new_one_at_the_first_login(
    one: Running, browser: Browser
) -> None:
    await make_admin(one)
    async with seat(browser, one.api, ADMIN) as page:
        await page.goto("/console/users/agent2")
        await page.get_by_role("button", name="Reset password").click()
        shown = page.get_by_role("status").filter(has_text="good for one login")
        given = await shown.locator("code").inner_text()
        await picture(page, "user-reset")
    async with seat(browser, one.api) as page:
        await page.get_by_label("User name").fill("agent2")
        await page.get_by_role("textbox", name="Password").fill(given)
        await page.get_by_role("button", name="Log in").click()
        await page.get_by_role("heading", name="Choose a new password").wait_for()
        await page.get_by_role("textbox", name="Password", exact=True).fill(given)
        await page.get_by_role("textbox", name="New password", exact=True).fill(GOOD)
        await page.get_by_role("textbox", name="New password, again").fill(GOOD)
        await picture(page, "new-password")
        await page.get_by_role("button", name="Save, then log in again").click()
        await expect(page.get_by_text("The password is changed.")).to_be_visible()
