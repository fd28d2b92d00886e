"""The images of events are decoded to rows."""

import msgspec
import pytest

from core.asks import new_world
from delivery.stored import lived, step, stored
from polaris.core.decision import image_of
from polaris.core.facts.customer import Customer
from polaris.core.facts.invoice import Invoice
from polaris.core.facts.row import Changing
from polaris.delivery.images import ROWS, image_after, image_before

STORY = (
    "tenant; endpoint; hush; taxed; untax; billed; pay amount=600; credit; lose;"
    " write_off amount=100; unwrite; wallet; grant; change_wallet; void_credits amount=100;"
    " terminate; remove; refund; report_refund; void; regenerate; close; reopen"
)


def test_every_image_is_the_row_that_it_was_made_of() -> None:
    """Also for a stored event, in which dates, decimals and enums are text."""
    events = lived(STORY).events
    assert len({event.subject for event in events}) > 10
    for event in events:
        kind = ROWS[event.subject]
        assert image_of(image_after(event, kind)) == event.after
        assert image_after(stored(event), kind) == image_after(event, kind)
        before = image_before(stored(event), kind)
        assert (before and image_of(before)) == event.before


def test_every_row_that_can_change_can_be_the_subject_of_an_event() -> None:
    assert set(Changing.__subclasses__()) == set(ROWS.values())


def test_what_an_event_created_was_not_there_before() -> None:
    (event,) = step(new_world(), "draft")
    assert image_before(event, Invoice) is None


def test_an_image_of_an_older_version_lacks_what_came_later_and_keeps_what_is_gone() -> None:
    (event,) = step(new_world(), "draft")
    older = {**event.after, "gone": 1}
    del older["memo"]
    assert image_after(msgspec.structs.replace(event, after=older), Invoice).memo is None


def test_an_image_is_not_read_as_another_kind_of_row() -> None:
    (event,) = step(new_world(), "draft")
    with pytest.raises(AssertionError, match="has the subject invoice"):
        image_after(event, Customer)


def test_an_image_that_does_not_fit_is_refused() -> None:
    (event,) = step(new_world(), "draft")
    wrong = msgspec.structs.replace(event, after={**event.after, "status": "lost"})
    with pytest.raises(msgspec.ValidationError, match="lost"):
        image_after(wrong, Invoice)
