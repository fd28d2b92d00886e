"""Stripe: refunds are sent to its API, and its webhooks are read."""
