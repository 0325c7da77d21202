"""Which addresses are everybody's, and how a server is reached at one that was checked."""

from __future__ import annotations

import queue
import re
import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeVar
from unicodedata import normalize

Server = tuple[str, int]  # host, port
Resolve = Callable[[str, int], tuple[str, ...]]  # the addresses of a host
_Value = TypeVar("_Value")
# What comes here names an IPv4 address in its last 32 bits: RFC 6052, 2.1; RFC 4291, 2.5.5.1.
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_UNICAST = IPv6Network("2000::/3")  # all that IANA gives out
# Names that no public server has: RFC 6761, 6762 (appendix G too), 8375, and ICANN's "internal".
_LOCAL_NAME = re.compile(
    r"([^.]*|.*\.(localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa))"
)


class NotPublic(OSError):
    """A host has addresses of this machine or its network alone, where others were wanted."""


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet; what is no address isn't.

    Not so are addresses of this machine, of private networks and of a provider's, link-local,
    unspecified, multicast, reserved ones, and those of IPv6 that stand for one of them in IPv4.

    Source: the registries of IANA, https://www.iana.org/assignments/iana-ipv4-special-registry/
        and https://www.iana.org/assignments/iana-ipv6-special-registry/
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if any(ip in network for network in _EMBEDDING):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def is_public_name(host: str) -> bool:
    """Whether a host may be public, by its name alone: where a proxy looks it up.

    An address may be written in all the ways that C libraries take, such as 127.1 and 0x7f000001,
    and with all the digits and dots that become ASCII in a look-up: RFC 3490, 3.1.
    """
    name = normalize("NFKC", host).replace("\u3002", ".").strip("[]").rstrip(".").lower()
    try:
        return is_public(str(ip_address(name.partition("%")[0])))
    except ValueError:
        pass
    try:
        return is_public(socket.inet_ntoa(socket.inet_aton(name)))
    except (OSError, ValueError):
        return _LOCAL_NAME.fullmatch(name) is None


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, in the order in which to try them.

    Raises:
        OSError, UnicodeError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def reached(
    server: Server, seconds: float, resolve: Resolve, allowed: Callable[[str], bool]
) -> str:
    """The first allowed address of a server where somebody accepts a connection.

    No other is connected to, and whoever asks this address again asks what was checked, whatever
    the name means by then.

    Args:
        seconds: for each address.

    Raises:
        NotPublic: none of its addresses is allowed.
        OSError, UnicodeError: there is no such host, or nobody accepts.
    """
    addresses = resolve(*server)
    problem: OSError = NotPublic(addresses[0] if addresses else "no address")
    for address in filter(allowed, addresses):
        try:
            socket.create_connection((address, server[1]), seconds).close()
            return address
        except OSError as error:
            problem = error
    raise problem


def within(seconds: float, call: Callable[[], _Value]) -> _Value:
    """What the call gives, if it does in time; else TimeoutError, and its thread is left behind."""
    box = queue.SimpleQueue[tuple[_Value | None, BaseException | None]]()

    def run() -> None:
        try:
            box.put((call(), None))
        except BaseException as error:
            box.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = box.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]  # None only where the call gives it
