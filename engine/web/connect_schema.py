"""Connect's operations as paths and schemas of an OpenAPI document, by the service model. Pure.

Of answers nothing is required: what is not known is left out on the wire (specification section 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from engine.web.service_model import Operation
from engine.web.shapes import Json

PLACES = {"uri": "path", "querystring": "query"}
"""Where a member of an input travels: OpenAPI's word by the model's; all others are in the body."""
SCALARS = {
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "timestamp": "number",  # seconds since 1970
    "blob": "string",  # base64
}


class ConnectSchema:
    """`paths` and `schemas` of the operations that were added."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.paths: Json = {}
        self.schemas: Json = {}
        for operation in operations:
            path = re.sub(r"\{(\w+)\+\}", r"{\1}", operation.path)
            self.paths.setdefault(path, {})[operation.method.lower()] = self._described(operation)

    def _described(self, operation: Operation) -> Json:
        answer = self._content(self.schema(operation.output)) if operation.output else {}
        return {
            "operationId": operation.name,
            **(self._asked(operation.input) if operation.input else {}),
            "responses": {"200": {"description": operation.name, **answer}},
        }

    def _asked(self, shape: StructureShape) -> Json:
        placed = {name: each.serialization.get("location") for name, each in shape.members.items()}
        parameters = [
            {
                "name": shape.members[name].serialization.get("name", name),
                "in": PLACES[place],
                "required": place == "uri" or name in shape.required_members,
                "schema": self.schema(shape.members[name]),
            }
            for name, place in placed.items()
            if place in PLACES
        ]
        inside = [name for name, place in placed.items() if place is None]
        if not inside:
            return {"parameters": parameters}
        body = self._content(self._object(shape, inside, required=True))
        return {"parameters": parameters, "requestBody": {"required": True, **body}}

    def _content(self, schema: Json) -> Json:
        return {"content": {"application/json": {"schema": schema}}}

    def schema(self, shape: Shape) -> Json:
        match shape:
            case StructureShape():
                return self._reference(shape)
            case ListShape():
                return {"type": "array", "items": self.schema(shape.member)}
            case MapShape():
                return {"type": "object", "additionalProperties": self.schema(shape.value)}
            case StringShape():
                return {"type": "string", **({"enum": shape.enum} if shape.enum else {})}
        return {"type": SCALARS[shape.type_name]}

    def _reference(self, shape: StructureShape) -> Json:
        """Kept apart under its name: some lead back to themselves."""
        name = f"Connect.{shape.name}"
        if name not in self.schemas:
            self.schemas[name] = {}
            self.schemas[name] = self._object(shape, list(shape.members), required=False)
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, shape: StructureShape, names: list[str], *, required: bool) -> Json:
        wanted = [name for name in names if required and name in shape.required_members]
        properties = {name: self.schema(shape.members[name]) for name in names}
        return {
            "type": "object",
            "properties": properties,
            **({"required": wanted} if wanted else {}),
        }
