"""All rows of a tenant, to check that nothing has changed."""

from psycopg import sql

from dialects.lago.books import Books

AT_ANY_TIME = "seal"
"""The table that is written at any time: the seals over earlier changes."""


def rows(books: Books, *but: str) -> dict[str, list[str]]:
    """Return every row of the tenant by table, without the named tables."""
    with books.database.connect() as connection:
        tables = connection.execute(
            "select distinct table_name from information_schema.columns"
            " where table_schema = 'public' and column_name = 'tenant_id'"
        ).fetchall()
        kept = [name for (name,) in tables if name not in (AT_ANY_TIME, *but)]
        assert len(kept) > 20
        read = sql.SQL("select r::text from {} r where tenant_id = %s order by 1")
        return {
            name: [row for (row,) in connection.execute(query, [books.tenant_id])]
            for name in kept
            for query in [read.format(sql.Identifier(name))]
        }
