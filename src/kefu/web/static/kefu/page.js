/* Small comforts for every page. Nothing here is needed for a form to work. */

const toasts = document.getElementById("toasts");

function dress(toast) {
  const close = toast.querySelector("[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
  if (!toast.classList.contains("bad")) setTimeout(() => toast.remove(), 9000);
}

/** Say something for a moment. `tone`: ok, wait or bad. The words come from the server's page, never from code. */
export function toast(text, tone = "ok") {
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  box.dataset.toast = "";
  if (tone === "bad") box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.className = "grow";
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.close = "";
  close.textContent = "×";
  close.setAttribute("aria-label", "×");
  box.append(words, close);
  toasts.append(box);
}

new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.dataset?.toast !== undefined) dress(node);
}).observe(toasts, { childList: true });
toasts.querySelectorAll("[data-toast]").forEach(dress);

/** Ask once more before a form that matters. Resolves to whether the reader said yes. */
function askAgain(form) {
  const words = form.dataset;
  const box = document.createElement("dialog");
  box.className = "box";
  const title = document.createElement("h2");
  title.id = "ask-title";
  title.textContent = words.title;
  const text = document.createElement("p");
  text.className = "soft";
  text.textContent = words.text;
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "stack";
  for (const [value, label, css] of [["yes", words.yes, words.tone || "main"], ["no", words.no, ""]]) {
    const button = document.createElement("button");
    button.className = `btn wide ${css}`;
    button.value = value;
    button.textContent = label;
    row.append(button);
  }
  const inside = document.createElement("div");
  inside.className = "stack wide";
  inside.append(title, text, row);
  box.append(inside);
  box.setAttribute("aria-labelledby", "ask-title");
  document.body.append(box);
  box.showModal();
  return new Promise((tell) => {
    box.addEventListener("close", () => {
      box.remove();
      tell(box.returnValue === "yes");
    });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.dataset.confirm !== undefined && !form.dataset.sure) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await askAgain(form)) {
      form.dataset.sure = "yes";
      form.requestSubmit();
    }
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post") && !form.dataset.stays) {
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  }
}, true);

// What answered a form is not asked for again by going back or reloading: its address is opened instead.
if (document.body.dataset.posted !== undefined) history.replaceState(history.state, "", location.href);

// A page that comes back from the browser's memory starts afresh.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.sure;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(copy.dataset.copied));
  const back = event.target.closest("[data-back]");
  if (back && history.length > 1 && document.referrer.startsWith(location.origin)) {
    event.preventDefault();
    history.back();
  }
});

// Signed out in another tab or on another device: a private page does not stay on the screen.
document.addEventListener("kefu:signedout", () => { if (document.body.classList.contains("has-tabbar")) location.reload(); });

const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong) wrong.focus();

/** A price that runs out: the seconds that are left, and afterwards no button that could still be pressed. */
const runningOut = document.querySelector("[data-runs-out]");
if (runningOut) {
  const words = runningOut.dataset;
  const end = performance.now() + Number(words.runsOut) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    runningOut.textContent = left ? words.left.replace("{}", left) : words.over;
    if (left) return;
    clearInterval(ticking);
    runningOut.setAttribute("role", "alert");
    for (const button of document.getElementById(words.form).querySelectorAll("button")) button.disabled = true;
  };
  const ticking = setInterval(tick, 1000);
  tick();
}
