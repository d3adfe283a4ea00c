import pytest

from engine.web.origin import is_ours

HOST = {"host": "cc.example:8080"}


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"origin": "http://cc.example:8080"}, True),
        ({"origin": "https://CC.example:8080"}, True),
        ({"origin": "https://other.example"}, True),  # named in the settings
        ({"origin": "http://cc.example"}, False),  # another port is another origin
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://[nonsense"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({}, False),
    ],
)
def test_a_page_is_ours_by_what_the_browser_says_of_it(headers: dict[str, str], ours: bool) -> None:
    assert is_ours(HOST | headers, ["https://other.example"]) is ours


def test_without_a_host_nothing_is_ours() -> None:
    assert not is_ours({"origin": "null"}, []) and not is_ours({"origin": ""}, [])
