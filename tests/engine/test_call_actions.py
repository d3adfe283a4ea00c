from engine.call import TABLE
from engine.call_actions import Do


def test_each_is_asked_for_by_some_call() -> None:
    assert {action for _, actions in TABLE.values() for action in actions} == set(Do)
