// A payment that a resident confirms on their own phone: sent until the answer has come, however the network is.
// The form carries its key from the moment the page was made, so the server pays once however often it arrives.

import { fetchSoon, isLoss, pauseAfter } from "./payment.js";

begin();

function begin() {
  document.querySelector("form[data-paying]")?.addEventListener("submit", send);
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.sent) {
    return;
  }
  form.dataset.sent = "yes";
  const say = form.querySelector("[data-paying-say]");
  const body = new URLSearchParams(new FormData(form));
  form.querySelector("button").setAttribute("aria-busy", "true");
  say.hidden = false;
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await fetchSoon(form.action, { method: "POST", body });
      if (answer.redirected && new URL(answer.url).origin === location.origin) {
        location.assign(answer.url);
        return;
      }
      // We answer by leading on, or say what is wrong; an "all is well" comes from somebody in between.
      if (!answer.ok && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
        show(await answer.text());
        return;
      }
    } catch (error) {
      if (!isLoss(error)) {
        throw error;
      }
    }
    say.textContent = say.dataset.lost;
    await pauseAfter(tries);
  }
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.querySelector("#content").replaceWith(page.querySelector("#content"));
  document.title = page.title;
  scrollTo(0, 0);
  document.querySelector("form[data-paying] [name=pin]")?.focus();
  begin();
}
