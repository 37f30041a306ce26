// The till: camera, scanner gun, amount pad, and a payment that ends in one known outcome whatever the network does.
// The server alone decides; this page sends the same form with the same key until it has heard the answer.

import { CODE_LENGTH, normaliseAmount, normaliseCode } from "./codes.js";
import { hearGun } from "./gun.js";
import { useKeypad } from "./keypad.js";
import { forgetPending, pendingPayment, rememberPending, settle } from "./payment.js";
import { scan } from "./scanner.js";
import { allowSound, soundRead, soundRefusal, soundSuccess } from "./sound.js";
import { stayAwake } from "./wake.js";

const form = document.getElementById("till");

if (form) {
  openTill();
}
showOutcome();

function openTill() {
  const words = document.querySelector("[data-words]").dataset;
  const code = form.querySelector("[data-code]");
  const amount = form.querySelector("[data-amount]");
  const say = form.querySelector("[data-camera-say]");
  const camera = form.querySelector("[data-camera]");
  const again = form.querySelector("[data-camera-again]");
  // A form that came back with a mistake waits for a person, or a code before the camera would send it for ever.
  const mistaken = Boolean(document.querySelector("#content [aria-invalid], #content .notice.danger"));
  let busy = false;

  document.addEventListener("pointerdown", allowSound);
  document.addEventListener("keydown", allowSound);
  useKeypad(form.querySelector("[data-pad]"), amount);
  stayAwake();

  amount.addEventListener("input", (event) => {
    if (!event.isComposing) {
      const known = normaliseAmount(amount.value);
      form.querySelector("[data-charge-amount]").textContent = known;
    }
  });
  amount.dispatchEvent(new Event("input"));
  // With a mouse there is a keyboard too; on a phone the cursor would call up the keyboard over the camera.
  if (matchMedia("(pointer: fine)").matches) {
    (amount.value ? code : amount).focus();
  }

  function takeCode(text) {
    if (busy) {
      return;
    }
    code.value = normaliseCode(text);
    camera.dataset.state = "read";
    soundRead();
    if (normaliseAmount(amount.value) && !mistaken) {
      charge();
    } else {
      say.textContent = words.read;
      amount.focus();
    }
  }

  hearGun(
    (text, before) => {
      amount.value = before;
      amount.dispatchEvent(new Event("input"));
      takeCode(text);
    },
    () => amount.value,
  );

  // A gun that types slowly, or a paste: the code is complete when the field is left.
  code.addEventListener("change", () => {
    if (normaliseCode(code.value).length === CODE_LENGTH) {
      code.value = normaliseCode(code.value);
    }
  });

  const scanner = scan({
    video: form.querySelector("[data-video]"),
    wasmUrl: form.dataset.wasm,
    onState(state) {
      camera.dataset.state = state;
      say.textContent = words[state];
      again.hidden = !["refused", "busy", "none"].includes(state);
    },
    onText: takeCode,
  });
  again.addEventListener("click", () => scanner.start());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    charge();
  });

  async function charge() {
    if (busy) {
      return;
    }
    const known = normaliseAmount(amount.value);
    if (!known) {
      say.textContent = words.amountFirst;
      amount.focus();
      return;
    }
    if (!code.value.trim()) {
      code.focus();
      return;
    }
    busy = true;
    scanner.stop();
    const payment = {
      order_no: form.elements.order_no.value,
      shop: form.elements.shop.value,
      idempotency_key: form.elements.idempotency_key.value,
      amount: known,
      code: normaliseCode(code.value) || code.value,
      began: Date.now(),
    };
    rememberPending(payment);
    await follow(payment, words);
  }

  const pending = pendingPayment();
  if (pending && pending.order_no === form.elements.order_no.value) {
    // The server showed this very form again: the attempt was not taken.
    forgetPending(pending.order_no);
  } else if (pending) {
    busy = true;
    scanner.stop();
    follow(pending, words, words.resuming);
  }
}

/** Send a payment until its outcome is known, then show that. */
async function follow(payment, words, say = "") {
  const cover = document.querySelector("[data-finding-out]");
  const line = cover.querySelector("[data-finding-say]");
  cover.querySelector(".digits").textContent = payment.order_no;
  cover.hidden = false;
  line.textContent = say;
  const end = await settle(payment, {
    action: form.action,
    // At the shop where it was begun: somebody of several may have gone to another meanwhile.
    outcome: form.dataset.outcomes
      .replace("SHOP", encodeURIComponent(payment.shop))
      .replace("ORDER", encodeURIComponent(payment.order_no)),
    csrfToken: form.elements.csrf_token.value,
    onLost(tries) {
      line.textContent = tries > 5 ? words.lostLong : words.lost;
    },
  });
  if (end.url === undefined) {
    forgetPending(payment.order_no);
    sendPlainly(payment);
    return;
  }
  if (end.html === undefined) {
    location.assign(end.url);
    return;
  }
  // The outcome replaces the page in place: a page that was touched may play its sound.
  const page = new DOMParser().parseFromString(end.html, "text/html");
  document.querySelector("#content").replaceWith(page.querySelector("#content"));
  document.title = page.title;
  history.replaceState(null, "", end.url);
  scrollTo(0, 0);
  showOutcome();
}

/** Send the form as a browser without script would: the page that comes says what is wrong with it. */
function sendPlainly(payment) {
  for (const name of ["order_no", "shop", "idempotency_key", "amount", "code"]) {
    form.elements[name].value = payment[name];
  }
  form.submit();
}

function showOutcome() {
  const outcome = document.querySelector("[data-outcome]");
  if (!outcome) {
    return;
  }
  forgetPending(outcome.dataset.order);
  outcome.querySelector("[data-next]")?.focus();
  if ("fresh" in outcome.dataset) {
    (outcome.dataset.outcome === "completed" ? soundSuccess : soundRefusal)();
  }
}

// A page out of the browser's memory has an order number that is spent: take a new one.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
