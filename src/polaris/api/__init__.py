"""The parts that every dialect's HTTP application is built from.

Nothing here knows a vendor. The dialect declares the vendor's codes, body formats and header names.
"""
