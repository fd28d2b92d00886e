"""How fast the engine is, against what this very machine and database could do at best."""
