from engine.directory import Kind, Origin, Resource, Store
from engine.records import Records
from tests.engine.directory.desk import NOON

ANN = Resource(
    Kind.USER, "1", "ann", {"Tags": {"team": "a"}}, Origin.API, NOON, {"MD5": "a digest"}
)


async def test_what_is_saved_is_loaded_and_what_is_removed_is_not(records: Records) -> None:
    store = Store(records)
    bob = Resource(Kind.USER, "2", "bob", {}, Origin.CONFIGURATION, NOON)
    await store.save(ANN, bob)
    assert sorted(await store.load(), key=lambda one: one.id) == [ANN, bob]
    await store.save(Resource(Kind.USER, "1", "anna", {}, Origin.API, NOON))
    await store.remove(bob)
    [anna] = await store.load()
    assert (anna.name, anna.facts, anna.secrets) == ("anna", {}, {})
