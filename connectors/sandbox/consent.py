"""Pages on which somebody allows an app to act for them; plainly labelled as the sandbox's."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect
from jinja2 import Environment, PackageLoader

_PAGES = Environment(loader=PackageLoader("connectors.sandbox"), autoescape=True)


def question(
    *, vendor: str, title: str, users: Sequence[tuple[str, str]], scopes: Sequence[str]
) -> Response:
    """Who is it, and may the app? Its form answers to the same address.

    Args:
        vendor: Whom the page plays.
        title: What it asks.
        users: Who could be signed in: what the form sends as ``user``, and how they are called.
        scopes: What the app asks for.
    """
    text = _PAGES.get_template("consent.html").render(
        vendor=vendor, title=title, users=users, scopes=scopes
    )
    return _page(text, 200)


def mistake(*, vendor: str, error: str, description: str, status: int = 400) -> Response:
    """What is wrong with the app's request, where it may not be sent back to the app."""
    text = _PAGES.get_template("consent.html").render(
        vendor=vendor,
        title="This app's request cannot be answered",
        error=error,
        description=description,
    )
    return _page(text, status)


def sent_back(address: str, **parameters: str) -> Response:
    """Back to the app; what is empty is left out."""
    joint = "&" if urlsplit(address).query else "?"
    query = urlencode({name: value for name, value in parameters.items() if value})
    response = make_response(redirect(f"{address}{joint}{query}", 302))
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(text: str, status: int) -> Response:
    response = Response(text, status=status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    # No form-action: browsers hold it against the app's address as well.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response
