import pytest

from engine.web.session_cookie import TICKET, cookie_of, ticket_cookie, token_in


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cookie_comes_back_with_its_token(scheme: str) -> None:
    said = cookie_of("t0ken_-", scheme)
    assert token_in(f"theme=dark; {said.partition(';')[0]}", scheme) == "t0ken_-"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(said.split("; "))


def test_over_tls_it_is_secure_and_bound_to_the_host_and_over_http_another() -> None:
    secure, plain = cookie_of("a", "https"), cookie_of("a", "http")
    assert secure.startswith("__Host-sid=") and "Secure" in secure.split("; ")
    assert "Secure" not in plain
    assert token_in("sid=a", "https") is None
    assert token_in("__Host-sid=a", "wss") == "a"


def test_an_end_is_a_cookie_that_is_over() -> None:
    assert "Max-Age=0" in cookie_of("", "http")


@pytest.mark.parametrize("cookies", ["", "other=1", "sid=", "=;;;", 'sid="'])
def test_without_a_token_there_is_none(cookies: str) -> None:
    assert not token_in(cookies, "http")


def test_a_login_under_way_has_a_cookie_of_its_own_for_as_long_as_it_may_take() -> None:
    said = ticket_cookie("t", "https", 600)
    assert said.startswith("__Host-oidc=t;")
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Max-Age=600"} <= set(said.split("; "))
    assert token_in(said.partition(";")[0], "https", TICKET) == "t"
    assert token_in(said.partition(";")[0], "https") is None
    assert "Max-Age=0" in ticket_cookie("", "http", 600)
