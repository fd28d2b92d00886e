"""What an installation is told from outside: environment variables that start with `POLARIS_`."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """`$XDG_DATA_HOME/polaris`, or else `~/.local/share/polaris`; for root `/var/lib/polaris`.

    Root's is for the whole machine: PostgreSQL runs as another user there, who may not pass
    root's home.
    """
    if place := os.environ.get("XDG_DATA_HOME"):
        return Path(place) / "polaris"
    if os.geteuid() == 0:
        return Path("/var/lib/polaris")
    return Path.home() / ".local" / "share" / "polaris"


class Settings(BaseSettings):
    """Every setting, read from the environment, with its default."""

    model_config = SettingsConfigDict(env_prefix="POLARIS_", env_ignore_empty=True, frozen=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Where the embedded database lives. Not used with a database URL.",
    )
    database_url: str | None = Field(
        default=None,
        description="A PostgreSQL server, version 15 or later, instead of the embedded one.",
    )
    prepare_statements: bool = Field(
        default=True,
        description="Whether the database prepares each statement once per connection. "
        "Switch it off behind a connection pooler in transaction mode.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe message that is still logged."
    )
