// What a camera, a scanner gun or a person gives as a payment code, brought to the one form the server knows.
// `normalise_code` on the server does the same; tests compare the two.

export const CODE_LENGTH = 12;

/**
 * Return the code in `text`: full-width signs made narrow, upper case, nothing but A-Z and 0-9.
 * Spaces, hyphens, control characters and a Tab or Enter at the end fall away.
 */
export function normaliseCode(text) {
  return text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
}

/** Return the amount in `text` as "12.50", or "" where it is none: at most two decimals, more than nothing. */
export function normaliseAmount(text) {
  const plain = text
    .normalize("NFKC")
    .replace(/。/g, ".")
    .replace(/[\s,¥元]/g, "");
  if (!/^\d{1,10}(\.\d{0,2})?$/.test(plain)) {
    return "";
  }
  const [whole, cents = ""] = plain.split(".");
  const amount = `${whole.replace(/^0+(?=\d)/, "")}.${cents.padEnd(2, "0")}`;
  return amount === "0.00" ? "" : amount;
}
