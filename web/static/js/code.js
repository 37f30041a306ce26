// The resident's payment code: counts down, renews itself, keeps the screen on, and sees when it was used.

import { allowSound, soundSuccess } from "./sound.js";
import { stayAwake } from "./wake.js";

const RENEW_BEFORE_S = 5;
const LATE_S = 10;
const RETRY_S = 3;
const LOOK_EVERY_MS = 2000;

const words = document.querySelector("[data-code-words]")?.dataset ?? {};
let shown = null;
let deadline = 0;
let renewAt = Infinity;
let lookAt = 0;

// A page that a button made is asked for anew by a reload, without the browser's question about sending again.
history.replaceState(null, "", document.querySelector("[data-code-page]")?.dataset.codePage ?? location.href);
stayAwake();
document.addEventListener("pointerdown", allowSound);
take();
setInterval(tick, 250);
document.body.addEventListener("htmx:afterSwap", take);
document.body.addEventListener("htmx:responseError", () => say(words.failed));
document.body.addEventListener("htmx:sendError", () => say(words.offline));

function take() {
  shown = document.getElementById("code");
  const seconds = Number(shown?.dataset.secondsLeft ?? NaN);
  if (Number.isNaN(seconds)) {
    renewAt = shown && "wanted" in shown.dataset ? 0 : Infinity;
    if (shown && "paid" in shown.dataset) {
      soundSuccess();
    }
    return;
  }
  deadline = performance.now() + seconds * 1000;
  // A code for which the PIN was typed is one of its own: the next would need the PIN again.
  renewAt = "proved" in shown.dataset ? Infinity : deadline - Math.min(RENEW_BEFORE_S, seconds / 2) * 1000;
  tick();
}

function tick() {
  if (!shown || document.visibilityState !== "visible" || !window.htmx) {
    return;
  }
  const now = performance.now();
  if (now >= renewAt) {
    renewAt = now + RETRY_S * 1000;
    window.htmx.trigger(shown, "renew");
  }
  if (!("secondsLeft" in shown.dataset)) {
    return;
  }
  const left = Math.max(0, Math.ceil((deadline - now) / 1000));
  shown.querySelector("[data-countdown]").textContent = (left ? words.left : words.over).replace("{n}", left);
  shown.querySelector(".ring-left").style.strokeDashoffset = String(60 - Math.min(60, left));
  shown.classList.toggle("late", left <= LATE_S);
  shown.classList.toggle("over", left === 0);
  if (now >= lookAt) {
    lookAt = now + LOOK_EVERY_MS;
    window.htmx.trigger(shown.querySelector("[data-outcome]"), "look");
  }
}

function say(text) {
  const place = shown?.querySelector("[data-code-say]");
  if (place) {
    place.textContent = text;
  }
}
