"""An import that kills itself: `python killed.py URL TENANT FILE BLOCK TIMES`.

It does so, like `kill -9`, after the statement BLOCK of `imports.sql` was run TIMES times.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from imports.shop import imported, opened
from polaris.imports import online_retail
from polaris.imports.register import Register


def die_after(block: str, times: int) -> None:
    """Kill this process after a statement was run this many times."""
    ask, left = Register.ask, iter(range(times - 1))

    def dying(self: Register, name: str, **values: object) -> list[Any]:
        answered = ask(self, name, **values)
        if name == block and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return answered

    Register.ask = dying  # type: ignore[assignment,method-assign]  # the real one, but for its end


if __name__ == "__main__":
    url, tenant_id, file, block, times = sys.argv[1:]
    online_retail.SET_DOCUMENTS = 3
    die_after(block, int(times))
    with opened(url) as database:
        imported(database, tenant_id, Path(file))
