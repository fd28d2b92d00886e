"""Operators: the people who sign in. Their passwords, sessions, roles and second factors."""
