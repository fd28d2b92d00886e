"""The ledger: the chart of accounts, postings, and one recipe for each business fact."""
