// The amount pad: big keys that write into the amount field, never more than two decimals.

const AMOUNT_SHAPE = /^\d{0,8}(\.\d{0,2})?$/;

/** Show the pad and let its keys write into `input`. The device's own keyboard stays away from that field. */
export function useKeypad(pad, input) {
  pad.hidden = false;
  input.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) {
      input.value = pressed(input.value, key);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

/** Return what stands in the field after a key; a key that fits nowhere changes nothing. */
export function pressed(text, key) {
  if (key === "back") {
    return text.slice(0, -1);
  }
  const next = text === "0" && key !== "." ? key : text === "" && key === "." ? "0." : text + key;
  return AMOUNT_SHAPE.test(next) ? next : text;
}
