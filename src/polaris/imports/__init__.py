"""Invoices from elsewhere, brought in through the engine like any other command."""
