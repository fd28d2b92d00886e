"""Views of the list of invoices that operators save: as links above the list, and to manage."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page
from polaris.console.invoice_list import FILTERS, LIST
from polaris.console.list_state import ListState
from polaris.console.rendering import render
from polaris.core.commands.text import ID, UNSTORABLE
from polaris.engine import new_id, now
from polaris.operators.roles import Role
from polaris.store.saved_views import (
    NameTaken,
    SavedView,
    change_view,
    delete_view,
    order_views,
    save_view,
    saved_views,
    set_default_view,
)

HERE = "/billing/views"
ALL = "all"
"""The value of `view` in a URL for all invoices; without it the list opens with the default."""

SAVED = ("status", *FILTERS, "sort", "dir")
"""The parameters of the list that a view keeps."""

LONGEST_NAME = 60
LONGEST_QUERY = 2000
MOST_VIEWS = 50
NAME_RULE = f"Give 1 to {LONGEST_NAME} characters."
NAME_TAKEN = "You have another view with this name."


class ViewLink(NamedTuple):
    """A view as a link above the list."""

    view: SavedView
    url: str
    is_current: bool  # the list shows exactly this view


class Views(NamedTuple):
    """What stands above the list: the views, and what a new one would keep."""

    links: list[ViewLink]
    query: str  # of the list as it is; empty if it shows all invoices
    all_url: str


def query_of(params: Mapping[str, str]) -> str:
    """Return what a view keeps of the parameters of a list, as the query of a URL."""
    pairs = {name: params[name].strip() for name in SAVED if params.get(name, "").strip()}
    return urlencode(pairs)


def url_of(view: SavedView) -> str:
    """Return the URL of the list with this view."""
    query = "&".join(filter(None, [view.query, f"view={view.id}"]))
    return f"{LIST}?{query}"


async def usable_views(visit: Visit) -> list[SavedView]:
    """Return the views that the operator can use: the own ones first."""
    return await visit.caller.read(saved_views, visit.session.operator_id)


def default_url(visit: Visit, found: Iterable[SavedView]) -> str | None:
    """Return the URL of the default view, if the list is opened without any parameter."""
    if visit.request.url.query or visit.by_script:
        return None
    return next((url_of(view) for view in found if view.is_default), None)


def beside_list(state: ListState, found: Iterable[SavedView]) -> Views:
    """Return what stands above the list in this state."""
    query, chosen = query_of(state.params), state.params.get("view")
    links = [
        ViewLink(view, url_of(view), chosen == view.id and query == view.query) for view in found
    ]
    return Views(links, query, f"{LIST}?view={ALL}")


def with_view_named(state: ListState, found: Iterable[SavedView]) -> ListState:
    """Return the state whose links name a view, so that none of them opens the default view."""
    if "view" in state or not any(view.is_default for view in found):
        return state
    return state.with_parameter("view", ALL)


# ---------------------------------------------------------------- the page


async def views_page(visit: Visit) -> Response:
    """Show the views, to rename, share, order or delete them."""
    return await _page(visit)


async def save(visit: Visit) -> Response:
    """Save the list as it was as a new view, and show it."""
    sent, query = visit.text("request_id"), query_of(dict(parse_qsl(visit.text("query"))))
    view = SavedView(
        id=sent if ID.fullmatch(sent) else new_id(),
        operator_id=visit.session.operator_id,
        name=visit.text("name"),
        query=query,
        shared=visit.text("shared") == "on",
        is_default=visit.text("default") == "on",
    )
    fault = _fault(view)
    own = [each for each in await usable_views(visit) if each.operator_id == view.operator_id]
    if len(own) >= MOST_VIEWS:
        fault = f"You have {MOST_VIEWS} views. Delete one first."
    if not fault:
        try:
            await visit.caller.engine.keep(save_view, visit.session.tenant_id, view, now())
        except NameTaken:
            fault = NAME_TAKEN
    if fault:
        return await _page(visit, new=view, fault=fault)
    return RedirectResponse(url_of(view), 303)


def _fault(view: SavedView) -> str:
    """Return what is wrong with the view; empty if it can be saved."""
    if not view.name or len(view.name) > LONGEST_NAME or UNSTORABLE.search(view.name):
        return NAME_RULE
    if len(view.query) > LONGEST_QUERY or UNSTORABLE.search(view.query):
        return "The filters are too long to be saved."
    return ""


async def change(visit: Visit) -> Response:
    """Do with a view what the pressed button says."""
    found = await usable_views(visit)
    view = next((each for each in found if each.id == visit.request.path_params["view"]), None)
    does = visit.text("do")
    if view is None or (does not in DEFAULTS and view.operator_id != visit.session.operator_id):
        raise HTTPException(404)
    keep, tenant_id = visit.caller.engine.keep, visit.session.tenant_id
    if does in DEFAULTS:
        chosen = view.id if does == "default" else None
        await keep(set_default_view, tenant_id, visit.session.operator_id, chosen)
    elif does == "up":
        own = [each.id for each in found if each.operator_id == view.operator_id]
        await keep(order_views, tenant_id, view.operator_id, moved_up(own, view.id))
    elif does == "delete":
        await keep(delete_view, tenant_id, view.operator_id, view.id)
    else:
        return await _rename(visit, view)
    return RedirectResponse(HERE, 303)


DEFAULTS = ("default", "no-default")
"""What may be done with a colleague's view as well."""


async def _rename(visit: Visit, view: SavedView) -> Response:
    changed = view._replace(name=visit.text("name"), shared=visit.text("shared") == "on")
    fault = _fault(changed)
    if not fault:
        try:
            await visit.caller.engine.keep(change_view, visit.session.tenant_id, changed)
        except NameTaken:
            fault = NAME_TAKEN
    return await _page(visit, edited=changed, fault=fault) if fault else RedirectResponse(HERE, 303)


def moved_up(ids: list[str], moved: str) -> list[str]:
    """Return the ids with one of them a place further ahead."""
    at = ids.index(moved)
    rest = [each for each in ids if each != moved]
    return [*rest[: max(0, at - 1)], moved, *rest[max(0, at - 1) :]]


async def _page(
    visit: Visit,
    new: SavedView | None = None,
    edited: SavedView | None = None,
    fault: str = "",
) -> Response:
    found = await usable_views(visit)
    mine = visit.session.operator_id
    return render(
        visit,
        "views.html",
        status=422 if fault else 200,
        own=[
            edited if edited and edited.id == view.id else view
            for view in found
            if view.operator_id == mine
        ],
        shared=[view for view in found if view.operator_id != mine],
        new=new,
        edited=edited,
        fault=fault,
        url_of=url_of,
        longest=LONGEST_NAME,
        request_id=new_id(),
    )


ROUTES = [
    page(HERE, views_page),
    action(HERE, save, Role.VIEWER),
    action(f"{HERE}/{{view}}", change, Role.VIEWER),
]
