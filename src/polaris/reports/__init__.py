"""What the books and the audit hold, proved from their rows."""
