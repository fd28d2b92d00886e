"""The APIs of this server, for the page of developers."""

from typing import Any, NamedTuple

from fastapi import FastAPI


class Api(NamedTuple):
    """An API with the path at which it is mounted."""

    path: str
    app: FastAPI

    @property
    def title(self) -> str:
        """The name of the API."""
        return self.app.title.rpartition(": ")[2]

    @property
    def docs(self) -> str:
        """The path of the page that describes the API."""
        return f"{self.path}/docs"

    def example(self) -> str:
        """Return the path of a list that the API offers; else that of its description."""
        described: dict[str, Any] = self.app.openapi()
        lists = (
            path for path, calls in described["paths"].items() if "get" in calls and "{" not in path
        )
        return f"{self.path}{next(lists, self.app.openapi_url)}"
