"""What every dialect's HTTP application is built on: a dialect declares, this does.

Nothing here knows a vendor: its codes, the form of its bodies and its header names are declared by
the dialect.
"""
