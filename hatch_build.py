"""The build hook: it copies htmx out of the package django-htmx, which carries the file."""

import hashlib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "django_htmx/static/django_htmx/htmx-2.min.js"
TARGET = "src/polaris/console/static/vendor/htmx.min.js"
SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"


class CopyHtmx(BuildHookInterface):  # type: ignore[type-arg]  # its types are not published
    """Puts htmx where the console serves it from. The file is not in git, but in every wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Copy the file, unless the right one is there. Raises RuntimeError for a wrong one."""
        target = Path(self.root, TARGET)
        if target.exists() and digest(target.read_bytes()) == SHA256:
            return
        content = Path(str(distribution("django-htmx").locate_file(SOURCE))).read_bytes()
        if digest(content) != SHA256:
            raise RuntimeError(f"{SOURCE} is not the version of htmx that hatch_build.py names")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def digest(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
