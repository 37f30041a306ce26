// Sends one payment until its outcome is known. The form carries its order number and idempotency key from the
// moment the page was made, so the server books it once however often it arrives.

const STORE = "pending-payment";
const ANSWER_WITHIN_MS = 10_000;
const PAUSES_MS = [500, 1000, 2000, 4000, 5000];

/** Keep the payment for the case that this page is reloaded before the outcome is known; a PIN is kept nowhere. */
export function rememberPending({ pin, ...payment }) {
  sessionStorage.setItem(STORE, JSON.stringify(payment));
}

/** Return the payment whose outcome is not known yet, or null. */
export function pendingPayment() {
  return JSON.parse(sessionStorage.getItem(STORE) ?? "null");
}

/** Let go of the payment with this order number: its outcome is known. */
export function forgetPending(orderNo) {
  if (pendingPayment()?.order_no === orderNo) {
    sessionStorage.removeItem(STORE);
  }
}

/**
 * Send the payment; where no answer comes, ask for its outcome by order number, and send it again where the server
 * has not heard of it.
 *
 * @returns {Promise<{url?: string, html?: string}>} the page to show: with `html` it is the outcome itself; without
 *   `url` the server did not take the form, and says why when it is sent in the ordinary way
 */
export async function settle(payment, { action, outcome, csrfToken, onLost }) {
  for (let tries = 0; ; tries += 1) {
    try {
      // After a first loss the question comes before another try.
      if (tries > 0 && (await isKnown(outcome))) {
        return await page(outcome);
      }
      const answer = await send(action, payment, csrfToken);
      if (answer.ok && isOutcome(answer, outcome)) {
        return { url: answer.url, html: await answer.text() };
      }
      if (answer.ok && answer.redirected && new URL(answer.url).origin === location.origin) {
        // Logged out: the payment is followed after the log-in.
        return { url: answer.url };
      }
      // Any other "all is well" comes from somebody in between, such as the log-in page of a network.
      if (!answer.ok && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
        return (await isKnown(outcome)) ? await page(outcome) : {};
      }
    } catch (error) {
      if (!isLoss(error)) {
        throw error;
      }
    }
    onLost(tries);
    await pauseAfter(tries);
  }
}

function send(action, fields, csrfToken) {
  return fetchSoon(action, { method: "POST", body: new URLSearchParams({ ...fields, csrf_token: csrfToken }) });
}

async function isKnown(outcome) {
  const answer = await fetchSoon(outcome, { headers: { Accept: "application/json" } });
  // Logged out in between: the log-in page comes first, and the payment is followed after it.
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
    return false;
  }
  return answer.ok && (await answer.json()).state !== "unknown";
}

async function page(url) {
  const answer = await fetchSoon(url, { headers: { Accept: "text/html" } });
  return { url: answer.url, html: answer.ok ? await answer.text() : undefined };
}

function isOutcome(answer, outcome) {
  return new URL(answer.url).pathname === new URL(outcome, location.href).pathname;
}

/** Ask, and give up where no answer comes within some seconds. */
export function fetchSoon(url, options) {
  return fetch(url, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
}

/** Say whether what was caught is a network that failed, and no fault of ours. */
export function isLoss(error) {
  return error instanceof TypeError || ["TimeoutError", "AbortError"].includes(error.name);
}

/** Wait before another try: a little longer each time. */
export function pauseAfter(tries) {
  return new Promise((done) => setTimeout(done, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
}
