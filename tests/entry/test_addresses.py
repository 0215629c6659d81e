"""A name that has its address in it is read as nip.io and sslip.io answer it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.model.entry.addresses import address_of, carries_address

_SERVICES = st.sampled_from(["nip.io", "sslip.io"])
_BEFORE = st.sampled_from(["", "shop.", "a.b.", "customer1-"])


@given(st.ip_addresses(v=4), _SERVICES, _BEFORE, st.sampled_from([".", "-"]))
def test_figures_are_read_with_dots_and_with_dashes(address: ipaddress.IPv4Address, service: str, before: str, mark: str) -> None:
    """Whatever stands before them."""
    assert address_of(f"{before}{str(address).replace('.', mark)}.{service}") == str(address)


@given(st.ip_addresses(v=4), _SERVICES)
def test_figures_are_read_in_hexadecimal(address: ipaddress.IPv4Address, service: str) -> None:
    """As one word of eight."""
    assert address_of(f"shop.{int(address):08x}.{service}") == str(address)


@pytest.mark.parametrize("host", ["localhost", "shop.localhost", "shop.localtest.me", "lvh.me"])
def test_names_of_the_machine_itself_are_its_loopback(host: str) -> None:
    """They carry no address, and lead to one all the same."""
    assert (address_of(host), carries_address(host)) == ("127.0.0.1", False)


@pytest.mark.parametrize("host", ["shop.192.168.38.nip.io", "shop.192.168.38.1400.nip.io", "nip.io", "shop.300.1.1.1.sslip.io"])
def test_a_name_with_no_address_in_it_has_none(host: str) -> None:
    """A figure too few, or one too large."""
    assert (address_of(host), carries_address(host)) == (None, True)


@pytest.mark.parametrize("host", ["shop.test", "nip.io.example.com", "10.0.0.1.example.com", "mynip.io"])
def test_of_other_names_nothing_is_known(host: str) -> None:
    """Whatever figures are in them."""
    assert (address_of(host), carries_address(host)) == (None, False)
