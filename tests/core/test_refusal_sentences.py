"""A refusal's sentence names its details: a reader need not look them up."""

from polaris.core.refusals import NotEnoughUnused, OutstandingExceeded, ValueMissing


def test_the_sentence_names_the_field() -> None:
    assert ValueMissing(field="name").sentence.startswith("The required value of `name` is")


def test_the_sentence_names_the_limit_with_its_unit() -> None:
    refusal = OutstandingExceeded(field="amount_minor", asked_minor=500, limit_minor=300)
    assert refusal.sentence.endswith("outstanding amount (300 minor units).")
    assert str(refusal) == refusal.sentence


def test_a_detail_that_is_missing_keeps_its_name() -> None:
    assert "`limit_minor`" in NotEnoughUnused().sentence
