"""The benchmark: the engine's speed, compared with the ceilings of this machine and database."""
