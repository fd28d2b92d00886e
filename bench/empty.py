"""A route that does nothing: the ceiling of every FastAPI route on this machine."""

from fastapi import FastAPI

app = FastAPI(openapi_url=None)


@app.post("/empty")
async def empty() -> dict[str, str]:
    """Return a constant answer."""
    return {"status": "voided"}
