"""The reference pages, written from the tables in the code, so that they cannot go stale.

`python -m polaris.reference` writes them; with `--check` it names those that are out of step.
"""
