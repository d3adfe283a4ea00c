from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.expressions import (
    KEY_EXISTS,
    OPERATORS,
    Scope,
    holds,
    is_reference,
    leads_to_a_value,
    matches,
)

SCOPE = Scope(
    attributes={"tier": "VIP", "welcome-message": "Hi", "two words": "yes", "count": "12"},
    system={
        "Channel": "VOICE",
        "ContactId": "c-1",
        "CustomerEndpoint.Address": "+15550100",
        "SystemEndpoint.Address": "support",
        "Queue.Name": "R&D <main>",
        "StoredCustomerInput": "42",
        "Media.Sip.Headers.P-Asserted-Identity": "sip:a@b",
        "SegmentAttributes.connect:Subtype": "connect:SIP",
        "External.customer.tier": "gold",
    },
)


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("$.Attributes.tier", "VIP"),
        ("$.Attributes.welcome-message", "Hi"),
        ("$.Attributes['two words']", "yes"),
        ("$.Attributes.['two words']", "yes"),
        ('$.Attributes["two words"]', "yes"),
        ("$.ContactId", "c-1"),
        ("$.Channel", "VOICE"),
        ("$.CustomerEndpoint.Address", "+15550100"),
        ("$.SystemEndpoint.Address", "support"),
        ("$.Queue.Name", "R&D <main>"),
        ("$.StoredCustomerInput", "42"),
        ("$.Media.Sip.Headers.P-Asserted-Identity", "sip:a@b"),
        ("$.Media.Sip.Headers.p-asserted-IDENTITY", "sip:a@b"),  # SIP minds no case
        ("$.Media.Sip.Headers.X-Nobody-Sent-This", ""),
        ("$.SegmentAttributes['connect:Subtype']", "connect:SIP"),
        ("$.External.customer.tier", "gold"),
        ("$.Attributes.nobody-set-this", ""),
        ("$.NoSuchNamespace.x", ""),
        ("$.Attributes", ""),
    ],
)
def test_a_reference_yields_its_value_or_nothing(reference: str, value: str) -> None:
    assert is_reference(reference)
    assert SCOPE.single(reference) == value
    assert SCOPE.text(f"<{reference}>") == f"<{value}>"


def test_a_parameter_that_is_more_than_one_reference_is_static_where_only_one_may_stand() -> None:
    assert SCOPE.single("queue $.Attributes.tier") == "queue $.Attributes.tier"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello $.Attributes.tier.", "Hello VIP."),
        ("$.Attributes.tier-$.Attributes.count", "VIP-12"),
        ("$.Attributes.tier's line", "VIP's line"),
        ("That costs $.50 or $ 34.19, $", "That costs $.50 or $ 34.19, $"),
        ("1$.Attributes.count", "112"),
        ("$$.Channel", "$VOICE"),
    ],
)
def test_references_stand_anywhere_in_dynamic_text(template: str, text: str) -> None:
    assert SCOPE.text(template) == text


def test_what_a_reference_yields_is_not_searched_for_references() -> None:
    scope = Scope({"name": "$.Attributes.secret", "secret": "1234"}, {})
    assert scope.text("Hello $.Attributes.name") == "Hello $.Attributes.secret"
    assert scope.single("$.Attributes.name") == "$.Attributes.secret"


def test_a_value_inside_ssml_is_text_and_no_markup() -> None:
    assert SCOPE.ssml("<speak>$.Queue.Name</speak>") == "<speak>R&amp;D &lt;main&gt;</speak>"


def test_an_attribute_may_be_a_whole_ssml_document() -> None:
    scope = Scope({"prompt": "<speak>Hi</speak>"}, {})
    assert scope.ssml(" $.Attributes.prompt\n") == "<speak>Hi</speak>"


def test_system_values_are_read_when_they_are_needed() -> None:
    system = {"Queue.Name": ""}
    scope = Scope({}, system)
    system["Queue.Name"] = "support"
    assert scope.text("$.Queue.Name") == "support"


