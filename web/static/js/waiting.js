// The page of an order that waits for its payer: counts down, and asks again and again what became of the order.

import { stayAwake } from "./wake.js";

const LOOK_EVERY_MS = 1000;
const TICK_MS = 250;

/** Let an order's page look by itself until it is replaced by that of the outcome. */
export function waitForPayer(section) {
  const countdown = section.querySelector("[data-countdown]");
  const say = section.querySelector("[data-order-say]");
  const looks = section.querySelector("[data-waits]");
  const deadline = performance.now() + Number(countdown.dataset.secondsLeft) * 1000;
  let lookAt = 0;

  stayAwake();
  looks.addEventListener("htmx:sendError", () => {
    say.textContent = say.dataset.offline;
  });
  looks.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) {
      say.textContent = "";
    }
  });
  const timer = setInterval(tick, TICK_MS);
  tick();

  function tick() {
    if (!section.isConnected) {
      clearInterval(timer);
      return;
    }
    const now = performance.now();
    const left = Math.max(0, Math.ceil((deadline - now) / 1000));
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    countdown.textContent = left ? countdown.dataset.left.replace("TIME", time) : countdown.dataset.over;
    if (now >= lookAt && document.visibilityState === "visible" && window.htmx) {
      lookAt = now + LOOK_EVERY_MS;
      window.htmx.trigger(looks, "look");
    }
  }
}
