// What happens to a form while the network does not answer, and where does the eye go after a swap?
(() => {
  const notice = document.getElementById("notice");
  const say = notice.dataset;
  const storeName = "unsent";
  let waiting = null; // repeats the request that did not get through, with the same keys

  // --- Telling
  function tell(sentence, retry) {
    const line = document.createElement("p");
    line.textContent = sentence;
    if (retry) {
      const again = document.createElement("button");
      again.className = "button second";
      again.textContent = say.retry;
      again.addEventListener("click", retry);
      line.append(again);
    }
    notice.replaceChildren(line);
  }

  function markUnsaved(form) {
    const state = form?.querySelector("[data-saved]");
    if (state) state.textContent = say.unsaved;
  }

  // --- Keeping what was typed, only until it is sent
  const kept = (form) => form?.matches?.("form[data-keep]") && form.elements.submission_key?.value;

  function keep(form) {
    const key = kept(form);
    if (!key) return;
    const typed = [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && !["csrf_token", "version"].includes(name)
        && form.elements[name].type !== "password");
    sessionStorage.setItem(storeName, JSON.stringify({ key, typed }));
  }

  const forget = () => sessionStorage.removeItem(storeName);

  function restore() {
    const { key, typed } = JSON.parse(sessionStorage.getItem(storeName) || "{}");
    const form = [...document.forms].find((one) => key && kept(one) === key);
    if (!form) return;
    for (const field of form.elements) {
      const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (values.length && !["hidden", "submit"].includes(field.type)) field.value = values[0];
    }
    tell(say.restored);
  }

  // --- One request at a time for one form
  const isBusy = (form) => form.getAttribute("aria-busy") === "true";

  function setBusy(form, busy) {
    if (form?.tagName !== "FORM") return;
    form.toggleAttribute("aria-busy", busy);
    if (busy) form.setAttribute("aria-busy", "true");
    for (const one of form.elements) {
      if (one.type === "submit") busy ? one.setAttribute("aria-disabled", "true") : one.removeAttribute("aria-disabled");
    }
  }

  function wait(form, submitter) {
    waiting = () => {
      waiting = null;
      setBusy(form, false);
      form.requestSubmit(submitter?.isConnected ? submitter : null);
    };
    keep(form);
    markUnsaved(form);
    tell(navigator.onLine ? say.failed : say.offline, waiting);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (isBusy(form) || (!navigator.onLine && form.method === "post")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!isBusy(form)) wait(form, event.submitter);
    }
  }, true);

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return; // htmx sends it, or nobody does
    keep(event.target);
    setTimeout(() => setBusy(event.target, true)); // after the browser has read the button's name
  });

  document.addEventListener("input", (event) => {
    if (!navigator.onLine && kept(event.target.form)) { keep(event.target.form); markUnsaved(event.target.form); }
  });

  addEventListener("online", () => waiting?.());
  addEventListener("pageshow", (event) => {
    for (const form of document.forms) setBusy(form, false);
    const [visit] = performance.getEntriesByType("navigation");
    if (event.persisted) return;
    if ("signedOut" in document.body.dataset || visit?.type === "navigate") forget();
    else restore();
  });

  // --- htmx
  document.addEventListener("htmx:beforeRequest", ({ detail }) => setBusy(detail.elt, true));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    setBusy(detail.elt, false);
    if (detail.xhr.status) { forget(); waiting = null; if (detail.successful) notice.replaceChildren(); }
  });

  function failed({ detail }) {
    const { elt, requestConfig: sent } = detail;
    if (elt.tagName === "FORM") return wait(elt, sent.triggeringEvent?.submitter);
    waiting = () => {
      waiting = null;
      htmx.ajax(sent.verb, sent.path, { source: elt, target: detail.target });
    };
    keep(elt.form);
    markUnsaved(elt.form);
    tell(navigator.onLine ? say.failed : say.offline, waiting);
  }
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target === notice) detail.swapOverride = "innerHTML"; // the place itself must stay
  });

  // --- Where the eye goes
  function focus(element) {
    if (!element) return false;
    element.tabIndex = -1;
    element.focus();
    return true;
  }

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (focus(detail.elt.querySelector(".errors"))) return;
    if (detail.elt.id === "main" || detail.elt.querySelector("h1")) focus(document.querySelector("h1"));
  });

  if (window.htmx) htmx.config.timeout = 30000;
  focus(document.querySelector(".errors"));
})();
