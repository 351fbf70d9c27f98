/* The customer's conversation: what one writes shows at once and is kept until the server has it; what others say
   comes as the server's own HTML. Without this file the page is a plain form. */
import { Outbox } from "./outbox.js";
import { toast } from "./page.js";

const talk = document.getElementById("talk");
const scroller = document.getElementById("main");
const compose = document.getElementById("compose");
const form = compose.querySelector("form");
const text = form.elements.body;
const picker = form.elements.file;
const picks = document.getElementById("picks");
const words = talk.dataset;
const draft = `kefu.draft.${words.me}`;

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;
const post = (url, body, type) => fetch(url, {
  method: "POST",
  body,
  headers: { Accept: "application/json", "X-CSRFToken": token(), ...(type && { "Content-Type": type }) },
});
const postJson = (url, given) => post(url, JSON.stringify(given), "application/json");

/** In a frame on another site the door opens in the frame itself; it leads out from there. */
function leave() {
  if (window === window.top) location.assign("/signin/?next=/chat/");
  else location.reload();
}

/* ---- where we stand ---- */
const last = () => [...talk.querySelectorAll("li[data-seq]")].pop();
const isNear = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 180;
const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
const bubble = (id) => talk.querySelector(`li[data-id="${id}"]`);

/* ---- what is new ---- */
let fetching = Promise.resolve();
function fetchNew() {
  fetching = fetching.then(async () => {
    const at = last();
    const query = new URLSearchParams({ after: at?.dataset.seq || 0, date: at?.dataset.date || "", conversation: at?.dataset.conversation || "" });
    const answer = await fetch(`/chat/messages?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) show(await answer.text());
  });
  return fetching;
}

function show(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const near = isNear();
  let fromUs = false, added = 0;
  for (const item of [...holder.content.children]) {
    const id = item.dataset.id;
    if (id && document.getElementById(item.id)) continue;
    if (id) {
      bubble(id)?.remove();
      outbox.acknowledge(id);
      fromUs = fromUs || item.dataset.author !== "customer";
    }
    talk.insertBefore(item, talk.querySelector("li[data-pending]"));
    added += 1;
    window.htmx?.process(item);
    for (const image of item.querySelectorAll("img")) image.addEventListener("load", () => { if (near) toEnd(); });
  }
  if (!added) return;
  document.getElementById("chat-empty")?.remove();
  if (fromUs) hideTyping();
  if (near) toEnd();
  markRead();
}

let seen = "";
function markRead() {
  const theirs = [...talk.querySelectorAll('li[data-seq]:not([data-author="customer"])')].pop();
  if (!theirs) return;
  const what = document.hidden ? "delivered" : "read";
  const now = `${what}:${theirs.dataset.id}`;
  if (seen === now || seen === `read:${theirs.dataset.id}`) return;
  seen = now;
  postJson("/chat/read", { conversation: theirs.dataset.conversation, seq: Number(theirs.dataset.seq), what }).catch(() => { seen = ""; });
}

function setMark(item, mark) {
  const sign = item.querySelector(".mark");
  if (!sign || sign.dataset.mark === "read" || sign.dataset.mark === mark) return;
  sign.dataset.mark = mark;
  sign.replaceChildren(document.querySelector("#marks").content.querySelector(`[data-for="${mark}"]`).cloneNode(true));
}

/* ---- what one writes ---- */
function pending(message) {
  const item = document.getElementById("pending-bubble").content.firstElementChild.cloneNode(true);
  item.dataset.id = message.id;
  const said = item.querySelector(".b");
  if (message.body) said.textContent = message.body;
  else said.remove();
  if (message.files.length) item.querySelector("[data-files]").hidden = false;
  talk.append(item);
  document.getElementById("chat-empty")?.remove();
  return item;
}

function changed(what, message, answer) {
  const item = bubble(message.id) || pending(message);
  if (what === "added") {
    setTimeout(() => { if (bubble(message.id)?.dataset.pending) showTyping(); }, 600);
    toEnd();
  } else if (what === "sent") {
    item.classList.remove("failed");
    setMark(item, "sent");
    const said = item.querySelector(".b");
    if (said && answer?.body && item.dataset.pending) said.textContent = answer.body;
    setTimeout(fetchNew, 1500);
  } else if (what === "refused") {
    item.classList.add("failed");
    item.querySelector(".mark").textContent = answer?.refusal?.text || words.failed;
    item.querySelector("[data-again]").hidden = false;
    hideTyping();
  } else if (what === "signedout") leave();
}

const outbox = new Outbox({ name: words.me, post: (message) => postJson("/chat/messages", message), changed });
for (const message of outbox.kept()) if (!bubble(message.id)) pending(message);

talk.addEventListener("click", (event) => {
  const item = event.target.closest("li[data-pending]");
  if (event.target.closest("[data-retry]")) {
    item.classList.remove("failed");
    item.querySelector("[data-again]").hidden = true;
    item.querySelector(".mark").textContent = words.sending;
    outbox.retry(item.dataset.id);
  } else if (event.target.closest("[data-drop]")) {
    outbox.drop(item.dataset.id);
    item.remove();
  }
});

/* ---- attachments ---- */
const chosen = new Map();
async function choose(files) {
  for (const file of files) {
    const body = new FormData();
    body.append("file", file);
    const answer = await post("/chat/files", body).catch(() => null);
    const given = await answer?.json().catch(() => null);
    if (answer?.ok) addPick(given, file);
    else toast(given?.refusal?.text || words.failed, "bad");
  }
  picker.value = "";
}

function addPick(given, file) {
  chosen.set(given.id, given);
  const item = document.getElementById("picked-file").content.firstElementChild.cloneNode(true);
  item.querySelector("[data-name]").textContent = given.name;
  if (given.is_image) {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    item.prepend(image);
  }
  item.querySelector("button").addEventListener("click", () => {
    chosen.delete(given.id);
    item.remove();
    picks.hidden = !chosen.size;
  });
  picks.append(item);
  picks.hidden = false;
}

/* ---- the form ---- */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function send() {
  const body = text.value.trim();
  if (!body && !chosen.size) return;
  outbox.add({ body, files: [...chosen.keys()] });
  text.value = "";
  sessionStorage.removeItem(draft);
  chosen.clear();
  picks.replaceChildren();
  picks.hidden = true;
  grow();
  text.focus();
}

compose.classList.add("scripted");
text.value ||= sessionStorage.getItem(draft) || "";
grow();
picker.addEventListener("change", () => choose(picker.files));
text.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  choose(event.clipboardData.files);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.say === undefined) return;
  event.preventDefault();
  outbox.add({ body: event.target.elements.body.value, files: [] });
});

let typedAt = 0;
text.addEventListener("input", () => {
  sessionStorage.setItem(draft, text.value);
  grow();
  const at = last();
  if (!at || Date.now() - typedAt < 2500) return;
  typedAt = Date.now();
  postJson("/chat/typing", { conversation: at.dataset.conversation }).catch(() => {});
});

/* ---- somebody writes ---- */
const dots = document.getElementById("typing");
let quiet = 0;
function showTyping() {
  dots.hidden = false;
  if (isNear()) toEnd();
  clearTimeout(quiet);
  quiet = setTimeout(hideTyping, 6000);
}
function hideTyping() {
  dots.hidden = true;
}

/* ---- what is told from elsewhere ---- */
const offline = document.getElementById("chat-offline");
const showLine = () => { offline.hidden = document.documentElement.dataset.live !== "off"; };
document.addEventListener("kefu:desk.message", fetchNew);
document.addEventListener("kefu:back", fetchNew);
document.addEventListener("kefu:desk.read", ({ detail }) => {
  const { conversation, seq, side, what } = detail.payload;
  if (side !== "staff") return;
  for (const item of talk.querySelectorAll(`li.mine[data-conversation="${conversation}"]`))
    if (Number(item.dataset.seq) <= seq) setMark(item, what);
});
document.addEventListener("kefu:desk.typing", ({ detail }) => { if (detail.payload.side === "staff") showTyping(); });
document.addEventListener("kefu:signedout", leave);
document.addEventListener("kefu:offline", showLine);
document.addEventListener("kefu:online", () => { showLine(); fetchNew(); });
document.addEventListener("visibilitychange", markRead);
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb === "post") setTimeout(fetchNew, 700);
});
setInterval(() => { if (document.documentElement.dataset.live === "off" || !dots.hidden) fetchNew(); }, 4000);

showLine();
toEnd();
markRead();
