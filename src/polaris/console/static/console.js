// The console's script: copying, dialogs, messages and keys. Pages work without it.
const $ = (selector, within = document) => within.querySelector(selector);
const dialog = $("#dialog");
const panel = $("#panel");
let opener = null;

// ------------------------------------------------------------------ messages

const LOG = "polaris.notifications";

/** Show a message. A success goes away after 10 s without pointer or focus; an error stays; a
    quiet one is only read aloud, because the page shows it. */
function announce({ text, kind = "done", link = null }) {
  const toast = document.createElement("div");
  toast.className = kind === "quiet" ? "hidden-text" : `toast toast-${kind}`;
  const said = document.createElement(link ? "a" : "p");
  said.textContent = text;
  if (link) said.href = link;
  const close = document.createElement("button");
  close.className = "ghost icon-only";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(said, close);
  if (kind === "error") showError(toast);
  else $("#announcements").append(toast);
  if (kind !== "error") dismissLater(toast);
  const log = [{ text, kind, at: new Date().toISOString() }, ...notifications()].slice(0, 50);
  sessionStorage.setItem(LOG, JSON.stringify(log));
}

/** Show an error in the dialog that is open: it covers the page, and the page cannot be used. */
function showError(toast) {
  const top = [...document.querySelectorAll("dialog[open]")].pop();
  if (top) {
    toast.setAttribute("role", "alert");
    $(".toast", top)?.remove();
  }
  (top ?? $("#alerts")).prepend(toast);
}

function dismissLater(toast) {
  let timer = setTimeout(() => toast.remove(), 10_000);
  for (const pause of ["pointerenter", "focusin"])
    toast.addEventListener(pause, () => clearTimeout(timer));
  for (const resume of ["pointerleave", "focusout"]) {
    toast.addEventListener(resume, () => {
      timer = setTimeout(() => toast.remove(), 10_000);
    });
  }
}

function notifications() {
  return JSON.parse(sessionStorage.getItem(LOG) ?? "[]");
}

document.body.addEventListener("announce", (event) => announce(event.detail));
document.body.addEventListener("htmx:sendError", () =>
  announce({
    kind: "error",
    text: "The server cannot be reached. What you typed is still here: try again.",
  }),
);
document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  // The server's own message comes with the answer. A proxy in front of it sends none.
  if (xhr.status >= 500 && !xhr.getResponseHeader("hx-trigger"))
    announce({
      kind: "error",
      text: `The server answered ${xhr.status}. Try again: nothing is done twice.`,
    });
});

// ------------------------------------------------------------------ dialogs

/** Open the dialog with what was swapped into it, and put the focus where its form says: on its
    first field, or on what is wrong. It opens at its top, also if its button has the focus. */
function openDialog() {
  const opening = !dialog.open;
  if (opening) {
    opener = document.activeElement;
    dialog.showModal();
    dialog.scrollTop = 0;
  }
  ($("[autofocus]", dialog) ?? $("h2[tabindex]", dialog))?.focus({ preventScroll: opening });
}

function openTemplate(name) {
  const content = $(`template[data-dialog="${name}"]`).content.cloneNode(true);
  dialog.replaceChildren(content);
  const list = $("[data-notifications]", dialog);
  for (const { text, at, kind } of list ? notifications() : []) {
    const row = document.createElement("li");
    const mark = kind === "error" ? "⚠ " : "";
    row.textContent = `${new Date(at).toLocaleTimeString()} ${mark}${text}`;
    list.append(row);
  }
  if (list?.children.length) $("[data-none]", dialog).hidden = true;
  const keys = $("[data-shortcuts]", dialog);
  if (keys) keys.checked = shortcuts();
  openDialog();
}

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  if (opener?.isConnected) opener.focus();
});
/** Mark the fields whose errors a preview has written. What is typed in them stays as it is. */
function markFaults(form) {
  for (const fault of form.querySelectorAll("[data-fault-of]")) {
    const field = document.getElementById(fault.dataset.faultOf);
    if (fault.textContent) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
}

document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.closest("form")) markFaults(target.closest("form"));
  if (target === dialog && dialog.childElementCount) openDialog();
  if (target === dialog && !dialog.childElementCount) dialog.close();
  if (target === panel) {
    $("h2[tabindex]", panel)?.focus({ preventScroll: true });
    panel.scrollTop = 0;
    markOpenRow();
  }
});
document.body.addEventListener("close-dialog", () => dialog.close());

function markOpenRow() {
  const open = new URLSearchParams(location.search).get("open");
  for (const row of document.querySelectorAll("tr[data-id]"))
    row.classList.toggle("open", row.dataset.id === open);
}

// ------------------------------------------------------------------ clicks

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    announce({ text: "Copied." });
  }
  if (event.target.closest("[data-print]")) window.print();
  const open = event.target.closest("[data-open]");
  if (open) openTemplate(open.dataset.open);
  if (event.target.closest("[data-close-dialog]") || event.target === dialog) {
    event.preventDefault();
    dialog.close();
  }
  if (event.target.closest("[data-close-panel]")) {
    event.preventDefault();
    closePanel();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-shortcuts]"))
    localStorage.setItem("polaris.shortcuts", event.target.checked ? "on" : "off");
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

function closePanel() {
  const id = new URLSearchParams(location.search).get("open");
  panel.replaceChildren();
  const url = new URL(location.href);
  url.searchParams.delete("open");
  url.searchParams.delete("show");
  url.searchParams.delete("receipt");
  history.pushState({}, "", url);
  markOpenRow();
  $(`tr[data-id="${CSS.escape(id ?? "")}"] .row-link`)?.focus();
}

// ------------------------------------------------------------------ keys

/** Follow the link of a key. One that has just arrived may still lead to a page of its own. */
function press(key) {
  const link = $(`[data-key=${key}]`);
  if (!link) return;
  htmx.process(link);
  link.click();
}

const shortcuts = () => localStorage.getItem("polaris.shortcuts") !== "off";

function move(step) {
  const links = [...document.querySelectorAll(".row-link")];
  const at = links.indexOf(document.activeElement);
  const shown = links.findIndex((link) => link.closest("tr.open"));
  links[Math.max(0, Math.min(links.length - 1, (at < 0 ? shown : at) + step))]?.focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => $("[data-search]")?.focus(),
  "?": () => openTemplate("shortcuts"),
  f: () => press("f"),
  v: () => press("v"),
  Escape: () => panel.childElementCount && $("[data-close-panel]", panel) && closePanel(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  if (event.key !== "Escape" && !shortcuts()) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const said of document.querySelectorAll("[data-announce]")) {
  announce({ text: said.dataset.announce, kind: "quiet" });
  $("h2[tabindex]", panel)?.focus({ preventScroll: true });
}
