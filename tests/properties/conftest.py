"""Profiles of Hypothesis: new examples on a developer's machine, the same examples in CI."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "home",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("ci", settings.get_profile("home"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")
