/* The desk moves without reload: live events refetch the pane they concern, and never what one is typing in. */
import { toast } from "./page.js";

const desk = document.querySelector("[data-desk]");
const conversation = desk?.dataset.conversation;
const talk = document.getElementById("talk");
const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];

async function fetched(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  return answer.ok ? answer.text() : null;
}

async function send(url, fields = {}) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } });
}

/** Refetch one pane; several events in a moment cost one request. What somebody just said goes before any pane. */
function refresher(element, url, { wait = 60 } = {}) {
  let due = 0;
  return () => {
    if (!element || due) return;
    due = setTimeout(async () => {
      due = 0;
      const html = await fetched(url);
      if (html !== null) element.innerHTML = html;
    }, wait);
  };
}

const freshQueue = refresher(document.getElementById("queue"), `/console/queue${conversation ? `?c=${conversation}` : ""}`, { wait: 400 });
const freshHead = refresher(document.getElementById("head"), `/console/c/${conversation}/head`);
const freshCustomer = refresher(document.getElementById("panel"), `/console/c/${conversation}/panel`);
const freshStory = refresher(document.getElementById("story"), `/console/c/${conversation}/story`);
const freshPanel = () => { freshCustomer(); freshStory(); };
if (conversation) freshPanel();

let fetching = Promise.resolve();
function newMessages() {
  fetching = fetching.then(async () => {
    const last = talk.querySelector("[data-seq]:last-of-type") || [...talk.querySelectorAll("[data-seq]")].pop();
    const html = await fetched(`/console/c/${conversation}/messages?after=${last?.dataset.seq || 0}&date=${last?.dataset.date || ""}`);
    if (!html) return;
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const near = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 160;
    for (const item of [...holder.children]) if (!item.id || !document.getElementById(item.id)) talk.append(item);
    if (near) talk.scrollTop = talk.scrollHeight;
    markRead();
  });
  return fetching;
}

function markRead() {
  if (!desk.dataset.mine || document.hidden) return;
  const last = [...talk.querySelectorAll("[data-seq]")].pop();
  if (last && last.dataset.seq !== desk.dataset.read) {
    desk.dataset.read = last.dataset.seq;
    send(`/console/c/${conversation}/read`, { seq: last.dataset.seq });
  }
}

if (desk) {
  document.addEventListener("kefu:desk.message", (event) => {
    if (event.detail?.payload?.conversation === conversation) newMessages();
    freshQueue();
  });
  document.addEventListener("kefu:desk.conversation", (event) => {
    freshQueue();
    if (event.detail?.payload?.conversation !== conversation) return;
    const head = document.getElementById("head");
    const holder = () => head.querySelector("header")?.dataset.holder;
    const before = holder();
    fetched(`/console/c/${conversation}/head`).then((html) => {
      if (html === null) return;
      head.innerHTML = html;
      // Whoever looks on is told who answers now; what they had typed is kept.
      if (holder() !== before) location.reload();
    });
  });
  document.addEventListener("kefu:desk.presence", freshQueue);
  for (const kind of ["wallet.order_changed", "wallet.balance_changed", "cases.case", "cases.proposal"])
    document.addEventListener(`kefu:${kind}`, () => conversation && freshPanel());
  document.addEventListener("kefu:back", () => { freshQueue(); if (conversation) { newMessages(); freshPanel(); } });
  let quiet = 0;
  document.addEventListener("kefu:desk.typing", (event) => {
    const payload = event.detail?.payload || {};
    if (payload.conversation !== conversation || payload.author_kind !== "customer") return;
    const sign = document.getElementById("typing");
    sign.hidden = false;
    clearTimeout(quiet);
    quiet = setTimeout(() => { sign.hidden = true; }, 4000);
  });
  setInterval(() => send("/console/beat"), 20000);
  send("/console/beat");
}
if (talk) {
  talk.scrollTop = talk.scrollHeight;
  markRead();
  document.addEventListener("visibilitychange", markRead);
}

