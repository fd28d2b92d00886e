"""Where log lines go: standard error, so that what a command prints stays its own."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Log from this level up, one line each: for people at a terminal, else as JSON."""
    terminal = sys.stderr.isatty()
    # Without local variables in tracebacks: they hold names and amounts.
    told = structlog.dev.plain_traceback if terminal else None
    last = (
        structlog.dev.ConsoleRenderer(exception_formatter=told)
        if told
        else structlog.processors.JSONRenderer()
    )
    # That a failed connection is not used again is our own rule, and no news.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if terminal else [structlog.processors.format_exc_info]),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
