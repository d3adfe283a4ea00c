"""No two resources of a kind have one name, whichever engine made them."""

from alembic import op

revision = "names"
down_revision = "versions"


def upgrade() -> None:
    op.create_index("uq_resources_kind_name", "resources", ["kind", "name"], unique=True)
