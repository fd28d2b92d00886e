"""Polaris: one ledger, many dialects; a self-hosted invoice lifecycle engine."""

__version__ = "0.1.0"
