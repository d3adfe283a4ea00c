from botocore.loaders import Loader

from engine.directory import Kind, Origin, Resource, Resources
from engine.directory.attributes import ALWAYS, SWITCHES, attributes, is_on
from tests.engine.directory.desk import ARN, NOON


def there(**changed: str) -> Resources:
    facts = {"Attributes": changed}
    return Resources(ARN, [Resource(Kind.INSTANCE, "earshot", "e", facts, Origin.INSTANCE, NOON)])


def test_every_attribute_of_the_model_has_a_value() -> None:
    model = Loader().load_service_model("connect", "service-2")
    assert {*ALWAYS, *SWITCHES} == {*model["shapes"]["InstanceAttributeType"]["enum"]}
    assert set(attributes(there()).values()) == {"true", "false"}


def test_a_switch_is_as_it_was_left_and_the_rest_is_as_it_is() -> None:
    assert not is_on(there(), "ENHANCED_CONTACT_MONITORING")
    assert is_on(there(ENHANCED_CONTACT_MONITORING="true"), "ENHANCED_CONTACT_MONITORING")
    assert not is_on(there(CONTACT_LENS="true"), "CONTACT_LENS")
