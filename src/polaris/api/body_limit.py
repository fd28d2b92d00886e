"""A limit to what anybody can make the server keep in memory: no body is read past it."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Limited:
    """An application that is sent no body above so many bytes.

    The framework's own limit answers in plain text, whatever the application would say.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, too_large: ASGIApp) -> None:
        self._app, self._most_bytes, self._too_large = app, most_bytes, too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `too_large` to who says so beforehand; to others a 413 is raised on the way."""
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
