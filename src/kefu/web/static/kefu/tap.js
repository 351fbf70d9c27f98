/* This device as one that pays contactless. It keeps its token's number, its counter and a key that cannot be read
   out; each tap is proved by a key derived for it alone. The words come from the page. */

const place = document.getElementById("tap");
const owner = place.dataset.owner;
const parts = Object.fromEntries([...place.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
const problem = place.querySelector("[data-problem]");
const utf8 = new TextEncoder();

const done = (request) => new Promise((tell, fail) => {
  request.onsuccess = () => tell(request.result);
  request.onerror = () => fail(request.error);
});

async function store(mode, work) {
  const opening = indexedDB.open("kefu.tap", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("devices", { keyPath: "owner" });
  const base = await done(opening);
  try {
    return await work(base.transaction("devices", mode).objectStore("devices"));
  } finally {
    base.close();
  }
}

/** Use up the next counter before anything is said with it, in one transaction: two tabs never share one. */
const counted = () => store("readwrite", async (devices) => {
  const device = await done(devices.get(owner));
  device.counter += 1;
  await done(devices.put(device));
  return device;
});

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (raw) => [...new Uint8Array(raw)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function prove(device, said) {
  const tap = {
    number: device.number,
    counter: String(device.counter),
    amount: said.amount,
    currency: said.currency,
    terminal: said.terminal,
    unpredictable: said.unpredictable,
  };
  const info = new Uint8Array([...utf8.encode("kefu tap"), device.counter >> 8, device.counter & 255]);
  const derived = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    device.key,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  const proof = await crypto.subtle.sign("HMAC", derived, utf8.encode(Object.values(tap).join("|")));
  return { ...tap, cryptogram: hex(proof.slice(0, 8)) };
}

async function ask(url, fields) {
  const token = document.querySelector("body").getAttribute("hx-headers");
  const headers = { Accept: "application/json", ...JSON.parse(token) };
  const sent = fields ? { method: "POST", headers, body: new URLSearchParams(fields) } : { headers };
  const answer = await fetch(url, sent);
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.refusal.code), { words: said.refusal.text });
  return said;
}

/** What the terminal said and the page shows; nothing is proved before its reader confirmed it. */
let shown = null;
/** The tap whose answer was lost: whether it paid only the server knows. */
let unanswered = null;

async function look() {
  shown = await ask(`/tap/terminal?${new URLSearchParams({ number: parts.hold.terminal.value })}`);
  for (const name of ["merchant", "text", "subject", "terminal"]) {
    for (const spot of parts.confirm.querySelectorAll(`[data-${name}]`)) spot.textContent = shown[name];
  }
  turn(parts.confirm);
}

/** One of the two steps is on the page: the number, or what it would pay. */
function turn(part) {
  parts.hold.hidden = part !== parts.hold;
  parts.confirm.hidden = part !== parts.confirm;
  for (const button of place.querySelectorAll("[data-part] button")) button.disabled = false;
  part.querySelector("input, h2").focus();
}

async function pay() {
  unanswered ??= { ...(await prove(await counted(), shown)), key: crypto.randomUUID() };
  try {
    // Under the same key the same tap gives the same answer: asking again never pays again.
    location.assign((await ask("/tap/hold", unanswered)).url);
  } catch (wrong) {
    if (wrong.words) {
      unanswered = null;
      turn(parts.hold);
    } else wrong.words = place.dataset.unsure;
    throw wrong;
  }
}

function leave() {
  shown = null;
  unanswered = null;
  problem.hidden = true;
  turn(parts.hold);
}

async function add() {
  const { label, pin } = parts.add;
  const made = await ask(parts.add.action, { label: label.value, pin: pin.value });
  const key = await crypto.subtle.importKey("raw", bytes(made.key), "HKDF", false, ["deriveKey"]);
  await store("readwrite", (devices) => done(devices.put({ owner, id: made.id, number: made.number, key, counter: 0 })));
  location.reload();
}

function work(form, deed) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    button.disabled = true;
    problem.hidden = true;
    try {
      await deed();
    } catch (wrong) {
      problem.querySelector("p").textContent = wrong.words || place.dataset.again;
      problem.hidden = false;
      button.disabled = false;
    }
  });
}

async function begin() {
  if (!window.indexedDB || !window.crypto?.subtle) {
    parts.unable.hidden = false;
    return;
  }
  const device = await store("readonly", (devices) => done(devices.get(owner)));
  const entry = device && place.querySelector(`[data-device="${CSS.escape(device.id)}"]`);
  if (!entry) {
    parts.add.hidden = false;
    if (parts.add.matches("form")) work(parts.add, add);
    return;
  }
  entry.querySelector("[data-this]").hidden = false;
  if (entry.dataset.status !== "ACTIVE") parts.suspended.hidden = false;
  else {
    parts.hold.hidden = false;
    work(parts.hold, look);
    work(parts.confirm, pay);
    parts.confirm.querySelector("[data-leave]").addEventListener("click", leave);
  }
}

begin();
