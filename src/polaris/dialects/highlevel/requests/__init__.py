"""The calls of HighLevel that this dialect answers, and how their bodies are read."""
