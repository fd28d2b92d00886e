"""The rows of one write are written in the order of their foreign keys."""

from polaris.settings import Settings
from polaris.store.engine.write import INSERTS
from polaris.store.server.database import open_database

FOREIGN_KEYS = """
select conrelid::regclass::text, confrelid::regclass::text from pg_constraint
 where contype = 'f' and conrelid <> confrelid
"""


def test_what_others_refer_to_is_inserted_first(database_url: str) -> None:
    """A distributed database checks a foreign key at once, not at the end of the statement."""
    places = {block.removeprefix("insert_"): at for at, block in enumerate(INSERTS.values())}
    settings = Settings(database_url=database_url)
    with open_database(settings) as database, database.connect() as connection:
        keys = connection.execute(FOREIGN_KEYS).fetchall()
    checked = [(child, parent) for child, parent in keys if child in places and parent in places]
    assert len(checked) > 20
    assert [(c, p) for c, p in checked if places[p] > places[c]] == []
