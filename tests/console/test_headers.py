"""The headers with which a browser or a cache keeps the answers of the console apart."""

from operators.staff import Browser


def test_an_answer_differs_for_the_script_and_by_its_compression(browser: Browser) -> None:
    """A compressed answer once lost `HX-Request`: the back button then showed half a page."""
    compressed = browser.get("/billing/invoices", accept_encoding="gzip")
    assert compressed.headers["content-encoding"] == "gzip"
    assert varied(compressed.headers["vary"]) == {"accept-encoding", "hx-request"}
    plain = browser.get("/billing/invoices", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert "hx-request" in varied(plain.headers["vary"])


def varied(header: str) -> set[str]:
    """The names of the request's headers that the answer depends on, without repetition."""
    names = [name.strip().lower() for name in header.split(",")]
    assert len(set(names)) == len(names)
    return set(names)
