"""The public address: its parts, and what is refused."""

import pytest

from gsl.backend.public_address import PublicAddress


@pytest.mark.parametrize(
    ("url", "origin", "host", "base_path"),
    [
        ("https://lab.example.org/gsl", "https://lab.example.org", "lab.example.org", "/gsl"),
        ("HTTPS://LAB.example.org:443/gsl/", "https://lab.example.org", "lab.example.org", "/gsl"),
        ("http://lab:8080", "http://lab:8080", "lab", ""),
        ("http://lab:80/", "http://lab", "lab", ""),
        ("https://bücher.example/a/b-1", "https://xn--bcher-kva.example", "xn--bcher-kva.example", "/a/b-1"),
        ("https://[2001:DB8::7]:8443/x", "https://[2001:db8::7]:8443", "2001:db8::7", "/x"),
        ("https://lab/apiary", "https://lab", "lab", "/apiary"),
    ],
)
def test_an_address_is_known_by_what_browsers_send(url: str, origin: str, host: str, base_path: str) -> None:
    address = PublicAddress.parse(url)
    assert address == PublicAddress(origin, host, base_path)
    assert str(address) == origin + base_path


@pytest.mark.parametrize(
    "url",
    [
        "lab.example.org", "ftp://lab/gsl", "https://", "https:///gsl", "https://u:p@lab/gsl", "https://lab/gsl?x=1",
        "https://lab/gsl#x", "https://lab/gsl//", "https://lab/../gsl", "https://lab/a b", "https://lab/%67sl",
        'https://lab/"><script>', "https://lab:99999/", "https://la b/", "https://*.lab/", "https://lab,other/",
        "https://lab/gsl\n", "https://lab\\gsl",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_its_form(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://lab\.example\.org/gsl"):
        PublicAddress.parse(url)


@pytest.mark.parametrize("path", ["/api", "/api/gsl", "/assets/"])
def test_a_path_that_the_server_uses_itself_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=path.split("/")[1]):
        PublicAddress.parse(f"https://lab.example.org{path}")
