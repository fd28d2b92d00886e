"""What must hold before a command is done, one file for each noun."""
