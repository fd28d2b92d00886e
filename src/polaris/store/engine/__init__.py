"""How the engine loads facts and writes decisions."""
