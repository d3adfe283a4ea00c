from engine.directory import Kind, Resources
from engine.web.resource_rows import rows
from engine.web.service_model import Service
from tests.engine.directory.desk import ARN

OPERATIONS = Service().operations
ROWS = rows(Resources(ARN), lambda name, password: {}, lambda queue: 0)


def test_every_kind_of_which_there_are_operations_has_one_row() -> None:
    kinds = [row.kind for row in ROWS]
    assert len(set(kinds)) == len(kinds)
    assert set(Kind) - set(kinds) == {Kind.INSTANCE, Kind.ACCESS_KEY}


def test_the_words_of_a_row_are_those_of_the_model() -> None:
    for row in ROWS:
        described, listed = OPERATIONS[f"Describe{row.noun}"], OPERATIONS[f"List{row.plural}"]
        assert described.input and listed.input
        assert row.id in described.input.members
        create = "Claim" if row.kind is Kind.PHONE_NUMBER else "Create"
        created = OPERATIONS[f"{create}{row.noun}"].input
        assert created and row.name in created.members
        assert {*row.unsupported} <= created.members.keys()
        assert {*row.filters} <= listed.input.members.keys()
        assert {*row.clearing} <= {*row.updates}
        for update in row.updates:
            changed = OPERATIONS[update].input
            assert changed and row.id in changed.members
