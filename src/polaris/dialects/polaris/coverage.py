"""The routes of this dialect, for its reference page."""

ROUTES: dict[str, str] = {
    "POST /commands": "Perform the command in the body.",
    "POST /commands/preview": "Return the effects of the command. Nothing is written.",
    "GET /invoices": "List or search invoices, page by page.",
    "GET /invoice/{invoice_id}": "Show an invoice with everything that belongs to it.",
    "GET /invoice/{invoice_id}/explain": "Show which commands are allowed now, and why not others.",
    "POST /invoice/{invoice_id}/void": "Void an invoice.",
    "POST /invoice/{invoice_id}/void/preview": "Return the effects of a void.",
    "POST /invoice/{invoice_id}/finalize": "Finalize a draft.",
    "POST /invoice/{invoice_id}/finalize/preview": "Return the effects of finalizing a draft.",
    "POST /invoice/{invoice_id}/replace": "Void an invoice and draft its replacement.",
    "POST /invoice/{invoice_id}/replace/preview": "Return the effects of a replacement.",
    "GET /customers": "List or search customers.",
    "GET /customer/{customer_id}": "Show a customer with its newest credit notes.",
    "GET /credit-notes": "List credit notes, of one customer or of all.",
    "GET /audit": "List the requests of the audit log, about one subject or all.",
    "GET /tasks": "List the tasks: what a person must look at.",
    "GET /operators": "List the operators of the tenant; for administrators.",
    "GET /settings": "Show the tenant's settings.",
    "PUT /settings": "Change settings by name.",
}
