// What happens to a form while the network does not answer, and where does the eye go after a swap?
(() => {
  const notice = document.getElementById("notice");
  if (!notice) return;
  const say = notice.dataset; // every sentence comes from the server, translated
  let waiting = null; // {elt, form, isSent, again}: the request that did not get through

  // --- Telling
  function tell(sentence, again) {
    const line = document.createElement("p");
    line.textContent = sentence;
    if (again) {
      const button = document.createElement("button");
      button.className = "button second";
      button.textContent = say.retry;
      button.addEventListener("click", again);
      line.append(button);
    }
    notice.replaceChildren(line);
  }

  // --- Keeping what was typed, only until it is sent
  const keeps = (form) => form?.matches?.("form[data-keep]");
  const forget = () => sessionStorage.removeItem("unsent");

  function keep(form) {
    if (!keeps(form)) return;
    const typed = [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && name !== "csrf_token" && name !== "version"
        && form.elements[name].type !== "password");
    sessionStorage.setItem("unsent", JSON.stringify({ action: form.action, typed }));
  }

  function restore() {
    const { action, typed } = JSON.parse(sessionStorage.getItem("unsent") || "{}");
    const form = [...document.forms].find((one) => keeps(one) && one.action === action);
    if (!form) return false;
    for (const field of form.elements) {
      const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      // The submission key comes back too: should the first attempt have arrived, this one makes no second record.
      else if (values.length && field.type !== "submit") field.value = values[0];
    }
    tell(say.restored);
    return true;
  }

  function unsaved(form) {
    keep(form);
    const state = keeps(form) && document.querySelector("[data-saved]");
    if (state) state.textContent = say.unsaved;
  }

  // --- One submit at a time
  const isBusy = (form) => form.ariaBusy === "true";

  function setBusy(form, busy) {
    form.ariaBusy = busy ? "true" : null;
    for (const one of form.elements) if (one.type === "submit") one.ariaDisabled = busy ? "true" : null;
  }

  function wait(elt, form, isSent, repeat) {
    // A form that was sent and waits holds all that its autosave would bring.
    if (!isSent && waiting?.isSent && waiting.form === form) return;
    const again = () => { waiting = null; repeat(); };
    waiting = { elt, form, isSent, again };
    unsaved(form);
    tell(navigator.onLine ? say.failed : say.offline, again);
  }

  const resubmit = (form, button) => () => {
    setBusy(form, false);
    form.requestSubmit(button?.isConnected ? button : null);
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    const isLost = !navigator.onLine && form.method === "post";
    if (!isBusy(form) && !isLost) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isBusy(form)) wait(form, form, true, resubmit(form, event.submitter));
  }, true);

  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    keep(form);
    setTimeout(() => setBusy(form, true)); // once the browser has read the button's name
  });

  addEventListener("input", ({ target }) => navigator.onLine || unsaved(target.form));
  addEventListener("online", () => waiting?.again());

  addEventListener("pageshow", ({ persisted }) => {
    for (const form of document.forms) setBusy(form, false);
    if (persisted) return;
    const isNew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    const { classList, dataset } = document.body;
    if ("signedOut" in dataset || document.querySelector(".errors")) forget();
    // What was sent leads to another page, so the same form again means that it did not arrive.
    else if (!restore() && isNew && classList.contains("portal")) forget();
  });

  // --- htmx
  const isSubmit = ({ requestConfig }) => requestConfig.triggeringEvent?.type === "submit";

  addEventListener("htmx:beforeRequest", ({ detail }) => isSubmit(detail) && setBusy(detail.elt, true));
  addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt } = detail.requestConfig; // detail.elt is an ancestor once the swap has removed the form
    if (isSubmit(detail)) {
      setBusy(elt, false);
      // Buttons that stand outside a swapped form belong to the one in its place.
      const swapped = document.getElementById(elt.id);
      if (swapped) setBusy(swapped, false);
    }
    if (!detail.successful || detail.target === notice) return;
    if (detail.requestConfig.verb !== "get" && keeps(elt.closest("form"))) forget();
    if (waiting?.elt === elt) waiting = null;
    // Keeping a draft is no reason to take away what a refused form was told: that has no button.
    if (!waiting && (isSubmit(detail) || notice.querySelector("button"))) notice.replaceChildren();
  });

  const failed = ({ detail }) => {
    const { requestConfig: sent } = detail;
    const { elt } = sent;
    wait(elt, elt.closest("form") ?? elt, isSubmit(detail), isSubmit(detail)
      ? resubmit(elt, sent.triggeringEvent.submitter)
      : () => htmx.ajax(sent.verb, sent.path, { source: elt }));
  };
  addEventListener("htmx:sendError", failed);
  addEventListener("htmx:timeout", failed);

  addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target !== notice) return;
    detail.swapOverride = "innerHTML"; // the place itself must stay
    detail.shouldSwap = !!detail.xhr.getResponseHeader("X-Request-Id");
    if (!detail.shouldSwap) failed({ detail }); // somebody on the way answered in our place
  });

  // --- Where the eye goes
  function focus(element) {
    if (!element) return false;
    element.tabIndex = -1;
    element.focus();
    return true;
  }

  addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
    if (!elt.querySelector || focus(elt.matches(".errors") ? elt : elt.querySelector(".errors"))) return;
    focus(elt.querySelector("h1"));
  });

  if (window.htmx) htmx.config.timeout = 30000; // milliseconds
  focus(document.querySelector(".errors"));
})();
