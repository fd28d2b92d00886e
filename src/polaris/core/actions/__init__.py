"""The actions of commands, one file for each kind of action."""
