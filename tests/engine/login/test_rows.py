from engine.login.rows import CredentialRow, SessionRow


def test_neither_table_has_a_column_for_a_password_or_a_token() -> None:
    names = {*CredentialRow.__table__.columns.keys(), *SessionRow.__table__.columns.keys()}
    assert not names & {"password", "token", "secret"}
