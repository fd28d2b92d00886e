"""The routes of the admin API, and the commands that they perform."""
