"""Pages about what can be asked: commands, their rules, and how they are refused."""

from collections.abc import Iterator

from polaris.core.lifecycle import LIFECYCLE, POLARIS
from polaris.core.refusals import EVERY, Refusal
from polaris.core.rules.requirement import AnyRequirement
from polaris.core.transition import AnyTransition
from polaris.reference.markdown import SOURCE, code, described, mentioned, page, sentence, table


def asked(transition: AnyTransition) -> str:
    """A command's name, linked to its fields."""
    name = transition.command.__name__
    return f"[{name}](commands.md#{name.lower()})"


# ---------------------------------------------------------------- commands

COMMANDS = """\
Amounts are integers of minor units (cents), ids are lowercase UUIDs, dates are business dates. The
ids of new things come with the command, so that repeating it makes nothing twice.
"""


def commands() -> str:
    """Every command with its fields, and what they are made of."""
    kinds = [transition.command for transition in LIFECYCLE]
    every = dict.fromkeys([*kinds, *mentioned(kinds)])
    return page("Commands", "core/commands", COMMANDS, *map(described, every))


# ---------------------------------------------------------------- the table

INTRO = """\
What can be asked, the states that an invoice may be in before, and what it becomes. A dash in
*from* means that no invoice is concerned, or one in any state; in *to*, that its state stays. All
rules of a command are looked at and every broken one is told.
"""


def lifecycle() -> str:
    """Every command: from, to, rules, action."""
    rows = [
        (
            asked(transition),
            code(sorted(transition.before)),
            code([transition.after] if transition.after else []),
            action(transition),
        )
        for transition in LIFECYCLE
    ]
    listed = table(("Command", "From", "To", "Decided by"), *rows)
    return page("Lifecycle", "core/lifecycle.py", INTRO, listed, *map(required, LIFECYCLE))


def action(transition: AnyTransition) -> str:
    """The function that decides a command."""
    _, _, place = transition.action.__module__.partition("polaris.")
    name = place.rpartition(".")[2]
    return f"[{name}.{transition.action.__name__}]({SOURCE}/{place.replace('.', '/')}.py)"


def required(transition: AnyTransition) -> str:
    """The rules of a command, in their order."""
    added = POLARIS.adds.get(transition.command, ())
    said = [
        *map(required_line, transition.requires),
        *(f"{required_line(one)} (Polaris)" for one in added),
    ]
    lines = "\n".join(f"{number}. {line}" for number, line in enumerate(dict.fromkeys(said), 1))
    return f"## {transition.command.__name__}\n\n{sentence(transition.command)}\n\n{lines}\n"


def required_line(rule: AnyRequirement) -> str:
    """A rule and its refusal."""
    return f"{rule.sentence} Else `{rule.refusal.code}`."


# ---------------------------------------------------------------- rules

RULES = """\
What must hold before a command is done. The engine's own rules protect money and history. A
dialect adds rules and never takes one away. What a command names must be there: else `not_found`.
"""


def ruled() -> Iterator[tuple[AnyRequirement, AnyTransition, bool]]:
    """Every rule of every command, and whether only the dialect asks for it."""
    for transition in LIFECYCLE:
        yield from ((rule, transition, False) for rule in transition.requires)
        yield from ((rule, transition, True) for rule in POLARIS.adds.get(transition.command, ()))


def rules() -> str:
    """Every rule, how it is refused, and which commands it is for."""
    added = "## What the Polaris dialect adds\n"
    return page("Rules", "core/rules", RULES, rule_table(False), added, rule_table(True))


def rule_table(by_dialect: bool) -> str:
    """The engine's rules, or those that the dialect adds."""
    named_by: dict[tuple[str, str, str], list[str]] = {}
    for rule, transition, added in ruled():
        if added is by_dialect:
            key = rule.name, rule.sentence, rule.refusal.code
            named_by.setdefault(key, []).append(asked(transition))
    rows = [
        (f"`{name}`", said, f"`{refusal}`", ", ".join(dict.fromkeys(named)))
        for (name, said, refusal), named in sorted(named_by.items())
    ]
    return table(("Rule", "What must hold", "Else", "For"), *rows)


# ---------------------------------------------------------------- refusals

REFUSALS = """\
A refusal is expected; it changes nothing, and is recorded and audited. *Settled* marks those that
say that what was asked for is so already; a dialect may answer them with success.
"""

OF_NO_RULE = {
    "not_found": "whatever looks up what a command names",
    "key_reused": "the engine, before any rule",
    "id_malformed": "the engine, before any rule",
    "text_malformed": "the engine, before any rule",
    "text_too_long": "the engine, before any rule",
    "unknown_series": "drawing a number",
    "unknown_line": "the sums of a credit note",
    "line_over_credited": "the sums of a credit note",
}
"""Refusals that are given where something is worked out, not by a rule of their own."""


def refusals() -> str:
    """Every way to say no."""
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
    head = ("Code", "It says", "Instead", "Settled", "Given by")
    return page("Refusals", "core/refusals", REFUSALS, table(head, *rows))


def given_by(kind: type[Refusal]) -> str:
    """The rules that give a refusal, and who else does."""
    named = sorted({rule.name for rule, _, _ in ruled() if rule.refusal is kind})
    return "; ".join([*([code(named)] if named else []), *_elsewhere(kind)])


def _elsewhere(kind: type[Refusal]) -> list[str]:
    return [OF_NO_RULE[kind.code]] if kind.code in OF_NO_RULE else []
