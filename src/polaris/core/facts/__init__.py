"""The facts: the rows that are stored, one file for each noun."""
