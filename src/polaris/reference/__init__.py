"""The reference pages, generated from the code so that they stay correct.

`python -m polaris.reference` writes them. With `--check` it lists the pages that are out of date.
"""
