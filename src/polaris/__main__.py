"""`python -m polaris` is the command line."""

from polaris.cli import main

if __name__ == "__main__":
    main()
