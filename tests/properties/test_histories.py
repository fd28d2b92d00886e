"""No history of commands breaks a proof, or creates or loses a cent."""

from hypothesis import given, settings
from hypothesis import strategies as st

from polaris.core.lifecycle import LIFECYCLE
from properties.choices import Drawn, Seeded
from properties.histories import run


@settings(max_examples=120)
@given(st.data())
def test_random_histories_keep_the_proof_set(data: st.DataObject) -> None:
    """Several taxes, currencies and customers; partial amounts; wrong inputs now and then."""
    history = run(Drawn(data.draw), steps=25)
    assert history.world.facts.tables


def test_long_histories_do_every_command() -> None:
    """A history in which most commands are refused would prove little."""
    done: set[str] = set()
    for seed in range(60):
        history = run(Seeded(seed), steps=60)
        done |= {type(command).__name__ for command in history.done}
    never = {"CorrectEntryDay"}  # no entry of a history is dated before its cause
    assert done | never == {move.command.__name__ for move in LIFECYCLE}
