"""Logging to standard error, so that standard output holds only the output of a command."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Log messages of this level or higher: readable text on a terminal, JSON lines elsewhere."""
    terminal = sys.stderr.isatty()
    # Without local variables in tracebacks, because they contain names and amounts.
    traceback = structlog.dev.plain_traceback if terminal else None
    last = (
        structlog.dev.ConsoleRenderer(exception_formatter=traceback)
        if traceback
        else structlog.processors.JSONRenderer()
    )
    # The pool warns about each failed connection that it drops; we drop them on purpose.
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
