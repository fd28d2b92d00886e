"""A program that keeps a data directory open until its input ends.

Usage: `python holder.py DIR [USER]`.
"""

import os
import pwd
import sys
from pathlib import Path

from polaris.store.server.embedded import open_server


def become(name: str) -> None:
    """Change to another user; only now, because that user may have no access to the interpreter."""
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


if __name__ == "__main__":
    for user in sys.argv[2:]:
        become(user)
    with open_server(Path(sys.argv[1])) as server:
        print(server.url(), flush=True)
        sys.stdin.read()
