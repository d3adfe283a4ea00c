from engine.refused import Refused


def test_a_refusal_carries_status_name_and_message_as_the_wire_wants_them() -> None:
    refused = Refused.not_found("no such contact")
    assert (refused.status, refused.error) == (404, "ResourceNotFoundException")
    assert refused.message == str(refused) == "no such contact"
    assert Refused.invalid("why").status == 400
