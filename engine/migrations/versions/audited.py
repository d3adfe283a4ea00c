"""The audit trail becomes a chain, and the database refuses to change or delete its rows."""

import sqlalchemy as sa
from alembic import op

from engine.audit import BEGINNING, AuditRecord, chained
from engine.models import UtcDateTime

revision = "audited"
down_revision = "custody"

AUDIT = sa.table(
    "audit",
    sa.column("number", sa.Integer),
    sa.column("at", UtcDateTime),
    *(sa.column(name, sa.String) for name in ("who", "action", "contact_id", "detail", "digest")),
)
REFUSAL = "the audit trail is only added to"


def upgrade() -> None:
    op.add_column("audit", sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    head = op.create_table(
        "audit_head",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_head"),
    )
    number, digest = chain(op.get_bind())
    op.bulk_insert(head, [{"number": number, "digest": digest}])
    {"sqlite": guard_sqlite, "postgresql": guard_postgresql}[op.get_bind().dialect.name]()


def chain(connection: sa.Connection) -> tuple[int, str]:
    """The lines there are already, numbered anew without a gap; the last number and digest."""
    number, digest = 0, BEGINNING
    lines = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).all()
    for number, line in enumerate(lines, 1):
        record = AuditRecord(line.at, line.who, line.action, line.contact_id, line.detail)
        digest = chained(digest, number, record)
        row = sa.update(AUDIT).where(AUDIT.c.number == line.number)
        connection.execute(row.values(number=number, digest=digest))
    return number, digest


def guard_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
