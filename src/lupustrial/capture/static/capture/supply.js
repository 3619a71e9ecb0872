"use strict";
// Supply pages: the day where the user is, not the server's; the first fault gets the focus; a scanner ends with Enter.

(() => {
  const pad = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const here = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  for (const field of document.querySelectorAll("input[type=date][data-today]")) {
    field.value = here;
  }
  const wrong = document.querySelector("#said");
  if (wrong) {
    wrong.focus();
  }
})();