@pytest.mark.parametrize(
    ("parameter", "leads"),
    [
        ("$.Attributes.tier", True),
        ("$.Channel", True),
        ("$.StoredCustomerInput", True),
        ("$.Attributes", False),
        ("$.External", False),
        ("gold", False),
        ("$.Attributes.a $.Attributes.b", False),
        ("", False),
    ],
)
def test_a_bare_namespace_or_a_literal_leads_to_no_value(parameter: str, leads: bool) -> None:
    assert leads_to_a_value(parameter) is leads


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        ("Equals", "VIP", True),
        ("Equals", "vip", False),
        ("TextStartsWith", "VI", True),
        ("TextStartsWith", "IP", False),
        ("TextEndsWith", "IP", True),
        ("TextEndsWith", "VI", False),
        ("TextContains", "I", True),
        ("TextContains", "i", False),
    ],
)
def test_text_is_compared_with_its_case(operator: str, operand: str, expected: bool) -> None:
    assert holds(SCOPE, "$.Attributes.tier", operator, operand) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("NumberGreaterThan", {"9": True, "12.0": False, "100": False}),
        ("NumberGreaterOrEqualTo", {"9": True, "12.0": True, "100": False}),
        ("NumberLessThan", {"9": False, "12.0": False, "100": True}),
        ("NumberLessOrEqualTo", {"9": False, "12.0": True, "100": True}),
    ],
)
def test_numbers_are_compared_as_numbers(operator: str, expected: dict[str, bool]) -> None:
    for operand, result in expected.items():
        assert holds(SCOPE, "$.Attributes.count", operator, operand) is result, operand


@pytest.mark.parametrize("operand", ["twelve", "nan", "inf", "1e3", "1_000", "0x10", "--1", "٣"])
def test_a_comparison_with_what_is_no_number_is_false(operand: str) -> None:
    scope = Scope({"count": "12", "word": operand}, {})
    for operator in OPERATORS:
        if operator.startswith("Number"):
            assert not holds(scope, "$.Attributes.count", operator, operand)
            assert not holds(scope, "$.Attributes.word", operator, "12")


def test_an_operand_may_be_a_reference() -> None:
    scope = Scope({"pin": "1234", "entered": "1234"}, {})
    assert holds(scope, "$.Attributes.entered", "Equals", "$.Attributes.pin")


@pytest.mark.parametrize("operator", [*OPERATORS, KEY_EXISTS])
def test_nothing_matches_an_operand_that_nobody_has_set(operator: str) -> None:
    assert not holds(SCOPE, "$.Attributes.unset", operator, "$.Attributes.unset-too")
    assert not holds(SCOPE, "$.Attributes.tier", operator, "$.Attributes.unset")


def test_key_exists_looks_under_the_compared_reference() -> None:
    assert holds(SCOPE, "$.External.customer", KEY_EXISTS, "tier")
    assert not holds(SCOPE, "$.External.customer", KEY_EXISTS, "name")


@pytest.mark.parametrize(
    ("value", "operator", "operand", "met"),
    [
        ("7", "NumberLessThan", "8", True),
        ("7", "Equals", "$.Attributes.count", False),
        ("12", "Equals", "$.Attributes.count", True),
        ("7", "Equals", "$.Attributes.unset", False),
        ("7", KEY_EXISTS, "7", False),
    ],
)
def test_a_value_is_compared_as_a_reference_is(
    value: str, operator: str, operand: str, met: bool
) -> None:
    assert matches(SCOPE, value, operator, operand) is met


def test_what_blocks_have_set_goes_before_what_the_contact_brought() -> None:
    scope = Scope({}, {"Name": "old", "Channel": "VOICE"}, contact={"Name": "new"})
    assert scope.text("$.Name $.Channel") == "new VOICE"
    scope.contact["Name"] = ""
    assert scope.text("$.Name") == ""


def test_another_flow_shares_the_contact_and_starts_without_the_rest() -> None:
    scope = Scope({"a": "1"}, {"External.x": "secret", "Channel": "VOICE"}, draw=lambda: 7)
    scope.flow["FlowAttributes.x"], scope.contact["Name"] = "mine", "Ann"
    module = scope.enter({"Modules.Input.y": "2"}, in_module=True)
    given = "$.Attributes.a $.Name $.Channel $.Modules.Input.y [$.FlowAttributes.x] [$.External.x]"
    assert module.text(given) == "1 Ann VOICE 2 [] []"
    module.contact["Name"] = "Bob"
    assert (scope.text("$.Name"), module.draw()) == ("Bob", 7)
    assert scope.enter({}, in_module=False).text("$.External.x") == "secret"


def test_a_scope_knows_voice_and_channel() -> None:
    assert not SCOPE.is_chat and SCOPE.voice == ""
    assert Scope({}, {"Channel": "CHAT"}).is_chat
    assert Scope({}, {"TextToSpeechVoiceId": "Amy"}).voice == "Amy"


@given(st.text(alphabet="$.[]'\"abA-_ 0", max_size=40), st.sampled_from([*OPERATORS, KEY_EXISTS]))
@settings(deadline=None)
def test_no_text_is_too_odd(text: str, operator: str) -> None:
    SCOPE.single(text), SCOPE.text(text), SCOPE.ssml(text), leads_to_a_value(text)
    holds(SCOPE, "$.Attributes.tier", operator, text)
