"use strict";
// Drafts: what is typed goes to the server every few seconds, or, where it cannot be reached, into this browser,
// encrypted under a key that the server gives to pages of this account.

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) {
    return;
  }
  const EVERY = 4000; // milliseconds
  const PREFIX = `lupustrial-draft:${form.dataset.account}:`;
  const text = form.dataset;
  const state = document.querySelector("[data-draft-state]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let dirty = form.hasAttribute("data-unsaved");
  let kept = !dirty;
  let leaving = false;
  let under = null;

  const say = (message) => {
    state.textContent = message;
  };
  const typed = () => {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    return fields.toString();
  };
  const send = (address, body) =>
    fetch(address, {
      method: "POST",
      body,
      redirect: "manual",
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token, "HX-Request": "true" },
    });

  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const key = () =>
    under || (under = crypto.subtle.importKey("raw", bytes(form.dataset.key), "AES-GCM", false, ["encrypt", "decrypt"]));
  const base64 = (buffer) => {
    let out = "";
    for (const one of new Uint8Array(buffer)) {
      out += String.fromCharCode(one);
    }
    return btoa(out);
  };
  const unbase64 = (written) => Uint8Array.from(atob(written), (one) => one.charCodeAt(0));

  const keepHere = async (body) => {
    if (!window.crypto || !crypto.subtle) {
      return false; // without encryption nothing is kept
    }
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const name = PREFIX + form.dataset.draft;
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) },
      await key(),
      new TextEncoder().encode(body),
    );
    try {
      localStorage.setItem(name, JSON.stringify({ iv: base64(iv), data: base64(sealed) }));
    } catch {
      return false;
    }
    return true;
  };
  const dropHere = () => localStorage.removeItem(PREFIX + form.dataset.draft);

  const keep = async () => {
    if (!dirty || kept || leaving) {
      return;
    }
    const body = typed();
    kept = true;
    try {
      const answer = await send(form.dataset.draft, body);
      const said = await answer.json();
      if (answer.ok) {
        dropHere();
        say(`${text.textKept} ${said.saved}`);
      } else {
        say(said.fault || text.textOut);
      }
    } catch {
      say((await keepHere(body)) ? text.textLocal : text.textNone);
      kept = false;
    }
  };
  setInterval(keep, EVERY);
  window.addEventListener("online", keep);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      if (event.isTrusted || kind === "change") {
        dirty = true;
        kept = false;
      }
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) {
      event.preventDefault();
    }
  });

  // Before a page is sent it is asked whether the server is there and still knows who types.
  form.addEventListener(
    "submit",
    async (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (leaving) {
        return;
      }
      leaving = true;
      const action = event.submitter ? event.submitter.value : "save";
      const body = typed();
      let reached = false;
      let known = false;
      try {
        const answer = await send(form.dataset.draft, "action=ping");
        reached = true;
        known = answer.ok;
      } catch {
        reached = false;
      }
      if (known) {
        const chosen = document.createElement("input");
        Object.assign(chosen, { type: "hidden", name: "action", value: action });
        form.append(chosen);
        dropHere();
        form.submit();
        return;
      }
      leaving = false;
      const safe = await keepHere(body);
      say(safe ? (reached ? text.textOut : text.textLost) : text.textNone);
      state.scrollIntoView({ block: "center" });
    },
    true,
  );

  // What this browser kept while it was offline goes to the server, which then asks what to do with it.
  const bring = async () => {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    let here = false;
    for (const name of names) {
      try {
        const { iv, data } = JSON.parse(localStorage.getItem(name));
        const open = await crypto.subtle.decrypt(
          { name: "AES-GCM", iv: unbase64(iv), additionalData: new TextEncoder().encode(name) },
          await key(),
          unbase64(data),
        );
        const answer = await send(name.slice(PREFIX.length), new TextDecoder().decode(open));
        if (answer.ok || [403, 404, 413].includes(answer.status)) {
          localStorage.removeItem(name);
        }
        here = here || (answer.ok && name === PREFIX + form.dataset.draft);
      } catch {
        // kept under another key, or no connection: it stays
      }
    }
    if (here && !dirty) {
      leaving = true;
      location.reload();
    }
  };
  if (window.crypto && crypto.subtle) {
    bring();
  }

  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/logout']")) {
      for (const name of Object.keys(localStorage).filter((one) => one.startsWith("lupustrial-draft:"))) {
        localStorage.removeItem(name);
      }
    }
  });
})();
