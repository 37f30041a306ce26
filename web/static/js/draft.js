// Keeps what is typed for a report on this phone until it is sent, and sends nothing while there is no network.

import { draftOf, forget, forgetSent, keep } from "./drafts.js";

const FIELDS = ["description", "unit", "address", "lat", "long", "joint_with"];
const ANSWER_MS = 8_000;

// A page that follows upon a form says which draft is done.
const sent = document.querySelector("[data-draft-sent]");
if (sent) {
  await forgetSent(sent.dataset.draftSent).catch(() => {
    // A browser that keeps nothing has nothing to forget.
  });
}

const form = document.querySelector("[data-report]");
if (form) {
  await keepDrafts(form, document.querySelector("[data-draft]"));
}

async function keepDrafts(form, part) {
  const { account } = form.dataset;
  const kept = part.querySelector("[data-draft-kept]");
  const say = part.querySelector("[data-draft-say]");
  const send = part.querySelector("[data-draft-send]");
  const { elements } = form;
  let draft;
  let isChecked = false;

  const show = () => {
    part.hidden = !draft;
    if (draft) {
      const time = new Intl.DateTimeFormat(document.documentElement.lang, {
        dateStyle: "medium",
        timeStyle: "short",
      }).format(draft.savedAt);
      kept.textContent = kept.dataset.words.replace("TIME", time);
      send.hidden = !draft.waits || !navigator.onLine;
    }
  };

  const typed = () => ({
    ...Object.fromEntries(FIELDS.map((name) => [name, elements[name].value])),
    category: elements.category.value,
    name: elements.name.value,
    urgent: elements.urgent.checked,
  });

  const photos = () => {
    const chosen = [...elements.photos.files];
    // Photos that wait on our host are no files of the form any more; the phone keeps its own.
    const wait = form.querySelector("[data-photos-kept]") && !elements.kept_dropped?.checked;
    return chosen.length || !wait ? chosen : (draft?.photos ?? []);
  };

  const save = async (waits = false) => {
    const fields = typed();
    const files = photos();
    if (!(fields.category || fields.description.trim() || fields.address.trim() || fields.lat || files.length)) {
      return;
    }
    const next = { account, key: elements.idempotency_key.value, savedAt: Date.now(), fields, photos: files, waits };
    if (!(await isKept(next)) && files.length && (await isKept({ ...next, photos: [] }))) {
      say.textContent = say.dataset.noRoom;
    }
    show();
  };

  // The storage of a phone may be full, or closed to pages: the form works without a draft, and the page says so once
  // there is a need for one.
  const isKept = async (next) => {
    try {
      await keep(next);
      draft = next;
      return true;
    } catch {
      draft = undefined;
      return false;
    }
  };

  const fill = () => {
    const { fields } = draft;
    for (const name of FIELDS) {
      // A draft of an older form lacks what was added since.
      elements[name].value = fields[name] ?? "";
    }
    // A place that is offered no more leaves the choice empty: then it is where one lives.
    if (elements.unit.selectedIndex < 0) {
      elements.unit.selectedIndex = 0;
    }
    if (fields.joint_with) {
      elements.joint_with.closest("details")?.setAttribute("open", "");
    }
    elements.urgent.checked = fields.urgent;
    for (const [name, value] of [["category", fields.category], ["name", fields.name]]) {
      const choice = value && form.querySelector(`input[name="${name}"][value="${CSS.escape(value)}"]`);
      if (choice) {
        choice.checked = true;
        choice.closest("details")?.setAttribute("open", "");
      }
    }
    if (draft.photos.length) {
      const files = new DataTransfer();
      draft.photos.forEach((file) => files.items.add(file));
      elements.photos.files = files.files;
      say.textContent = say.dataset.chosenAgain;
    }
    // The same form as before: sent twice, it is one report.
    elements.idempotency_key.value = draft.key;
    form.dispatchEvent(new CustomEvent("position", { detail: { from: "draft" } }));
    form.dispatchEvent(new CustomEvent("draft"));
  };

  const waitForNetwork = () => {
    say.textContent = draft ? say.dataset.offline : say.dataset.notKept;
    part.hidden = false;
    part.scrollIntoView({ block: "center" });
  };

  const isReached = async () => {
    try {
      const answer = await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      return answer.ok;
    } catch {
      // No network, or none that gets anywhere: both mean that sending would lose the page.
      return false;
    }
  };

  form.addEventListener("submit", async (event) => {
    if (isChecked) {
      isChecked = false;
      return;
    }
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) {
      return;
    }
    form.setAttribute("aria-busy", "true");
    const { submitter } = event;
    // Until a page says that it has arrived, it waits: the answer may be lost on the way.
    await save(true);
    const reached = navigator.onLine && (await isReached());
    form.removeAttribute("aria-busy");
    if (reached) {
      isChecked = true;
      form.requestSubmit(submitter === send ? null : submitter);
    } else {
      waitForNetwork();
    }
  });

  let typing;
  const soon = () => {
    clearTimeout(typing);
    typing = setTimeout(() => save(draft?.waits), 300);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("position", soon);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      save(draft?.waits);
    }
  });

  window.addEventListener("online", () => {
    if (draft?.waits) {
      say.textContent = say.dataset.back;
    }
    show();
  });
  window.addEventListener("offline", show);

  part.querySelector("[data-draft-delete]").addEventListener("click", async () => {
    clearTimeout(typing);
    if (draft) {
      await forget(account);
    }
    window.location.replace(form.action);
  });

  draft = await draftOf(account).catch(() => undefined);
  if (draft && !("typed" in form.dataset)) {
    fill();
    if (draft.waits && navigator.onLine) {
      say.textContent = say.dataset.back;
    }
  } else if ("typed" in form.dataset) {
    await save();
  }
  show();
}
