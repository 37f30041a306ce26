// Keeps the screen on while a code is shown or a till is open, where the browser can.

let lock = null;

/** Keep the screen awake for as long as this page is in front. */
export function stayAwake() {
  hold();
  document.addEventListener("visibilitychange", hold);
}

async function hold() {
  if (document.visibilityState !== "visible" || !navigator.wakeLock || (lock && !lock.released)) {
    return;
  }
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    // Low battery or a setting forbids it: the page works all the same.
    lock = null;
  }
}
