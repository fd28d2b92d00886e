"""The role that a signed-in operator needs for a command."""

from polaris.api.principal import Principal
from polaris.core import commands
from polaris.core.commands import Command
from polaris.operators.roles import Role
from polaris.operators.sessions import OperatorSession

OF_ADMINISTRATORS: frozenset[type[Command]] = frozenset(
    {
        commands.SaveTenant,
        commands.CloseBooks,
        commands.ReopenBooks,
        commands.CorrectEntryDay,
        commands.SaveWebhookEndpoint,
        commands.DeleteWebhookEndpoint,
        commands.PauseWebhookEndpoint,
        commands.ResumeWebhookEndpoint,
    }
)
"""The commands that an operator needs the role `admin` for."""


def may_perform(principal: Principal, command: Command) -> bool:
    """True if the principal's role allows the command. A key's scopes were checked before."""
    return has_role(principal, Role.ADMIN if type(command) in OF_ADMINISTRATORS else Role.OPERATOR)


def has_role(principal: Principal, role: Role) -> bool:
    """True if an operator has at least this role. An API key has none: its scopes decide."""
    return not isinstance(principal, OperatorSession) or principal.role.includes(role)
