"""The port to payment providers: they get the waiting requests and answer with commands."""
