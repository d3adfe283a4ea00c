"""Whom and what an instance has: users and what they may do, queues, hours, flows.

`permission` what may be granted, and the profiles every instance begins with; `resources` the
resources in memory, each name once a kind; `references` which of them name which others;
`hierarchy` groups of users; `reach` what of all this a user reaches, by the restrictions of their
security profiles: the one place that whoever shows or changes anything asks; `opening_hours` when
it is open; `store` the same in the database; `directory` changes both, one change at a time;
`following` looks what other engines on the same database have changed; `seeding` what the
configuration says, made resources; `declaration` what its instance file says besides.

Everything is in memory: what a user may do is asked at each request and has to cost nothing.
"""

from engine.directory.declaration import wanted
from engine.directory.directory import Directory
from engine.directory.resources import Kind, Origin, Resource, Resources, place
from engine.directory.seeding import seed
from engine.directory.store import Store

__all__ = [
    "Directory",
    "Kind",
    "Origin",
    "Resource",
    "Resources",
    "Store",
    "place",
    "seed",
    "wanted",
]
