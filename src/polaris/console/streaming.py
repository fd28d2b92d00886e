"""Pages that are sent part by part, while the work behind them is still running."""

from collections.abc import AsyncIterator
from typing import Any

import structlog
from starlette.responses import Response, StreamingResponse

from polaris.api.answers import UNAVAILABLE
from polaris.console.access import Visit
from polaris.console.rendering import render

log = structlog.get_logger()

MARK = "<!-- parts -->"
"""Where a template has this comment, the parts of the page go."""

HEADERS = {"content-encoding": "identity", "x-accel-buffering": "no"}
"""So that neither compression nor a proxy holds the parts back."""


def rendered(visit: Visit, template: str, **values: Any) -> str:
    """Return a template as text."""
    return bytes(render(visit, template, **values).body).decode()


def streamed(visit: Visit, template: str, parts: AsyncIterator[str], **values: Any) -> Response:
    """Return a page whose parts are sent as soon as they are known.

    If the database goes away in between, the page ends with a sentence that says so.
    """
    head, _, tail = rendered(visit, template, **values).partition(MARK)

    async def sent() -> AsyncIterator[str]:
        yield head
        try:
            async for part in parts:
                yield part
        except UNAVAILABLE as fault:
            log.warning("verification_ended", fault=str(fault))
            yield rendered(visit, "stream_ended.html")
        yield tail

    return StreamingResponse(sent(), media_type="text/html", headers=HEADERS)
