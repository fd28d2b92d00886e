"""A route that does nothing: the most that a FastAPI route on this machine can answer."""

from fastapi import FastAPI

app = FastAPI(openapi_url=None)


@app.post("/empty")
async def empty() -> dict[str, str]:
    """Nothing, quickly."""
    return {"status": "voided"}
