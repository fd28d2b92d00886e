"""The audit log: sealing its lines in a hash chain, and verifying the chain."""
