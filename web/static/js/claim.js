// The code of a report without a name, copied for whoever keeps it in their phone.

const code = document.querySelector("[data-code]");
const copy = document.querySelector("[data-copy]");

if (code && copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      copy.textContent = copy.dataset.done;
    } catch {
      // Not allowed here: what is marked can be copied by hand.
      window.getSelection().selectAllChildren(code);
    }
  });
}
