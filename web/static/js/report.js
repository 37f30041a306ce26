// The form of a report: what was chosen stays in sight, and the position is filled in where somebody asks for it.

const form = document.querySelector("[data-report]");

// Once a kind is chosen, the others step aside; whoever touched one far down would else lose it out of sight.
form?.querySelector("[data-kinds]").addEventListener("change", ({ target }) => {
  requestAnimationFrame(() => target.closest("fieldset").scrollIntoView({ block: "start" }));
});

if (form && "geolocation" in navigator && window.isSecureContext) {
  const part = form.querySelector("[data-position]");
  const take = part.querySelector("[data-position-take]");
  const drop = part.querySelector("[data-position-drop]");
  const say = part.querySelector("[data-position-say]");
  const { lat, long } = form.elements;

  const show = (text) => {
    say.textContent = text;
    const taken = lat.value !== "";
    drop.hidden = !taken;
    take.hidden = taken;
    take.disabled = false;
  };

  take.addEventListener("click", () => {
    say.textContent = say.dataset.asking;
    take.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Five decimals are a metre: more would be noise.
        lat.value = coords.latitude.toFixed(5);
        long.value = coords.longitude.toFixed(5);
        show(say.dataset.taken);
      },
      (error) => show(error.code === error.PERMISSION_DENIED ? say.dataset.refused : say.dataset.failed),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });

  drop.addEventListener("click", () => {
    lat.value = "";
    long.value = "";
    show("");
    take.focus();
  });

  part.hidden = false;
  show(lat.value === "" ? "" : say.dataset.taken);
}
