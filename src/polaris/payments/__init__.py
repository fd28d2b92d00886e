"""The port to payment providers: they are asked by what waits, and answer with commands."""
