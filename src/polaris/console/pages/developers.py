"""For developers: the APIs of this server, and the tenant's API keys."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from polaris.console.access import Visit, action, page
from polaris.console.apis import Api
from polaris.console.rendering import render
from polaris.core.commands.text import ID
from polaris.engine import new_id
from polaris.keys import ApiKey, KeyScope, KnownKey
from polaris.operators.roles import Role
from polaris.services.api_keys import NAME_RULE, key_called, revoke_key, store_key, valid_name
from polaris.store.read.api_keys import listed

HERE = "/developers"

SCOPES = {
    KeyScope.READ: "Read: lists, objects and files",
    KeyScope.WRITE: "Write: finalize, void and every other change",
}


async def developers_page(visit: Visit) -> Response:
    """Show the APIs and the keys."""
    keys, examples = await asyncio.gather(
        visit.caller.read(listed), asyncio.to_thread(_examples, visit)
    )
    return render(
        visit,
        "developers.html",
        keys=sorted(keys, key=lambda key: (key.revoked_at is not None, key.created_at)),
        examples=examples,
        server=str(visit.request.base_url).rstrip("/"),
        revoked=visit.request.query_params.get("revoked"),
    )


def _examples(visit: Visit) -> list[tuple[Api, str]]:
    """Return each API with the path of a call. The first description takes a second to build."""
    return [(api, api.example()) for api in visit.request.app.state.apis]


async def new_key(visit: Visit) -> Response:
    """Show the form for a new key."""
    return _form(visit)


def _form(visit: Visit, fault: str = "", scope_fault: str = "") -> Response:
    sent = visit.form.getlist("scope") if visit.form else list(KeyScope)
    return render(
        visit,
        "developers_key.html",
        block="form",
        status=422 if fault or scope_fault else 200,
        request_id=new_id(),
        name=visit.text("name"),
        chosen=sent,
        scopes=SCOPES,
        fault=fault,
        scope_fault=scope_fault,
        key=None,
        whole="",
    )


async def create_key(visit: Visit) -> Response:
    """Create a key, and show it this one time."""
    name, sent = visit.text("name"), visit.form.getlist("scope")
    scopes = [scope for scope in KeyScope if scope in sent]
    if not valid_name(name) or not scopes:
        fault = "" if valid_name(name) else NAME_RULE
        return _form(visit, fault, "" if scopes else "Choose at least one.")
    key, actor = ApiKey.new(), visit.session.actor
    sent_id = visit.text("request_id")
    key_id = sent_id if ID.fullmatch(sent_id) else new_id()
    made: KnownKey | None = await visit.caller.engine.keep(
        store_key, visit.session.tenant_id, name, key, actor, scopes, key_id
    )
    return render(
        visit,
        "developers_key.html",
        status=201 if made else 409,
        key=made,
        whole=key.whole,
        scopes=SCOPES,
    )


async def confirm_revoking(visit: Visit) -> Response:
    """Ask whether the key shall be revoked."""
    return render(visit, "developers_revoke.html", block="form", key=await _key(visit))


async def revoke(visit: Visit) -> Response:
    """Revoke the key."""
    key = await _key(visit)
    tenant_id, actor = visit.session.tenant_id, visit.session.actor
    await visit.caller.engine.keep(revoke_key, tenant_id, key, actor)
    return RedirectResponse(f"{HERE}?revoked={key.prefix}", 303)


async def _key(visit: Visit) -> KnownKey:
    found = await visit.caller.read(key_called, visit.request.path_params["key"])
    if found is None:
        raise HTTPException(404)
    return found


ROUTES = [
    page(HERE, developers_page),
    page(f"{HERE}/keys/new", new_key, Role.ADMIN),
    action(f"{HERE}/keys", create_key, Role.ADMIN),
    page(f"{HERE}/keys/{{key}}/revoke", confirm_revoking, Role.ADMIN),
    action(f"{HERE}/keys/{{key}}/revoke", revoke, Role.ADMIN),
]
