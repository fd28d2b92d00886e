"""What every dialect's HTTP application needs."""
