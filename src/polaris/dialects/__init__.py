"""The APIs that teams already speak, each in a folder of its own; they never meet."""
