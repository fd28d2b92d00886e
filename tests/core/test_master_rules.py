"""What the catalogue, an endpoint and a tenant may be."""

import pytest

from core.asks import new_world
from core.tables import Row, expect, rows
from polaris.core.commands import SaveTenant
from polaris.core.facts.tenant import fingerprint

ADD_ONS = """
    so far       | asked                                        | refused
                 | catalogue_item                                       | -
                 | catalogue_item code=@unset                             | value_missing
                 | catalogue_item name=@unset                             | value_missing
                 | catalogue_item amount=@unset                           | value_missing
                 | catalogue_item currency=@unset                         | value_missing
                 | catalogue_item code=@empty                           | value_missing
                 | catalogue_item amount=0                              | -
                 | catalogue_item amount=-1                             | amount_negative
                 | catalogue_item amount=@vast                          | amount_too_large
                 | catalogue_item currency=XXX                          | unknown_currency
                 | catalogue_item tax_codes=["vat"]                     | unknown_tax_code
    tax          | catalogue_item tax_codes=["vat"]                     | -
    tax; untax   | catalogue_item tax_codes=["vat"]                     | unknown_tax_code
    catalogue_item       | catalogue_item                                       | -
    =            | catalogue_item code=@unset name=@unset amount=@unset       | -
    =            | catalogue_item name=@empty                           | value_missing
    =            | catalogue_item catalogue_item_id=other                       | already_exists
    =            | catalogue_item catalogue_item_id=other code=other            | -
    =            | tax code=setup                               | -
    catalogue_item; drop | catalogue_item                                       | not_found
    =            | catalogue_item catalogue_item_id=other                       | -
                 | drop                                         | not_found
    catalogue_item       | drop                                         | -
    catalogue_item; drop | drop                                         | not_found
"""

TAXES = """
    so far     | asked                            | refused
               | tax                              | -
               | tax code=@unset                    | value_missing
               | tax name=@unset                    | value_missing
               | tax rate=@unset                    | value_missing
               | tax rate=0                       | -
               | tax rate=7.123456                | -
               | tax rate=7.1234567               | number_not_possible
               | tax rate=1000                    | -
               | tax rate=1000.1                  | number_not_possible
               | tax rate=-1                      | number_not_possible
               | tax rate=NaN                     | number_not_possible
               | tax rate=sNaN                    | number_not_possible
               | tax rate=Infinity                | number_not_possible
               | tax rate=1E-400000               | number_not_possible
    tax        | tax code=@unset name=@unset rate=@unset | -
    =          | tax tax_code_id=other            | already_exists
    =          | tax tax_code_id=other code=other | -
    =          | untax                            | -
    tax; untax | tax                              | not_found
    =          | tax tax_code_id=other            | -
    =          | untax                            | not_found
               | untax                            | not_found
"""

ENDPOINTS = """
    so far         | asked                                       | refused
                   | endpoint                                    | -
                   | endpoint signature=hmac                     | -
                   | endpoint signature=md5                      | unknown_signature
                   | endpoint url=@unset                           | value_missing
                   | endpoint url=@empty                         | value_missing
                   | endpoint url=http://127.0.0.1:8000/?a=b     | -
                   | endpoint url=https://[::1]/                 | -
                   | endpoint url=ftp://a.example/               | url_malformed
                   | endpoint url=a.example/hooks                | url_malformed
                   | endpoint url=https:///hooks                 | url_malformed
                   | endpoint url=https://:443/                  | url_malformed
                   | endpoint url=https://a.example:port/        | url_malformed
                   | endpoint url=https://a.example:70000/       | url_malformed
                   | endpoint url=https://[::1/                  | url_malformed
                   | endpoint url=https://a.example/ü            | url_malformed
                   | endpoint url=@spaced                        | url_malformed
    endpoint       | endpoint url=@unset signature=hmac            | -
    =              | endpoint webhook_endpoint_id=other          | already_exists
    =              | hush                                        | -
    endpoint; hush | endpoint                                    | not_found
    =              | endpoint webhook_endpoint_id=other          | -
    =              | hush                                        | not_found
                   | hush                                        | not_found
    endpoint       | endpoint dialect=standard                   | -
    =              | endpoint dialect=other                      | state_not_possible
                   | endpoint dialect=@unset                     | value_missing
    endpoint       | endpoint webhook_endpoint_id=other dialect=other | -
    =              | pause                                       | -
    =              | pause reason=failing                        | -
    =              | pause reason=bored                          | state_not_possible
    =              | resume                                      | already_in_state
    endpoint; pause | pause                                      | already_in_state
    =              | resume                                      | -
    endpoint; hush | pause                                       | not_found
                   | resume                                      | not_found
    most           | endpoint                                    | -
    most; endpoint | endpoint url=https://a.example/else         | -
    =              | endpoint webhook_endpoint_id=b url=https://b | too_many
    most; endpoint; hush | endpoint webhook_endpoint_id=b       | -
"""

