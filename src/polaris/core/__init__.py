"""The core: it takes facts and a command, and returns a decision. No I/O, clock or randomness."""
