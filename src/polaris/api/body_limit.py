"""A limit for the size of request bodies, so that no client can fill the server's memory."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Limited:
    """An application that receives no body larger than `most_bytes` bytes.

    The framework's own limit answers in plain text, and not in the dialect's format.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, too_large: ASGIApp) -> None:
        self._app, self._most_bytes, self._too_large = app, most_bytes, too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with `too_large` if the Content-Length header is over the limit.

        Without that header, raise HTTPException 413 once the body read so far is over the limit.
        """
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most_bytes:
            await self._too_large(scope, receive, send)
            return
        left = self._most_bytes

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
