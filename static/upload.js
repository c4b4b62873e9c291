// Each chosen file goes up by itself, with its progress; one that breaks is tried again alone.
(() => {
  const queue = []; // {file, line}: what still waits; the first one is on its way
  let isBusy = false;

  const form = () => document.querySelector("form[data-upload]");

  // The lines stand outside the card, which each answer replaces.
  function list() {
    const found = document.getElementById("uploading");
    if (found) return found;
    const made = document.createElement("ul");
    made.id = "uploading";
    made.className = "parted";
    document.getElementById("files").after(made);
    return made;
  }

  function row(file) {
    const line = document.createElement("li");
    const name = document.createElement("p");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    line.append(name, bar);
    list().append(line);
    return line;
  }

  function press(line, words, then) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button second";
    button.textContent = words;
    button.addEventListener("click", () => {
      for (const one of line.querySelectorAll("button, .error")) one.remove();
      then();
    });
    line.append(button);
  }

  function fail(one, say, problem) {
    const told = document.createElement("p");
    told.className = "error";
    told.setAttribute("role", "alert");
    told.textContent = problem || say.failed;
    one.line.append(told);
    if (problem) one.line.querySelector("progress").remove();
    else press(one.line, say.retry, () => { one.isAgain = true; queue.push(one); next(); });
    press(one.line, say.leave, () => one.line.remove());
  }

  function show(card) {
    document.getElementById("files").replaceWith(card);
    window.htmx?.process(card);
  }

  // Ask for an address as htmx does, and hand on what came, or that nothing did.
  function ask(method, url, body, then, lost, size = 0, onProgress = null, isAgain = false) {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.setRequestHeader("HX-Request", "true");
    if (isAgain) request.setRequestHeader("X-Sent-Again", "1");
    request.timeout = 600000 + size / 50; // milliseconds: no line is slower than 50 kB a second
    if (onProgress) request.upload.addEventListener("progress", onProgress);
    for (const kind of ["error", "timeout", "abort"]) request.addEventListener(kind, lost);
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      then(page.getElementById("files"), request.getResponseHeader("HX-Redirect"));
    });
    request.send(body);
  }

  // A form's key belongs to one file: a try that broke may have arrived, and keeps it.
  function next() {
    const asked = form();
    if (isBusy || !queue.length || !asked) return;
    isBusy = true;
    const one = queue.shift();
    const say = { ...asked.dataset };
    const end = () => { isBusy = false; next(); };
    const lost = () => { fail(one, say); end(); };
    const look = (then) => ask("GET", asked.action, null, (card, elsewhere) => {
      if (elsewhere) return location.assign(elsewhere); // signed out meanwhile
      if (!card) return lost();
      show(card);
      then();
    }, lost);
    const arrived = () => { one.line.remove(); end(); };
    const isAgain = one.isAgain;
    one.isAgain = false;
    if (isAgain || (!one.body && asked.dataset.used)) return look(() => { queue.unshift(one); end(); });
    if (!one.body) {
      one.body = new FormData(asked);
      one.body.set("files", one.file);
      asked.dataset.used = "1";
    }
    ask("POST", asked.action, one.body, (card, elsewhere) => {
      // A try that had arrived is answered by the page on which its file stands.
      if (elsewhere?.startsWith(new URL(asked.action).pathname)) return look(arrived);
      if (elsewhere) return location.assign(elsewhere);
      if (!card) return lost();
      const problem = card.querySelector(".errors li")?.textContent;
      card.querySelector(".errors")?.remove();
      show(card);
      if (!problem) return arrived();
      fail(one, say, problem);
      end();
    }, lost, one.file.size, (event) => {
      if (event.lengthComputable) one.line.querySelector("progress").value = event.loaded / event.total;
    }, one.wasSent);
    one.wasSent = true;
  }

  function take(files) {
    for (const file of files) queue.push({ file, line: row(file) });
    next();
  }

  addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !target.form?.matches("[data-upload]")) return;
    take([...target.files]);
    target.value = "";
  });
})();
