"""Decides. No input or output, no clock, no randomness: facts and a command in, a decision out."""
