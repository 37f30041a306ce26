// What was typed for a report and not sent yet, on this phone only: one draft an account, for at most seven days.

const NAME = "reports-not-sent";
const SHELF = "drafts";
const KEPT_MS = 7 * 24 * 3600 * 1000;

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF, { keyPath: "account" });
    asked.onsuccess = () => {
      // Whoever deletes all of it must not wait for this page.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}

// Runs one request and resolves once its transaction is on the disk.
async function done(mode, request) {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(SHELF, mode);
      const asked = request(transaction.objectStore(SHELF));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

export const keep = (draft) => done("readwrite", (shelf) => shelf.put(draft));
export const forget = (account) => done("readwrite", (shelf) => shelf.delete(account));
const all = () => done("readonly", (shelf) => shelf.getAll());

export async function forgetOld() {
  for (const draft of await all()) {
    if (Date.now() - draft.savedAt > KEPT_MS) {
      await forget(draft.account);
    }
  }
}

export async function draftOf(account) {
  await forgetOld();
  return done("readonly", (shelf) => shelf.get(account));
}

export async function forgetSent(key) {
  for (const draft of await all()) {
    if (draft.key === key) {
      await forget(draft.account);
    }
  }
}

export function forgetAll() {
  return new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = resolve;
    asked.onerror = resolve;
    asked.onblocked = resolve;
  });
}
