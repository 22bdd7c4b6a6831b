"""Where a webhook may lead: no address that is reached from inside a network only, however it is written."""

from __future__ import annotations

import pytest

from domain.sequences.definition import Beginning, CallWebhook, Definition
from domain.sequences.targets import PrivateTarget, is_public, require_public_targets


def calling(url: str) -> Definition:
    """A sequence that calls an address and does nothing else."""
    return Definition(name="hook", beginning=Beginning(on="order.placed"), steps=(CallWebhook(url=url),))


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.0.2.1", "[::1]", "[fe80::1%25eth0]", "[fc00::1]",
        "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::1]", "[2606:4700::5efe:a00:1]", "[2001:db8::1]",
        # Teredo: an address of one, and one that wraps a public server and a public client.
        "[2001::1]", "[2001:0:808:808:0:0:f7f7:f7f7]",
    ],
)  # fmt: skip
def test_a_webhook_to_an_address_inside_is_refused(host: str) -> None:
    with pytest.raises(PrivateTarget) as refused:
        require_public_targets(calling(f"https://{host}/hook"))
    assert refused.value.pointer == "/steps/0/url"


@pytest.mark.parametrize(
    "host", ["shop.example.com", "8.8.8.8", "[2606:4700::1]", "[2002:808:808::1]", "[2001:4860::1]"]
)
def test_a_webhook_to_the_public_internet_is_taken(host: str) -> None:
    require_public_targets(calling(f"https://{host}/hook"))


def test_what_is_beside_teredo_is_public() -> None:
    assert [is_public(one) for one in ("2001:1ff:ffff::1", "2001:200::1")] == [False, True]
