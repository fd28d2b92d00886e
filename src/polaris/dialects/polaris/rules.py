"""What this dialect requires beyond the engine: Polaris's own rules, from the lifecycle."""

from polaris.core.lifecycle import POLARIS as POLARIS
