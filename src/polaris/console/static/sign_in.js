// The dialog that opens over a page whose session has ended. The page keeps what was typed, and
// sends it again once the same operator has signed in to the same tenant.
const dialog = document.querySelector("#sign-in-dialog");
let interrupted = null;

const ours = (element) => dialog.contains(element);
const say = (detail) => document.body.dispatchEvent(new CustomEvent("announce", { detail }));

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const {
    xhr,
    requestConfig: { elt },
  } = event.detail; // `detail.elt` would be the target
  if (xhr.status !== 401 || ours(elt)) return;
  // A page that polls must not replace the form in which the password is being typed.
  if (dialog.open) event.detail.shouldSwap = false;
  else interrupted = elt;
});

document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target !== dialog || !dialog.childElementCount) return;
  const tenant = dialog.querySelector("[name=tenant_id]");
  if (tenant) tenant.value = document.body.dataset.session.split(" ")[1];
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
});

document.body.addEventListener("signed-in", ({ detail: { owner, csrf } }) => {
  const sentBefore = interrupted;
  dialog.close();
  if (owner !== document.body.dataset.session) {
    const text = "You have signed in as somebody else, or to another tenant. Reload the page.";
    say({ kind: "error", text });
    return;
  }
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
  say({ text: "You are signed in again." });
  if (!sentBefore?.isConnected) return;
  if (sentBefore.matches("form")) sentBefore.requestSubmit();
  else sentBefore.click();
});

dialog.addEventListener("close", () => {
  interrupted = null;
  dialog.replaceChildren();
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-sign-in]")) dialog.close();
});
