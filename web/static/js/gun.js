// Scanner guns are keyboards: this hears a code that is typed in one burst, wherever the cursor stands,
// even while a Chinese input method swallows the letters.

import { CODE_LENGTH, normaliseCode } from "./codes.js";

// Slower than any gun, faster than any person.
const BURST_GAP_MS = 80;

/**
 * Listen for bursts of keys that end in Enter or Tab.
 *
 * @param onCode called with the normalised code of a burst
 * @param typedBefore called as a burst begins; what it returns goes to `onCode` as second argument, so that
 *   the caller can put back what a burst has typed into the wrong field
 */
export function hearGun(onCode, typedBefore) {
  let burst = "";
  let before = null;
  let lastAt = -Infinity;

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (event.timeStamp - lastAt > BURST_GAP_MS) {
        burst = "";
        before = typedBefore();
      }
      lastAt = event.timeStamp;
      const ends = event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab" || event.key === "Enter" || event.key === "Tab";
      if (!ends) {
        burst += signOf(event);
        return;
      }
      const code = normaliseCode(burst);
      burst = "";
      if (code.length === CODE_LENGTH) {
        event.preventDefault();
        event.stopPropagation();
        onCode(code, before);
      }
    },
    true,
  );
}

/** Return the sign of a key: of the key itself, not of what an input method makes of it. */
function signOf(event) {
  const swallowed = event.isComposing || event.key === "Process" || event.keyCode === 229;
  if (!swallowed) {
    return event.key.length === 1 ? event.key : "";
  }
  const [, sign = ""] = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code) ?? [];
  return sign;
}
