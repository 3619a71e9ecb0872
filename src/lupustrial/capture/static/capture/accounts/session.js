"use strict";
// Warns before the session ends, and lets the person stay. Looking at the time is no sign of life.

(() => {
  const address = document.currentScript.dataset.left;
  const sending = { "X-Background": "1" };
  let dialog = null;
  let words = null;
  let end = 0;

  const left = () => Math.max(0, Math.round((end - Date.now()) / 1000));

  const leave = () => {
    const here = window.location.pathname + window.location.search;
    window.location.assign(`${words ? words.door : "/login"}?next=${encodeURIComponent(here)}`);
  };

  const take = (answer) => {
    words = answer;
    end = Date.now() + 1000 * answer.left;
  };

  const ask = async () => {
    try {
      const response = await fetch(address, { headers: sending, redirect: "manual" });
      if (response.ok) {
        take(await response.json());
      } else if (response.type === "opaqueredirect" || response.status === 401) {
        leave();
      }
    } catch {
      // No connection: the end that is known stays.
    }
  };

  const stay = async () => {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    try {
      const response = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
      if (response.ok) {
        take(await response.json());
        close();
      } else {
        leave();
      }
    } catch {
      // No connection: the warning stays.
    }
  };

  const close = () => {
    if (dialog) {
      dialog.close();
      dialog.remove();
      dialog = null;
    }
  };

  const element = (name, text, parent) => {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  };

  const warn = () => {
    dialog = document.createElement("dialog");
    dialog.className = "card session-warning";
    const title = element("h2", words.title, dialog);
    title.id = "session-warning-title";
    dialog.setAttribute("aria-labelledby", title.id);
    element("p", words.extends ? words.text : words.last, dialog);
    const time = element("p", "", dialog);
    time.setAttribute("role", "timer");
    time.dataset.left = "";
    if (words.extends) {
      const button = element("button", words.stay, dialog);
      button.className = "button";
      button.type = "button";
      button.addEventListener("click", stay);
    }
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (words.extends) {
        stay();
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  };

  let ticks = 0;
  const tick = async () => {
    ticks += 1;
    const near = words && left() <= words.warn;
    if (ticks % 30 === 0 || (near && !dialog)) {
      await ask(); // another tab may have given a sign of life
    }
    if (!words) {
      return;
    }
    if (left() <= 0) {
      leave();
    } else if (left() <= words.warn) {
      if (!dialog) {
        warn();
      }
      dialog.querySelector("[data-left]").textContent = `${left()} ${words.seconds}`;
    } else {
      close();
    }
  };

  ask();
  window.setInterval(tick, 1000);
})();