/* Replying: the message keeps its id until the server has it, so a repeat never doubles it. */
const compose = document.getElementById("compose");
if (compose?.tagName === "FORM") {
  const text = compose.querySelector("textarea");
  const problem = document.getElementById("compose-problem");
  const memo = document.getElementById("as-note");
  const kept = `kefu-draft-${conversation}`;
  text.value = sessionStorage.getItem(kept) || "";
  let id = crypto.randomUUID();
  let lastTyping = 0;
  text.addEventListener("input", () => {
    sessionStorage.setItem(kept, text.value);
    if (!isNote() && Date.now() - lastTyping > 2500) {
      lastTyping = Date.now();
      send(`/console/c/${conversation}/typing`);
    }
  });
  const isNote = () => memo.getAttribute("aria-pressed") === "true";
  memo.addEventListener("click", () => {
    const on = !isNote();
    memo.setAttribute("aria-pressed", String(on));
    compose.classList.toggle("memo", on);
    text.placeholder = on ? text.dataset.memo : text.dataset.reply;
    text.focus();
  });
  compose.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = compose.querySelector("input[type=file]");
    if (!text.value.trim() && !file.files.length) return;
    const form = new FormData(compose);
    form.set("id", id);
    const button = document.getElementById("send");
    button.disabled = true;
    try {
      const answer = await send(isNote() ? compose.dataset.note : compose.action, form);
      if (answer.ok) {
        id = crypto.randomUUID();
        text.value = "";
        file.value = "";
        sessionStorage.removeItem(kept);
        problem.hidden = true;
        await newMessages();
      } else {
        const refusal = (await answer.json()).refusal;
        problem.textContent = refusal.text;
        problem.hidden = false;
      }
    } catch {
      toast(document.querySelector("[data-offline]")?.textContent || "…", "wait");
    } finally {
      button.disabled = false;
      text.focus();
    }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      compose.requestSubmit();
    }
  });
}

/* Dialogs and the keyboard. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  if (event.target.closest("[data-dismiss]")) event.target.closest("dialog").close();
  if (event.target.closest("[data-palette]")) openPalette();
});

const palette = document.getElementById("palette");
function openPalette() {
  if (!palette) { location.assign("/console/"); return; }
  palette.showModal();
  const field = document.getElementById("palette-text");
  field.value = "";
  filter("");
  field.focus();
}
function filter(words) {
  let first = true;
  for (const item of palette.querySelectorAll("li")) {
    item.hidden = !item.textContent.toLowerCase().includes(words.toLowerCase());
    item.classList.toggle("on", !item.hidden && first);
    if (!item.hidden) first = false;
  }
}
palette?.addEventListener("input", (event) => filter(event.target.value));
palette?.addEventListener("keydown", (event) => {
  const shown = [...palette.querySelectorAll("li:not([hidden])")];
  const place = shown.findIndex((item) => item.classList.contains("on"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = shown[(place + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length];
    shown[place]?.classList.remove("on");
    next?.classList.add("on");
    next?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    event.preventDefault();
    shown[place]?.querySelector("a").click();
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k" && !document.querySelector('[data-key="k"]')) {
    const links = [...document.querySelectorAll("#queue .rows a")];
    const place = links.indexOf(document.activeElement);
    links[(place + (key === "j" ? 1 : links.length - 1)) % links.length]?.focus();
    return;
  }
  if (key === "r") { document.getElementById("reply")?.focus(); event.preventDefault(); return; }
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
  if (button) { event.preventDefault(); button.click(); }
});

/* A case or an approval that is open on the page reloads itself when it changes, unless one is writing. */
const shownCase = document.querySelector("[data-case]")?.dataset.case;
const waiting = document.querySelector("[data-approvals]");
function reload(event) {
  const writing = [...document.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value);
  if (!writing && (waiting || event.detail?.payload?.case === shownCase)) location.reload();
}
if (shownCase || waiting)
  for (const kind of ["cases.case", "cases.proposal"]) document.addEventListener(`kefu:${kind}`, reload);
