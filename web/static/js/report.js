// The form of a report: what was chosen stays in sight, the position is filled in where somebody asks for it, and what
// may be the same is looked for as soon as kind and place are known.

const form = document.querySelector("[data-report]");

if (form) {
  const { lat, long, unit } = form.elements;
  const alike = form.querySelector("[data-alike]");
  const part = form.querySelector("[data-position]");
  const take = part.querySelector("[data-position-take]");
  const drop = part.querySelector("[data-position-drop]");
  const say = part.querySelector("[data-position-say]");
  const numbers = part.querySelector("[data-position-numbers]");
  const canAsk = "geolocation" in navigator && window.isSecureContext;

  const look = () => {
    // What is shown for another place would be an answer to nothing.
    alike.replaceChildren();
    if (form.elements.category.value && unit.value && navigator.onLine) {
      window.htmx.trigger(alike, "look");
    }
  };

  const show = (text) => {
    say.textContent = text;
    const taken = lat.value !== "";
    numbers.hidden = !taken;
    numbers.textContent = taken ? `${lat.value}, ${long.value}` : "";
    drop.hidden = !taken;
    take.hidden = taken || !canAsk;
    take.disabled = false;
    part.hidden = !taken && !canAsk;
  };

  const set = (latitude, longitude, text) => {
    // Five decimals are a metre: more would be noise.
    lat.value = latitude === null ? "" : latitude.toFixed(5);
    long.value = longitude === null ? "" : longitude.toFixed(5);
    form.dispatchEvent(new CustomEvent("position", { detail: { from: "device", text } }));
  };

  // Once a kind is chosen, the others step aside; whoever touched one far down would else lose it out of sight.
  form.querySelector("[data-kinds]").addEventListener("change", ({ target }) => {
    requestAnimationFrame(() => target.closest("fieldset").scrollIntoView({ block: "start" }));
    look();
  });
  unit.addEventListener("change", look);

  let waiting;
  form.addEventListener("position", ({ detail }) => {
    show(detail?.text ?? (lat.value === "" ? "" : say.dataset.set));
    // The pin may be on its way still.
    clearTimeout(waiting);
    waiting = setTimeout(look, 400);
  });

  take.addEventListener("click", () => {
    say.textContent = say.dataset.asking;
    take.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => set(coords.latitude, coords.longitude, say.dataset.taken),
      (error) => show(error.code === error.PERMISSION_DENIED ? say.dataset.refused : say.dataset.failed),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });

  drop.addEventListener("click", () => {
    set(null, null, "");
    (canAsk ? take : form.querySelector("[data-map]")).focus();
  });

  show(lat.value === "" ? "" : say.dataset.taken);
  // A draft may fill the form in before htmx is there.
  window.addEventListener("load", look);
  form.addEventListener("draft", look);
}
