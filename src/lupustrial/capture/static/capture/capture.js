"use strict";
// What every page needs: the choice of light and dark, and refusals inside htmx requests shown where they belong.

(() => {
  const root = document.documentElement;

  const keepTheme = (theme) => {
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    if (theme) {
      root.dataset.theme = theme;
    } else {
      delete root.dataset.theme;
    }
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-theme-choice]")) {
      keepTheme(event.target.value);
    }
    if (event.target.matches("select[data-submits]")) {
      event.target.form.requestSubmit();
    }
  });

  // A refused request (403, 409, 422) brings its own page part: htmx would drop it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if ([403, 409, 422].includes(event.detail.xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  // A form is sent once: a second press while it is under way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.action.endsWith("/logout")) {
      for (const key of Object.keys(window.localStorage).filter((name) => name.startsWith("lupustrial-draft:"))) {
        window.localStorage.removeItem(key); // what was typed here is nobody's who comes next
      }
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post") && !event.defaultPrevented) {
      form.dataset.sent = "yes";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
})();
