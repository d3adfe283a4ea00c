import pytest

from engine.functions.answer import FunctionFailed, value_of
from engine.functions.worker import MAX_ANSWER


def test_an_answer_is_any_json() -> None:
    assert value_of(b'{"a": [1, null]}') == {"a": [1, None]}
    assert value_of(b'"' + b"x" * (MAX_ANSWER - 2) + b'"') == "x" * (MAX_ANSWER - 2)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "something else than JSON"),
        (b"<html>", "something else than JSON"),
        (b"\xff", "something else than JSON"),
        (b"[" * MAX_ANSWER, "something else than JSON"),
        (b'"' + b"x" * MAX_ANSWER + b'"', "more than 32768 bytes"),
    ],
)
def test_what_is_none_or_too_long_has_failed(answer: bytes, reason: str) -> None:
    with pytest.raises(FunctionFailed, match=reason):
        value_of(answer)
