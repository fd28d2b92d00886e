"""A program that runs commands of Polaris, each in a forked process.

Importing Polaris takes longer than most commands, so this program imports it once. For each
command it reads one line of JSON, and writes the exit code as one line.
"""

import json
import os
import sys

from polaris import cli


def main() -> None:
    """Run commands, one after another, until standard input ends."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(arguments: list[str], out: str, err: str) -> None:
    """Run one command and end this process, as the installed script does."""
    for number, path in enumerate((os.devnull, out, err)):
        os.dup2(os.open(path, os.O_RDWR), number)
    sys.argv = ["polaris", *arguments]
    cli.main()
    sys.exit()


if __name__ == "__main__":
    main()
