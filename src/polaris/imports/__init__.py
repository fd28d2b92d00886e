"""Imports of invoices from files. They use the same commands as every other caller."""
