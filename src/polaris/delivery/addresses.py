"""Which addresses webhooks may be sent to, checked on the address that is really connected to."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

NAT64 = ip_network("64:ff9b::/96")
"""IPv6 addresses that contain an IPv4 address."""


class AddressRefused(Exception):
    """Webhooks are not sent to private, loopback and link-local addresses."""


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet, also inside an IPv6 address."""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a name once, and connects to one of the addresses that it has checked.

    A second look-up could give another address (DNS rebinding).
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._network = httpcore.AnyIOBackend()
        self._asked: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a checked address. Raises AddressRefused, httpcore.ConnectError."""
        fault: Exception = httpcore.ConnectError(f"the host {host} has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError as refused:
                fault = refused
        raise fault

    async def _addresses(self, host: str, port: int) -> list[str]:
        found = addresses = await self._look_up(host, port)
        if not self._allow_private:
            addresses = [address for address in addresses if is_public(address)]
            if found and not addresses:
                raise AddressRefused(AddressRefused.__doc__)
        return addresses

    async def _look_up(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host. Attempts at the same time share one look-up.

        A look-up takes a thread, also when nobody waits for it any more. So a name server that
        does not answer for one host takes only one.
        """
        if (host, port) not in self._asked:
            asked = asyncio.ensure_future(_look_up(host, port))
            self._asked[host, port] = asked
            asked.add_done_callback(lambda _: self._asked.pop((host, port)))
        return await asyncio.shield(self._asked[host, port])

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse: webhooks go to hosts only."""
        raise AddressRefused(AddressRefused.__doc__)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


async def _look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise httpcore.ConnectError(f"the host {host} is not found: {fault}") from fault
    return [str(address[0]) for *_, address in found]
