"""What is left: amounts derived from facts, and the few ways in which they change."""
