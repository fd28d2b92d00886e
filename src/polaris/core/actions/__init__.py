"""What each command does, one deed a file."""
