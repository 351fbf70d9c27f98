/* What happens elsewhere, told to this page.

   Each event of the stream becomes `kefu:<kind>` on document, with detail {kind, payload, position}; `payload`
   holds ids, the page refetches with its own rights. Besides: `kefu:back` (something may have been missed: load
   what you show anew), `kefu:offline` and `kefu:online` (the line is cut, is there again; also as
   <html data-live="off|on">), `kefu:signedout`. The last position is kept in sessionStorage, so that a page loaded
   next goes on where this one was. */
import { Engine } from "./live-engine.js";

const KEPT = "kefu.live.position";
const PATIENCE_MS = 2500;
const root = document.documentElement;
// <meta name="kefu-after">: the position that the server read before the state on this page.
const rendered = document.querySelector('meta[name="kefu-after"]')?.content;
let last = Number(rendered ?? sessionStorage.getItem(KEPT)) || null;
let cut = 0;
let streaming = false;

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(`kefu:${name}`, { detail }));
}

function reached(position) {
  last = position;
  sessionStorage.setItem(KEPT, String(position));
}

function showOffline() {
  if (root.dataset.live === "off") return;
  root.dataset.live = "off";
  tell("offline", {});
}

/** A short cut is nobody's business: people hear of one that lasts. */
function showState(online) {
  streaming = online;
  clearTimeout(cut);
  // A worker's stream may say hello a moment after the browser said that it has no network.
  if (online && !navigator.onLine) return;
  if (!online) cut = setTimeout(showOffline, PATIENCE_MS);
  else if (root.dataset.live !== "on") {
    const wasOff = root.dataset.live === "off";
    root.dataset.live = "on";
    if (wasOff) tell("online", {});
  }
}

function hear(message) {
  if (message.type === "event") {
    if (message.position !== undefined) {
      if (last !== null && message.position <= last) return;
      reached(message.position);
    }
    tell(message.kind, { kind: message.kind, payload: message.payload, position: message.position });
  } else if (message.type === "at") {
    if (last === null || message.position > last) reached(message.position);
  } else if (message.type === "back") {
    last = null;
    tell("back", {});
  } else if (message.type === "signedout") tell("signedout", {});
  else if (message.type === "state") showState(message.online);
}

/** The usual way: a worker that all tabs share. */
function shared() {
  const worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module", name: "kefu-live" });
  worker.onerror = () => led();
  worker.port.onmessage = ({ data }) => hear(data);
  return (message) => worker.port.postMessage(message);
}

/** Without shared workers: the tab that holds the lock has the stream and passes on what it hears. */
function led() {
  const others = new BroadcastChannel("kefu-live");
  let engine = null;
  others.onmessage = ({ data }) => {
    if (data.type !== "join") hear(data);
    else if (engine) for (const missed of engine.join(data.after)) others.postMessage(missed);
  };
  const lead = () => new Promise(() => {
    engine = new Engine({ emit: (message) => { hear(message); others.postMessage(message); } });
    for (const missed of engine.join(last)) hear(missed);
  });
  if (navigator.locks) navigator.locks.request("kefu-live", lead);
  else lead();
  say = (message) => {
    if (message.type === "hurry") engine?.hurry();
    else if (message.type === "join" && !engine) others.postMessage(message);
  };
  say({ type: "join", after: last });
}

let say = () => {};
if ("SharedWorker" in window) {
  say = shared();
  say({ type: "join", after: last });
} else led();

window.addEventListener("pagehide", () => say({ type: "leave" }));
window.addEventListener("pageshow", (event) => { if (event.persisted) say({ type: "join", after: last }); });
window.addEventListener("online", () => {
  say({ type: "hurry" });
  if (streaming) showState(true);
});
window.addEventListener("offline", showOffline);
