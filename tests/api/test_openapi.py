"""The OpenAPI schema adds to each route what the dialect declares for all routes."""

from fastapi import FastAPI

from api.seed import IDEMPOTENCY
from polaris.api.openapi import Description, operation_name

DECLARED = Description(
    errors={400: "Bad.", 422: "Wrong."},
    error_schema={"type": "string"},
    media_type="text/plain",
    security={"type": "http", "scheme": "basic"},
    extensions=frozenset({"/more/{name}"}),
    extension_note="Not the vendor's.",
    keyless=frozenset({"/open"}),
    idempotency=IDEMPOTENCY,
)


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/more/{name:path}")
    async def more(name: str, count: int) -> str:
        """Do more."""
        return name * count

    @app.get("/open")
    async def opened() -> None:
        """Open to all."""

    return app


def test_what_the_page_says() -> None:
    app = application()
    page = DECLARED.page(app)
    more, opened = page["paths"]["/more/{name}"]["post"], page["paths"]["/open"]["get"]
    assert page["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "basic"}}
    assert (page["security"], opened["security"]) == ([{"key": []}], [])
    assert "security" not in more
    assert page["components"]["schemas"] == {"Error": {"type": "string"}}
    error = {"text/plain": {"schema": {"$ref": "#/components/schemas/Error"}}}
    assert more["responses"]["422"] == {"description": "Wrong.", "content": error}
    assert set(opened["responses"]) == {"200", "400", "422"}
    assert more["description"] == "Do more. Not the vendor's."
    assert (more["x-polaris-extension"], "x-polaris-extension" in opened) == (True, False)
    assert [one["name"] for one in more["parameters"]] == ["name", "count", "Seed-Key"]
    assert "`Seed-Replayed: yes`" in more["parameters"][-1]["description"]
    assert "parameters" not in opened
    assert DECLARED.page(app) is page


def test_an_operation_is_called_by_its_path() -> None:
    assert operation_name("post", "/things/{name:path}/void") == "post_things_by_name_void"
