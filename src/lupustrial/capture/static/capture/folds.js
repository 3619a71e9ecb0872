"use strict";
// Rare items in a fold: one button answers those that are still blank with "not present".

for (const button of document.querySelectorAll("[data-fold-none]")) {
  const part = button.closest("[data-none]");
  const absent = part.dataset.none.split(" ");
  const blank = () => {
    const names = new Set([...part.querySelectorAll("input[type=radio]")].map((one) => one.name));
    return [...names].filter((name) => !part.querySelector(`input[name="${CSS.escape(name)}"]:checked`));
  };
  const meant = (name) =>
    [...part.querySelectorAll(`input[name="${CSS.escape(name)}"]`)].find((one) => absent.includes(one.value));
  button.hidden = false;
  button.addEventListener("click", () => {
    const chosen = blank().map(meant).filter((one) => one && !one.disabled);
    for (const one of chosen) {
      one.checked = true;
    }
    chosen.at(-1)?.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
