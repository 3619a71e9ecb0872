"use strict";
// A page of a form: keys, and what the server says of what is typed. No rule of the study is here.

(() => {
  const form = document.querySelector("form[data-entry]");
  if (!form) {
    return;
  }
  const controls = () =>
    [...form.querySelectorAll("[data-slot]:not([hidden]) :is(input, select, textarea)[name^='v.'], #why, [data-save]")].filter(
      (one) => !one.disabled && one.offsetParent !== null,
    );
  // One stop for each group of buttons, as Tab has it.
  const stops = () => {
    const seen = new Set();
    return controls().filter((one) => {
      if (one.type !== "radio") {
        return true;
      }
      const group = form.querySelector(`input[name="${CSS.escape(one.name)}"]:checked`) || one;
      if (seen.has(one.name) || group !== one) {
        return false;
      }
      seen.add(one.name);
      return true;
    });
  };
  const onward = (from) => {
    const all = stops();
    const here = all.findIndex((one) => one === from || (from.type === "radio" && one.name === from.name));
    const next = all[here + 1];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  };
  const changed = (target) => target.dispatchEvent(new Event("change", { bubbles: true }));

  const inRadios = (event) => {
    const target = event.target;
    if (["Backspace", "Delete"].includes(event.key)) {
      const chosen = form.querySelector(`input[name="${CSS.escape(target.name)}"]:checked`);
      if (chosen) {
        chosen.checked = false;
        changed(chosen);
      }
      return true;
    }
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) {
      return false;
    }
    const group = [...form.querySelectorAll(`input[name="${CSS.escape(target.name)}"]`)];
    const meant = group.filter((one) => one.dataset.first === event.key.toLowerCase());
    if (meant.length !== 1) {
      return false;
    }
    meant[0].checked = true;
    changed(meant[0]);
    onward(meant[0]);
    return true;
  };

  form.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.type === "radio" && inRadios(event)) {
      event.preventDefault();
      return;
    }
    const writes = target.matches("textarea") && event.shiftKey;
    if (event.key === "Enter" && !writes && !event.isComposing && target.matches("input, select, textarea")) {
      event.preventDefault();
      onward(target);
    }
  });

  const keys = document.getElementById("keys");
  const showKeys = () => keys.open || keys.showModal();
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", showKeys);
  }
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && event.code === "KeyS") {
      event.preventDefault();
      form.querySelector("[data-save]").click();
    }
    const typing = event.target.matches("textarea, select, input:not([type='radio'], [type='checkbox'])");
    if (event.key === "?" && !typing) {
      event.preventDefault();
      showKeys();
    }
  });

  // A link to an item puts the cursor into it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-to]");
    if (!link) {
      return;
    }
    const slot = document.getElementById(`slot-${link.dataset.to}`);
    const open = slot && slot.querySelector("details[open] input, details[open] select");
    const control =
      slot && (slot.querySelector(":is(input, select, textarea)[name^='v.']:checked") || slot.querySelector(":is(input, select, textarea)[name^='v.']"));
    if (control) {
      event.preventDefault();
      (link.dataset.reason && open ? open : control).focus();
      slot.scrollIntoView({ block: "center" });
    }
  });

  // What is asked now, as the server said. What was typed into an item that is hidden stays where it is.
  document.body.addEventListener("entry:asked", (event) => {
    const shown = new Set(event.detail.shown);
    const stale = new Set(event.detail.stale);
    const required = new Set(event.detail.required);
    for (const slot of form.querySelectorAll("[data-slot]")) {
      const item = slot.dataset.slot;
      slot.hidden = !shown.has(item);
      slot.querySelector("[data-stale]").hidden = !stale.has(item);
      slot.querySelector("[data-required]").hidden = !required.has(item);
    }
    for (const group of form.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-slot]:not([hidden])");
    }
  });

  const first = document.querySelector("[data-focus]") || document.getElementById("draft");
  if (first) {
    first.focus();
  }
})();
