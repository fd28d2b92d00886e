"""The web console: pages for operators, rendered on the server."""
