"""The real file, if it exists. The expected figures were computed without the importer."""

from decimal import Decimal
from pathlib import Path

from imports.shop import imported, opened, shop, timeless
from polaris.imports.report import Report
from polaris.reports.ledger import verify

ONLINE_RETAIL = Path(__file__).parents[3] / "shared" / "data" / "online_retail.csv.xz"

REPORT = Report(
    rows=541_909,
    rejected_rows={"adjustment": 3, "quantity_not_positive": 1_336},
    invoices=20_725,
    lines=531_282,
    billed_minor=10_655_622_48,
    voided=131,
    voided_minor=316_154_11,
    credit_notes=2_358,
    credited_minor=85_447_63,
    standalone=1_347,
    standalone_minor=495_210_75,
    net_minor=9_758_809_99,
    rejected_minor=Decimal("-1106206"),
    rounding_minor=Decimal("0.4"),
    file_rows=541_909,
    file_minor=Decimal("974774793.4"),
    adds_up=True,
    seconds=0.0,
)

if ONLINE_RETAIL.exists():

    def test_the_real_file_adds_up(database_url: str) -> None:
        with opened(database_url) as database:
            tenant_id = shop(database)
            assert timeless(imported(database, tenant_id, ONLINE_RETAIL)) == REPORT
            assert timeless(imported(database, tenant_id, ONLINE_RETAIL)) == REPORT
            with database.connect() as connection:
                assert verify(connection, tenant_id).ok
