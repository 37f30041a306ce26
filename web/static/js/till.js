// The till: camera, scanner gun, amount pad, and a payment that ends in one known outcome whatever the network does.
// The server alone decides; this page sends the same form with the same key until it has heard the answer.

import { CODE_LENGTH, normaliseAmount, normaliseCode } from "./codes.js";
import { hearGun } from "./gun.js";
import { useKeypad } from "./keypad.js";
import { forgetPending, pendingPayment, rememberPending, settle } from "./payment.js";
import { scan } from "./scanner.js";
import { allowSound, soundRead, soundRefusal, soundSuccess } from "./sound.js";
import { noteSeen } from "./seen.js";
import { waitForPayer } from "./waiting.js";
import { stayAwake } from "./wake.js";

// What goes to the server; `kind` says to which address, and `began` is this page's own.
const FIELDS = ["order_no", "shop", "idempotency_key", "amount", "cash_amount", "code", "confirm_duplicate", "pin"];

const form = document.getElementById("till");

document.addEventListener("pointerdown", allowSound);
document.addEventListener("keydown", allowSound);
if (form) {
  openTill();
}
showOutcome();
if (!form) {
  resume();
}
// An order's page becomes that of its outcome by htmx.
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.matches?.(".outcome")) {
    showOutcome();
  }
});

function openTill() {
  const { words } = findingOut();
  const code = form.querySelector("[data-code]");
  const amount = form.querySelector("[data-amount]");
  const cash = form.querySelector("[data-cash]");
  const say = form.querySelector("[data-camera-say]");
  const camera = form.querySelector("[data-camera]");
  const again = form.querySelector("[data-camera-again]");
  // A form that came back with a mistake waits for a person, or a code before the camera would send it for ever.
  const mistaken = Boolean(document.querySelector("#content [aria-invalid], #content .notice.danger"));
  let busy = false;

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
      send("redemptions");
    } else {
      say.textContent = words.read;
      amount.focus();
    }
  }

  hearGun(
    (text, [amountBefore, cashBefore]) => {
      amount.value = amountBefore;
      cash.value = cashBefore;
      amount.dispatchEvent(new Event("input"));
      takeCode(text);
    },
    () => [amount.value, cash.value],
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
    send(event.submitter && "ask" in event.submitter.dataset ? "orders" : "redemptions");
  });

  async function send(kind) {
    if (busy) {
      return;
    }
    const known = normaliseAmount(amount.value);
    if (!known) {
      say.textContent = words.amountFirst;
      amount.focus();
      return;
    }
    if (kind === "redemptions" && !code.value.trim()) {
      code.focus();
      return;
    }
    busy = true;
    scanner.stop();
    const payment = {
      kind,
      order_no: form.elements.order_no.value,
      shop: form.elements.shop.value,
      idempotency_key: form.elements.idempotency_key.value,
      amount: known,
      cash_amount: normaliseAmount(cash.value) || cash.value,
      began: Date.now(),
    };
    if (kind === "redemptions") {
      payment.code = normaliseCode(code.value) || code.value;
    }
    rememberPending(payment);
    await follow(payment);
  }

  const pending = pendingPayment();
  if (pending && pending.order_no === form.elements.order_no.value) {
    // The server showed this very form again: the attempt was not taken.
    forgetPending(pending.order_no);
  } else if (pending) {
    busy = true;
    scanner.stop();
    follow(pending, words.resuming);
  }
}

/** On the page of an outcome: go on with another attempt whose outcome was not known when the page was left. */
function resume() {
  const pending = pendingPayment();
  const { cover, words } = findingOut();
  if (pending && cover) {
    follow(pending, words.resuming);
  }
}

/** Return what covers the page while an outcome is not known, and the words for it. */
function findingOut() {
  return {
    cover: document.querySelector("[data-finding-out]"),
    words: document.querySelector("[data-words]")?.dataset ?? {},
  };
}

/** Send a payment or an order until its outcome is known, then show that. */
async function follow(payment, say = "") {
  const { cover, words } = findingOut();
  const line = cover.querySelector("[data-finding-say]");
  const title = cover.querySelector("[data-finding-title]");
  const kind = payment.kind ?? "redemptions";
  title.textContent = title.dataset[kind];
  cover.querySelector("[data-finding-number]").textContent = payment.order_no;
  cover.hidden = false;
  line.textContent = say;
  const end = await settle(fieldsOf(payment), {
    action: cover.dataset[kind],
    // At the shop where it was begun: somebody of several may have gone to another meanwhile.
    outcome: cover.dataset.outcomes
      .replace("SHOP", encodeURIComponent(payment.shop))
      .replace("ORDER", encodeURIComponent(payment.order_no)),
    csrfToken: cover.dataset.csrf,
    onLost(tries) {
      line.textContent = tries > 5 ? words.lostLong : words.lost;
    },
  });
  if (end.url === undefined) {
    forgetPending(payment.order_no);
    sendPlainly(cover.dataset[kind], { ...fieldsOf(payment), csrf_token: cover.dataset.csrf });
    return;
  }
  if (end.html === undefined) {
    location.assign(end.url);
    return;
  }
  // The outcome replaces the page in place: a page that was touched may play its sound.
  const page = new DOMParser().parseFromString(end.html, "text/html");
  const content = page.querySelector("#content");
  document.querySelector("#content").replaceWith(content);
  window.htmx?.process(content);
  document.title = page.title;
  document.body.className = page.body.className;
  history.replaceState(null, "", end.url);
  scrollTo(0, 0);
  showOutcome();
}

function fieldsOf(payment) {
  return Object.fromEntries(FIELDS.filter((name) => payment[name] !== undefined).map((name) => [name, payment[name]]));
}

/** Send a form as a browser without script would: the page that comes says what is wrong with it. */
function sendPlainly(action, fields) {
  const plain = document.createElement("form");
  plain.method = "post";
  plain.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    plain.append(input);
  }
  document.body.append(plain);
  plain.submit();
}

function showOutcome() {
  const outcome = document.querySelector("[data-outcome]");
  if (!outcome) {
    return;
  }
  forgetPending(outcome.dataset.order);
  if (outcome.dataset.outcome === "awaiting_payer") {
    waitForPayer(outcome);
    return;
  }
  (outcome.querySelector("[data-retry] [name=pin]") ?? outcome.querySelector("[data-next]"))?.focus();
  outcome.querySelector("[data-retry]")?.addEventListener("submit", sendAgain);
  if (outcome.dataset.payment) {
    // It was announced here, so the till need not announce it again as one that arrived.
    noteSeen(outcome.dataset.payment);
  }
  if ("fresh" in outcome.dataset) {
    if (outcome.dataset.outcome === "completed") {
      soundSuccess();
    } else if (outcome.dataset.outcome !== "cancelled") {
      soundRefusal();
    }
  }
}

/** Send the same code again with what was missing: a PIN, or the word that a second payment is meant. */
function sendAgain(event) {
  event.preventDefault();
  const retry = event.target;
  if (retry.dataset.sent) {
    return;
  }
  retry.dataset.sent = "yes";
  const typed = Object.fromEntries(new FormData(retry));
  const payment = { ...fieldsOf(typed), kind: "redemptions", began: Date.now() };
  rememberPending(payment);
  follow(payment);
}

// A page out of the browser's memory has an order number that is spent: take a new one.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
