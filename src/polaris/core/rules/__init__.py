"""The rules that a command must meet, one file for each noun."""
