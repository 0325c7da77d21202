"""Which addresses are everybody's, and that a redirect leads to no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from server import Reply, Server, serving
from test_client import Clock, redirect

from digest.errors import SourceError
from digest.model import Request
from digest.sources.client import Web
from digest.sources.network import is_public, is_public_name

PUBLIC = ["8.8.8.8", "151.101.3.42", "2606:4700::1111", "2a04:4e42:200::42", "::ffff:8.8.8.8"]
NOT_PUBLIC = {
    "loopback": ["127.0.0.1", "127.255.0.9", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "fe80::1%25eth0", "febf::1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "a provider's own": ["100.64.0.1", "100.127.255.254"],
    "broadcast and reserved": ["255.255.255.255", "240.0.0.1", "4000::1"],
    "examples and benchmarks": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1"],
    "examples of IPv6": ["2001:db8::1"],
    "site-local": ["fec0::1"],
    "IPv4 within IPv6": [
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
    ],
    "no address": ["", "localhost", "127.1", "1.2.3", "1.2.3.4.5", "::g", "8.8.8.8 ", "08.8.8.8"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_everybodys(address: str) -> None:
    assert is_public(address)
    assert is_public_name(f"[{address}]" if ":" in address else address)


@pytest.mark.parametrize("kind", NOT_PUBLIC)
def test_what_is_of_this_machine_or_its_network(kind: str) -> None:
    assert not [address for address in NOT_PUBLIC[kind] if is_public(address)]


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_means_the_same_however_ipv6_writes_it(address: IPv4Address) -> None:
    number = int(address)
    written = [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
    ]
    assert {is_public(str(found)) for found in written} == {is_public(str(address))}


INSIDE = [
    IPv4Network(name)
    for name in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]


@given(st.sampled_from(INSIDE).flatmap(lambda inside: st.ip_addresses(network=inside)))
def test_no_address_inside_is_public(address: IPv4Address) -> None:
    written = [str(address), str(int(address)), hex(int(address)), f"{address}.", f"[{address}]"]
    assert not any(map(is_public_name, written))


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("example.org", True),
        ("EXAMPLE.org.", True),
        ("internal.example.org", True),
        ("localhost", False),
        ("LocalHost.", False),
        ("a.localhost", False),
        ("printer", False),
        ("printer.local", False),
        ("metadata.google.internal", False),
        ("router.lan", False),
        ("nas.home.arpa", False),
        ("wiki.corp", False),
        ("host.localdomain", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f.1", False),
        ("0177.0.0.1", False),
        ("134744072", True),  # 8.8.8.8
        ("１２７.0.0.1", False),
        ("127。0。0。1", False),
        ("", False),
    ],
)
def test_what_a_name_alone_says(name: str, public: bool) -> None:
    assert is_public_name(name) is public


@given(st.text(max_size=40))
@example("\0")
@example("٣")
@example("a" * 5000)
def test_every_text_is_public_or_not(text: str) -> None:
    assert is_public(text) in {True, False}
    assert is_public_name(text) in {True, False}


OUTSIDE, WITHIN = "127.0.0.1", "127.0.0.2"  # which of this machine's addresses is declared public


class Net:
    """Two servers, one declared public, and names that a table leads to them."""

    def __init__(self, outside: Server, within: Server) -> None:
        self.outside, self.within, self.clock = outside, within, Clock()
        self.names = {"public.example": [OUTSIDE], "wiki.example": [WITHIN]}
        self.looked_up = list[str]()
        for server in (outside, within):
            server.documents["/feed"] = Reply(body=b"<rss/>")

    def resolve(self, host: str, port: int) -> tuple[str, ...]:
        self.looked_up.append(host)
        return tuple(self.names.get(host, self.names.get("*", [host])))

    def web(self, **proxies: str) -> Web:
        return Web(
            "https://example.org/",
            clock=self.clock,
            sleep=self.clock.sleep,
            proxies=proxies,
            resolve=self.resolve,
            is_public=lambda address: address == OUTSIDE,
        )

    def url(self, server: Server, name: str, path: str = "/feed") -> str:
        return f"http://{name}:{server.server_port}{path}"


@pytest.fixture
def net() -> Iterator[Net]:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(host=host)) for host in (OUTSIDE, WITHIN)]
        yield Net(*servers)


def got(web: Web, url: str) -> bytes:
    return web.get(Request(url=url, pace=0)).body


@pytest.mark.parametrize("name", [WITHIN, "wiki.example"])
def test_a_redirect_from_a_public_host_to_an_address_of_this_machine_or_network(
    net: Net, name: str
) -> None:
    net.outside.always["/feed"] = redirect(net.url(net.within, name))
    with pytest.raises(SourceError, match=rf"a redirect to {name}.* this machine or its network"):
        got(net.web(), net.url(net.outside, "public.example"))
    assert net.within.requests == []


def test_a_redirect_by_way_of_another_public_host_is_refused_too(net: Net) -> None:
    net.names["other.example"] = [OUTSIDE]
    net.outside.always["/feed"] = redirect(net.url(net.outside, "other.example", "/next"))
    net.outside.always["/next"] = redirect(net.url(net.within, WITHIN))
    with pytest.raises(SourceError, match="was refused"):
        got(net.web(), net.url(net.outside, "public.example"))
    assert net.within.requests == []


@pytest.mark.parametrize("name", [WITHIN, "wiki.example"])
def test_a_source_that_names_such_an_address_itself_is_read(net: Net, name: str) -> None:
    net.within.always["/old"] = redirect(net.url(net.within, WITHIN))
    assert got(net.web(), net.url(net.within, name, "/old")) == b"<rss/>"


def test_who_led_out_of_the_network_is_not_led_back(net: Net) -> None:
    net.within.always["/old"] = redirect(net.url(net.outside, "public.example", "/back"))
    net.outside.always["/back"] = redirect(net.url(net.within, WITHIN))
    with pytest.raises(SourceError, match="was refused"):
        got(net.web(), net.url(net.within, WITHIN, "/old"))
    assert [target for target, _ in net.within.requests] == ["/old"]


def test_an_address_that_a_source_may_read_is_closed_to_the_redirects_of_others(net: Net) -> None:
    web = net.web()
    assert got(web, net.url(net.within, "wiki.example")) == b"<rss/>"
    net.outside.always["/feed"] = redirect(net.url(net.within, "wiki.example"))
    with pytest.raises(SourceError, match=rf"wiki\.example \({WITHIN}\).* was refused"):
        got(web, net.url(net.outside, "public.example"))
    assert len(net.within.requests) == 1


def test_a_name_that_means_another_address_by_then_leads_to_the_one_that_was_checked(
    net: Net,
) -> None:
    """DNS rebinding: a name is looked up once, and the answer is where its requests go."""
    web = net.web()
    url = net.url(net.outside, "public.example", "/again")
    net.outside.always["/again"] = redirect("/feed")
    assert got(web, url) == b"<rss/>"
    net.names["public.example"] = [WITHIN]
    assert got(web, url) == b"<rss/>"
    assert net.looked_up == ["public.example"]
    assert net.within.requests == []


def test_of_the_addresses_of_a_host_a_redirect_takes_public_ones_alone(net: Net) -> None:
    net.names["both.example"] = [WITHIN, OUTSIDE]
    net.outside.always["/old"] = redirect(net.url(net.outside, "both.example"))
    assert got(net.web(), net.url(net.outside, "public.example", "/old")) == b"<rss/>"


hosts = st.text(max_size=12) | st.sampled_from(["bücher.example", "a..b", "%zz", "[::1", "⒈com"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hosts, st.text(max_size=12))
@example("bücher.example", "")
def test_wherever_a_redirect_leads_it_is_an_answer_or_an_error(
    net: Net, host: str, path: str
) -> None:
    url = f"http://{host}:{net.outside.server_port}/{path}"
    net.names = {"*": [OUTSIDE]}
    with suppress(SourceError):
        got(net.web(), url)


@pytest.mark.parametrize("name", [WITHIN, "127.2", "localhost", "printer", "metadata.internal"])
def test_behind_a_proxy_names_and_addresses_that_are_known_are_refused(net: Net, name: str) -> None:
    """It looks the others up itself: what they mean to it, it alone can know."""
    net.outside.always["http://feeds.example/"] = redirect(f"http://{name}/secret")
    web = net.web(http=net.outside.url)
    with pytest.raises(SourceError, match=f"a redirect to {name}, .* was refused"):
        got(web, "http://feeds.example/feed")
    assert len(net.outside.requests) == 1


def test_behind_a_proxy_a_redirect_past_it_is_checked_by_address(net: Net) -> None:
    net.outside.always["http://feeds.example/"] = redirect(net.url(net.within, "wiki.example"))
    web = net.web(http=net.outside.url, no="wiki.example")
    with pytest.raises(SourceError, match=rf"wiki\.example \({WITHIN}\).* was refused"):
        got(web, "http://feeds.example/feed")
    assert net.within.requests == []


def test_a_source_within_the_network_is_read_through_a_proxy(net: Net) -> None:
    net.outside.documents["/feed"] = Reply(body=b"<rss/>")
    assert got(net.web(http=net.outside.url), "http://printer/feed") == b"<rss/>"
