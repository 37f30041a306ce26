// What every page has: no form is sent twice by a double click, printing, a page for times without network, and no draft
// of a report that outlives its days or its account's time on this phone.

import { forgetAll, forgetOld } from "./drafts.js";

// A form that is on its way does not go again. The server would book it once anyway; this spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.target === "_blank" || form.hasAttribute("hx-post")) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  // Only after this event: a disabled button's own value would not be sent.
  setTimeout(() => button?.setAttribute("aria-busy", "true"));
});

// Back from the browser's memory, a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// What was searched for stands in no address. Where the browser put it back into the field, it is searched for again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-again]")) {
    if (form.elements.q.value) {
      window.htmx?.trigger(form, "submit");
    }
  }
});

// The button "show more" is gone once more is there: whoever pressed it by key goes on at the first new line.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || !detail.target.matches(".more-row")) {
    return;
  }
  const last = detail.target.previousElementSibling;
  const goOn = () => last?.nextElementSibling?.querySelector("a, summary, button")?.focus({ preventScroll: true });
  document.body.addEventListener("htmx:afterSwap", goOn, { once: true });
});

// Whoever logs out leaves nothing here that they have written.
document.querySelector("[data-log-out]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await forgetAll();
  } finally {
    event.target.submit();
  }
});
forgetOld().catch(() => {
  // A browser that keeps nothing has nothing to forget.
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {
    // Without it everything works, only without our own page for "no network".
  });
}
