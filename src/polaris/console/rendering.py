"""Templates: whole pages, or one block of a page for the page's script."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from lucide.jinja import lucide
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from polaris.console import formats
from polaris.console.access import Visit, is_by_script, theme_of
from polaris.console.confirming import opened_now
from polaris.console.list_state import place_text
from polaris.engine import new_id
from polaris.operators.roles import Role
from polaris.services.credit_note_status import credit_note_status
from polaris.services.ui_status import derive_invoice_ui_status

STATIC = files("polaris.console") / "static"


@cache
def static(path: str) -> str:
    """Return the URL of a static file. It changes with the content, so it is cached for ever."""
    content = (STATIC / path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def icon(name: str, size: int = 16) -> Markup:
    """Return an icon as inline SVG. It is decoration: a text beside it says the same."""
    drawn = str(lucide(name, size=size, stroke_width=1.75)).strip()
    return Markup(drawn.replace("<svg", '<svg class="icon" aria-hidden="true"', 1))


def words(name: str) -> str:
    """Return the name of a command as words: `VoidInvoice` becomes `Void invoice`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def actor(name: str) -> str:
    """Return who acted, for people: `operator:eve@example.com` becomes `eve@example.com`."""
    kind, _, rest = name.partition(":")
    return (
        {"operator": rest, "key": f"API key {rest}"}.get(kind, name) if rest else name.capitalize()
    )


def masked(url: str) -> str:
    """Return a URL without the password that it may contain."""
    return re.sub(r"(?<=//)([^/?#@:]*):[^/?#@]*@", r"\1:•••@", url)


def pretty(text: str) -> str:
    """Return JSON with one value a line, and another text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


@cache
def environment() -> Environment:
    """Return the environment of the console's templates. A missing value is an error."""
    made = Environment(
        loader=PackageLoader("polaris.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        static=static,
        icon=cache(icon),
        Role=Role,
        new_id=new_id,
        opened_now=opened_now,
        place=place_text,
        note_status=lambda row: credit_note_status(row.status, row.balance_minor),
        shown_status=lambda row: derive_invoice_ui_status(
            row.status, row.payment_status, row.payment_overdue
        ),
    )
    made.filters.update(words=words, actor=actor, pretty=pretty, masked=masked)
    made.globals["ui"] = made.get_template("macros.html").module
    return made


def render(
    visit: Visit,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """Return a page, or only one block of it if the page's script asked and `block` names it."""
    part = block if visit.by_script else None
    return _answer(template, part, status, headers, {**_about(visit), **values})


def render_open(
    request: Request,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """Return a page for somebody who is not signed in; like `render`, but without a visit."""
    part = block if is_by_script(request) else None
    return _answer(template, part, status, headers, {"theme": theme_of(request), **values})


def _answer(
    template: str,
    block: str | None,
    status: int,
    headers: Mapping[str, str] | None,
    values: Mapping[str, Any],
) -> Response:
    found = environment().get_template(template)
    if block:
        text = "".join(found.blocks[block](found.new_context(dict(values))))
    else:
        text = found.render(values)
    return HTMLResponse(text, status, headers)


def _about(visit: Visit) -> dict[str, Any]:
    """Return what every template can use: the visit, and formats for its locale."""
    locale = visit.locale
    return {
        "visit": visit,
        "session": visit.session,
        "path": visit.request.url.path,
        "amount": partial(formats.amount_text, locale=locale),
        "number": partial(formats.number_text, locale=locale),
        "plain": partial(formats.plain_number, locale=locale),
        "whole_number": partial(formats.whole_number, locale=locale),
        "decimal": partial(formats.decimal_text, locale=locale),
        "counted": partial(formats.counted, locale=locale),
        "day": partial(formats.day_text, locale=locale),
        "moment": partial(formats.moment_text, timezone=visit.tenant.timezone, locale=locale),
    }