TENANTS = """
    so far | asked                                                     | refused
           | tenant                                                    | -
           | tenant tenant_id=other                                    | not_found
           | tenant name=Other currency=USD timezone=Europe/Berlin     | -
           | tenant name=@empty                                        | value_missing
           | tenant currency=usd                                       | unknown_currency
           | tenant timezone=Berlin                                    | unknown_timezone
           | tenant settings_changes={"colour":"red"}                  | unknown_setting
           | tenant settings_changes={"payment_term_days":30}          | -
           | tenant settings_changes={"payment_term_days":-1}          | setting_not_possible
           | tenant settings_changes={"payment_term_days":10001}       | setting_not_possible
           | tenant settings_changes={"payment_term_days":"30"}        | setting_not_possible
           | tenant settings_changes={"payment_term_days":true}        | setting_not_possible
           | tenant settings_changes={"payment_term_days":null}        | setting_not_possible
           | tenant settings_changes={"void_reason_required":1}        | setting_not_possible
           | tenant settings_changes={"void_reasons":"a"}              | setting_not_possible
           | tenant settings_changes={"void_reasons":["a","b"]}        | -
           | tenant settings_changes={"void_reasons":["a","A"]}        | -
           | tenant settings_changes={"void_reasons":["a","a"]}        | setting_not_possible
           | tenant settings_changes={"void_reasons":["a",""]}         | setting_not_possible
           | tenant settings_changes=@longest_reason                   | -
           | tenant settings_changes=@longer_reason                    | setting_not_possible
           | tenant settings_changes={"void_with_credit_note":true}    | -
           | tenant settings_changes={"void_with_credit_note":"yes"}   | setting_not_possible
           | tenant settings_changes={"confirm_above_minor":0}         | -
           | tenant settings_changes={"confirm_above_minor":100001}    | -
           | tenant settings_changes={"confirm_above_minor":null}      | -
           | tenant settings_changes={"confirm_above_minor":-1}        | setting_not_possible
           | tenant settings_changes={"confirm_above_minor":1e30}      | setting_not_possible
           | tenant fingerprint=of_another_day                         | tenant_changed_meanwhile
           | tenant settings_changes={"void_dated":"invoice"}          | -
           | tenant settings_changes={"void_dated":"never"}            | setting_not_possible
           | tenant settings_changes={"invoice_format":7}              | setting_not_possible
           | tenant settings_changes={"invoice_format":"{next}"}       | -
           | tenant settings_changes={"invoice_format":"{{}}{next:6}"} | -
           | tenant settings_changes={"invoice_format":"{customer}-{next:03}"} | -
           | tenant settings_changes={"invoice_format":"INV"}          | format_not_possible
           | tenant settings_changes={"invoice_format":"{{next}}"}     | format_not_possible
           | tenant settings_changes=@spaced_format                    | format_not_possible
           | tenant settings_changes={"invoice_format":"{next"}        | format_not_possible
           | tenant settings_changes={"invoice_format":"{}{next}"}     | format_not_possible
           | tenant settings_changes={"invoice_format":"{next!r}"}     | format_not_possible
           | tenant settings_changes={"invoice_format":"{next:x}"}     | format_not_possible
           | tenant settings_changes={"invoice_format":"{next:0999}"}  | format_not_possible
           | tenant settings_changes={"invoice_format":"{next.real}"}  | format_not_possible
           | tenant settings_changes={"invoice_format":"{next:{customer}}"} | format_not_possible
           | tenant settings_changes={"invoice_format":"{invoice}{next}"} | format_not_possible
           | tenant settings_changes={"note_format":"{invoice}{next}"} | format_not_possible
           | tenant settings_changes={"invoice_format":"{customer}{next}"} | format_not_possible
           | tenant settings_changes={"invoice_format":"{customer}0{next}"} | format_not_possible
           | tenant settings_changes={"note_format":"{customer:>9}{next}"} | format_not_possible
           | tenant settings_changes={"note_format":"CN"}              | format_not_possible
           | tenant settings_changes=@longest_format                   | -
           | tenant settings_changes=@longer_format                    | format_not_possible
"""

ROWS = [row for table in (ADD_ONS, TAXES, ENDPOINTS, TENANTS) for row in rows(table)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_rule(row: Row) -> None:
    assert expect(row).books() == {}


def test_of_two_administrators_who_read_the_same_tenant_the_second_is_refused() -> None:
    """Both may come in one set, so what was read is compared, and not a version of the row."""
    world = new_world()
    read = fingerprint(world.facts.tenant)
    world.perform(SaveTenant(tenant_id="tenant", fingerprint=read, phone="1"))
    late = SaveTenant(tenant_id="tenant", fingerprint=read, phone="2")
    assert world.refused(late, administrator=True) == ("tenant_changed_meanwhile",)
    again = fingerprint(world.facts.tenant)
    world.perform(SaveTenant(tenant_id="tenant", fingerprint=again, phone="2"))
    assert world.facts.tenant.phone == "2"
