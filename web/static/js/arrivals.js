// Payments that arrive without the till, at the plaque on the door: looked for every second, shown large, and heard once.

import { noteSeen, seenPayments } from "./seen.js";
import { allowSound, soundSuccess } from "./sound.js";

const LOOK_EVERY_MS = 1000;
const HEARD = "payments-heard";

const section = document.querySelector("[data-arrivals]");
const lost = document.querySelector("[data-arrivals-lost]");

if (section) {
  let lookAt = 0;
  document.addEventListener("pointerdown", allowSound);
  document.addEventListener("keydown", allowSound);
  section.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.parameters.append?.("newest", section.dataset.newest);
  });
  section.addEventListener("htmx:afterSwap", take);
  section.addEventListener("htmx:sendError", () => {
    lost.hidden = false;
  });
  section.addEventListener("htmx:beforeOnLoad", (event) => {
    // Whose log-in has ended is led to it, but not away from what they are typing: that asks for it when it is sent.
    if (event.detail.xhr.getResponseHeader("HX-Redirect") && isTyped()) {
      event.preventDefault();
    }
  });
  section.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) {
      lost.hidden = true;
    }
  });
  section.addEventListener("click", (event) => {
    const arrival = event.target.closest("[data-arrival-seen]")?.closest("[data-arrival]");
    if (arrival) {
      noteSeen(arrival.dataset.arrival);
      arrival.remove();
    }
  });
  take();
  setInterval(() => {
    // Once another page has taken this one's place, there is nothing to look for.
    if (section.isConnected && document.visibilityState === "visible" && performance.now() >= lookAt && window.htmx) {
      lookAt = performance.now() + LOOK_EVERY_MS;
      window.htmx.trigger(section, "look");
    }
  }, LOOK_EVERY_MS / 4);
}

/** Say whether something is typed in a form of this page. */
function isTyped() {
  const fields = [...document.querySelectorAll("form input:not([type=hidden])")];
  return fields.some((field) => field.value !== field.defaultValue);
}

/** Show what is new, let it be heard, and leave out what somebody at this till has seen. */
function take() {
  const arrivals = [...section.querySelectorAll("[data-arrival]")];
  section.dataset.newest = arrivals[0]?.dataset.arrival ?? "";
  const seen = seenPayments();
  const heard = JSON.parse(sessionStorage.getItem(HEARD) ?? "[]");
  const shown = arrivals.filter((each) => {
    const isSeen = seen.includes(each.dataset.arrival);
    each.querySelector("[data-arrival-seen]").hidden = false;
    if (isSeen) {
      each.remove();
    }
    return !isSeen;
  });
  const unheard = shown.map((each) => each.dataset.arrival).filter((id) => !heard.includes(id));
  if (unheard.length) {
    sessionStorage.setItem(HEARD, JSON.stringify([...heard, ...unheard].slice(-200)));
    soundSuccess();
  }
}
