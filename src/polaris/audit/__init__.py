"""The audit log: it is sealed as a chain, and the chain is verified."""
