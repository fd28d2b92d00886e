"""What every command is."""

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag=True, gc=False):
    """A wish to change something. Its fields are the whole policy: no rule asks who called."""
