"""How the tables came to be as `engine.models` has them, one step a file (Alembic).

A step that has been released is never changed; the next one is.
"""
