"""Pages about commands, their rules, and their refusals."""

from collections.abc import Iterator

from polaris.core.lifecycle import LIFECYCLE, POLARIS
from polaris.core.refusals import EVERY, Refusal
from polaris.core.rules.requirement import AnyRequirement
from polaris.core.transition import AnyTransition
from polaris.reference.markdown import SOURCE, code, described, mentioned, page, sentence, table


def command_link(transition: AnyTransition) -> str:
    """Return the command's name as a link to its fields."""
    name = transition.command.__name__
    return f"[{name}](commands.md#{name.lower()})"


# ---------------------------------------------------------------- commands

COMMANDS = """\
Amounts are integers in minor units (cents). Ids are UUIDs in lowercase. Dates are accounting
dates. The caller chooses the ids of new objects, so that a repeated command creates nothing twice.
"""


def commands() -> str:
    """Return the page about all commands with their fields."""
    kinds = [transition.command for transition in LIFECYCLE]
    every = dict.fromkeys([*kinds, *mentioned(kinds)])
    return page("Commands", "core/commands", COMMANDS, *map(described, every))


# ---------------------------------------------------------------- the table

INTRO = """\
The commands, the status that an invoice needs before (*from*), and its status after (*to*). A dash
in *from* means that the command needs no invoice, or takes one with any status. A dash in *to*
means that the status does not change. A refusal names every rule that is broken, not only the
first.
"""


def lifecycle() -> str:
    """Return the page about the lifecycle: each command with from, to, action and rules."""
    rows = [
        (
            command_link(transition),
            code(sorted(transition.before)),
            code([transition.after] if transition.after else []),
            action(transition),
        )
        for transition in LIFECYCLE
    ]
    listed = table(("Command", "From", "To", "Decided by"), *rows)
    return page("Lifecycle", "core/lifecycle.py", INTRO, listed, *map(required, LIFECYCLE))


def action(transition: AnyTransition) -> str:
    """Return a link to the function that decides the command."""
    _, _, module = transition.action.__module__.partition("polaris.")
    name = module.rpartition(".")[2]
    return f"[{name}.{transition.action.__name__}]({SOURCE}/{module.replace('.', '/')}.py)"


def required(transition: AnyTransition) -> str:
    """Return the section about a command's rules, in their order."""
    added = POLARIS.adds.get(transition.command, ())
    listed = [
        *map(required_line, transition.requires),
        *(f"{required_line(one)} (Polaris)" for one in added),
    ]
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(dict.fromkeys(listed), 1))
    return f"## {transition.command.__name__}\n\n{sentence(transition.command)}\n\n{lines}\n"


def required_line(rule: AnyRequirement) -> str:
    """Return a rule with its refusal."""
    return f"{rule.sentence} Else `{rule.refusal.code}`."


# ---------------------------------------------------------------- rules

RULES = """\
A rule must hold before a command is done. The engine's own rules protect money and history. A
dialect can add rules, but cannot remove any. Everything that a command names must exist: otherwise
the refusal is `not_found`.
"""


def ruled() -> Iterator[tuple[AnyRequirement, AnyTransition, bool]]:
    """Yield every rule of every command, and True if only the dialect requires it."""
    for transition in LIFECYCLE:
        yield from ((rule, transition, False) for rule in transition.requires)
        yield from ((rule, transition, True) for rule in POLARIS.adds.get(transition.command, ()))


def rules() -> str:
    """Return the page about all rules with their refusals and commands."""
    added = "## What the Polaris dialect adds\n"
    return page("Rules", "core/rules", RULES, rule_table(False), added, rule_table(True))


def rule_table(by_dialect: bool) -> str:
    """Return a table of the engine's rules, or of those that the dialect adds."""
    named_by: dict[tuple[str, str, str], list[str]] = {}
    for rule, transition, added in ruled():
        if added is by_dialect:
            key = rule.name, rule.sentence, rule.refusal.code
            named_by.setdefault(key, []).append(command_link(transition))
    rows = [
        (f"`{name}`", text, f"`{refusal}`", ", ".join(dict.fromkeys(named)))
        for (name, text, refusal), named in sorted(named_by.items())
    ]
    return table(("Rule", "What must hold", "Refusal", "Commands"), *rows)


# ---------------------------------------------------------------- refusals

REFUSALS = """\
A refusal is an expected answer, not a failure. It changes nothing, and it is recorded and audited.
*Settled* marks refusals of something that is already done. A dialect may answer those with
success.
"""

OF_NO_RULE = {
    "not_found": "every lookup of what a command names",
    "key_reused": "the engine, before any rule",
    "request_reused": "the engine, before any rule",
    "outcome_changed": "the engine, for a request that expects an outcome",
    "id_malformed": "the engine, before any rule",
    "text_malformed": "the engine, before any rule",
    "text_too_long": "the engine, before any rule",
    "money_received": "a dialect that voids only what holds no money",
    "unknown_series": "drawing a number",
    "unknown_line": "the sums of a credit note",
    "line_over_credited": "the sums of a credit note",
    "dated_before_cause": "booking the entries of a command that names a day",
}
"""Refusals that come from a computation and not from a rule."""


def refusals() -> str:
    """Return the page about all refusals."""
    rows = [
        (
            f"`{kind.code}`",
            sentence(kind),
            kind.instead,
            "yes" if kind.nothing_to_do else "",
            given_by(kind),
        )
        for kind in EVERY
    ]
    head = ("Code", "Message", "What to do instead", "Settled", "Given by")
    return page("Refusals", "core/refusals", REFUSALS, table(head, *rows))


def given_by(kind: type[Refusal]) -> str:
    """Return the rules and other places that give a refusal."""
    named = sorted({rule.name for rule, _, _ in ruled() if rule.refusal is kind})
    return "; ".join([*([code(named)] if named else []), *_elsewhere(kind)])


def _elsewhere(kind: type[Refusal]) -> list[str]:
    return [OF_NO_RULE[kind.code]] if kind.code in OF_NO_RULE else []
