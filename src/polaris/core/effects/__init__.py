"""The effects of a request: what a person must know before it is done, without ids and times."""

from polaris.core.effects.comparison import differences, fingerprint, outcome_changed
from polaris.core.effects.effect import Effects
from polaris.core.effects.gathering import effects_of

__all__ = ["Effects", "differences", "effects_of", "fingerprint", "outcome_changed"]
