"""The schema can be sharded by tenant, and has no hidden effects such as triggers."""

from collections.abc import Callable, Iterator

import pytest
from pglast import ast, enums

from house.sql import (
    CROSS_TENANT,
    SCHEMA,
    Rule,
    primary_keys,
    rules,
    statements,
    strings,
    tenant_tables,
    walk,
    written,
)
from house.tree import expect_none

Check = Callable[[str], Iterator[str]]

KINDS = enums.ConstrType
SET_NULL = "n"
SERIAL = {"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"}


def unkeyed(schema: str) -> Iterator[str]:
    """Yield a complaint for each table whose key does not begin with the tenant, without a
    reason."""
    keys = primary_keys(schema)
    for statement, text in statements(schema):
        if isinstance(statement, ast.CreateStmt) and not CROSS_TENANT.search(text):
            name = statement.relation.relname
            if keys.get(name, ("",))[0] != "tenant_id":
                yield f"{name}: the primary key does not start with tenant_id"


def too_unique(schema: str) -> Iterator[str]:
    tables, kinds = tenant_tables(schema), (KINDS.CONSTR_UNIQUE, KINDS.CONSTR_EXCLUSION)
    for rule in rules(schema):
        if rule.kind in kinds and rule.table in tables and "tenant_id" not in rule.columns:
            yield f"{rule.table}: unique {rule.columns} spans tenants"


def loose_foreign_keys(schema: str) -> Iterator[str]:
    tables = tenant_tables(schema)
    for rule in rules(schema):
        if rule.kind == KINDS.CONSTR_FOREIGN and rule.table in tables and rule.constraint:
            target = rule.constraint.pktable.relname
            if target == "tenant":
                yield f"{rule.table}: a key to tenant makes every write lock one row"
            elif target in tables and not _carries_tenant(rule, rule.constraint):
                yield f"{rule.table}: the key to {target} does not carry tenant_id"


def _carries_tenant(rule: Rule, key: ast.Constraint) -> bool:
    """True if tenant_id refers to tenant_id. A key without columns refers to the primary key."""
    theirs = strings(key.pk_attrs) or ("tenant_id",)
    return ("tenant_id", "tenant_id") in zip(rule.columns, theirs, strict=False)


def forgetful_keys(schema: str) -> Iterator[str]:
    for rule in rules(schema):
        key = rule.constraint
        if key and SET_NULL in (key.fk_del_action, key.fk_upd_action):
            yield f"{rule.table}: set null would clear the tenant, too"


def hidden_machinery(schema: str) -> Iterator[str]:
    """Yield triggers, sequences, and the columns that create a sequence."""
    for node in walk(tuple(statement for statement, _ in statements(schema))):
        match node:
            case ast.CreateTrigStmt(trigname=name):
                yield f"trigger {name}"
            case ast.CreateSeqStmt(sequence=sequence):
                yield f"sequence {sequence.relname}"
            case ast.ColumnDef(colname=name, typeName=type_) if SERIAL & set(strings(type_.names)):
                yield f"{name} is serial"
            case ast.Constraint(contype=KINDS.CONSTR_IDENTITY):
                yield "an identity column"


def test_every_table_is_keyed_by_tenant() -> None:
    """The key decides on which shard a row is. A table for all tenants is small, and has a comment
    above it: `-- cross-tenant: reason`."""
    expect_none(unkeyed(written(SCHEMA)))


def test_nothing_is_unique_across_tenants() -> None:
    """A shard cannot check it, and a conflict would tell a tenant the numbers of another tenant."""
    expect_none(too_unique(written(SCHEMA)))


def test_foreign_keys_stay_inside_a_tenant() -> None:
    """Without the tenant in the key, an invoice could refer to another tenant's customer. A key to
    the tenant itself makes all writers share-lock one row; it cost a third of the throughput."""
    expect_none(loose_foreign_keys(written(SCHEMA)))


def test_no_foreign_key_forgets() -> None:
    """Only an audited decision removes a link between rows, never the database itself."""
    expect_none(forgetful_keys(written(SCHEMA)))


def test_no_trigger_and_no_sequence() -> None:
    """The decision contains every effect, where it can be read. A sequence has gaps, and no order
    across machines."""
    expect_none(hidden_machinery(written(SCHEMA)))


CUSTOMER = "create table customer (tenant_id uuid, id uuid, primary key (tenant_id, id));"


def in_invoice(extra: str) -> str:
    return CUSTOMER + (
        "create table invoice (tenant_id uuid, id uuid, customer_id uuid, "
        f"primary key (tenant_id, id), {extra});"
    )


@pytest.mark.parametrize(
    ("check", "schema"),
    [
        (unkeyed, "create table invoice (id uuid primary key, tenant_id uuid);"),
        (unkeyed, "create table invoice (tenant_id uuid, id uuid, primary key (id, tenant_id));"),
        (unkeyed, "create table invoice (tenant_id uuid, id uuid);"),
        (too_unique, in_invoice("number text unique")),
        (too_unique, in_invoice("unique (id, customer_id)")),
        (too_unique, CUSTOMER + "create unique index x on customer (lower(id));"),
        (loose_foreign_keys, in_invoice("foreign key (customer_id) references customer (id)")),
        (loose_foreign_keys, in_invoice("t uuid references tenant")),
        (
            loose_foreign_keys,
            in_invoice("a int") + "alter table invoice add constraint c foreign key"
            " (customer_id, tenant_id) references customer (tenant_id, id);",
        ),
        (
            forgetful_keys,
            in_invoice(
                "foreign key (tenant_id, customer_id) references customer on delete set null"
            ),
        ),
        (hidden_machinery, in_invoice("place bigserial")),
        (hidden_machinery, in_invoice("place int generated always as identity")),
        (hidden_machinery, "create sequence place;"),
        (
            hidden_machinery,
            CUSTOMER + "create trigger t after insert on customer execute function f();",
        ),
    ],
)
def test_a_seeded_fault_is_caught(check: Check, schema: str) -> None:
    assert list(check(schema))


def test_a_sound_schema_passes() -> None:
    schema = (
        "-- cross-tenant: the list of tenants itself\n"
        "create table tenant (id uuid primary key, name text unique);\n"
    ) + in_invoice(
        "number text, unique (tenant_id, number),"
        "foreign key (tenant_id, customer_id) references customer"
    )
    checks = (unkeyed, too_unique, loose_foreign_keys, forgetful_keys, hidden_machinery)
    assert not [said for check in checks for said in check(schema)]
    assert tenant_tables(schema + "create view owed as select 1 from invoice;") == {
        "customer",
        "invoice",
        "owed",
    }
