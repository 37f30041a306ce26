// Which payments were announced in this window, so that none is announced twice.

const STORE = "payments-seen";
const KEPT = 200;

/** Remember that a payment was announced. */
export function noteSeen(id) {
  const seen = seenPayments().filter((each) => each !== id);
  sessionStorage.setItem(STORE, JSON.stringify([...seen, id].slice(-KEPT)));
}

/** Return the payments that were announced, the latest last. */
export function seenPayments() {
  return JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
}
