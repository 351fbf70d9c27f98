/* The stream of one browser: opened with a short-lived pass, resumed by position, kept open through cuts.
   Used by the shared worker (live-worker.js), or by one leading tab where there is no shared worker (live.js). */

const QUIET_MS = 50_000; // the server says something every 20 s; after this long the line is dead
const SLOWEST_MS = 15_000;
const REMEMBERED = 500;

/** Reads server-sent events off a body. Calls `each({event, data, id})`; ends with the body. */
async function readEvents(body, each, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", event = {};
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const at = line.indexOf(": ");
      if (line === "") {
        if (event.data !== undefined) each(event);
        event = {};
      } else if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      else if (line.startsWith(": ")) continue;
      if (event.retry) each({ event: "retry", data: event.retry });
      delete event.retry;
    }
  }
}

/** `emit` gets what tabs should know: {type: "event", kind, payload, position}, {type: "state", online},
    {type: "back"} (state may have been missed: load it anew), {type: "signedout"}. */
export class Engine {
  constructor({ emit, pass = "/live/pass" }) {
    this.emit = emit;
    this.pass = pass;
    this.last = null;
    this.recent = [];
    this.recentFrom = null;
    this.running = false;
    this.turn = 0;
    this.retry = 2000;
    this.failures = 0;
  }

  /** Begin, or go on. `after` is the position that the asking tab has seen (null: none). Answers with the
      messages that this tab missed while the stream was already open. */
  join(after) {
    if (!this.running) {
      this.last = this.last === null || (after !== null && after < this.last) ? after : this.last;
      this.recent = [];
      this.recentFrom = this.last;
      this.running = true;
      this.run();
      return after === null ? [{ type: "back" }] : [];
    }
    const known = after !== null && this.recentFrom !== null && after >= this.recentFrom;
    const missed = known ? this.recent.filter((one) => one.position > after) : [{ type: "back" }];
    return this.last === null ? missed : [...missed, { type: "at", position: this.last }];
  }

  leave() {
    this.running = false;
    this.cut?.abort();
    this.wakeUp?.();
  }

  /** Try at once instead of when the waiting time is over. */
  hurry() {
    this.failures = 0;
    this.wakeUp?.();
  }

  async run() {
    const turn = ++this.turn; // who left and came back at once has two loops for a moment: the older one ends
    while (this.running && turn === this.turn) {
      let wait = 0;
      try {
        wait = (await this.open()) ? 0 : this.retry;
      } catch {
        wait = Math.min(SLOWEST_MS, this.retry * 2 ** this.failures) * (0.5 + Math.random() / 2);
        this.failures += 1;
      }
      if (!this.running || turn !== this.turn) return;
      this.emit({ type: "state", online: false });
      if (wait) await this.sleep(wait);
    }
  }

  sleep(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wakeUp = () => { clearTimeout(timer); done(); };
    });
  }

  /** One stream from its pass to its end. True: come back at once (the pass ran out). */
  async open() {
    const pass = await fetch(this.pass, { method: "POST", credentials: "same-origin" });
    if (pass.status === 401 || pass.status === 403) {
      this.running = false;
      this.emit({ type: "signedout" });
      return false;
    }
    if (!pass.ok) throw new Error(`pass ${pass.status}`);
    const given = await pass.json();
    const url = new URL(given.url, self.location.href);
    if (given.token) url.searchParams.set("token", given.token);
    if (this.last !== null) url.searchParams.set("after", this.last);
    this.cut = new AbortController();
    let quiet = 0;
    const alive = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => this.cut.abort(), QUIET_MS);
    };
    alive();
    try {
      const answer = await fetch(url, { credentials: "include", cache: "no-store", signal: this.cut.signal });
      if (!answer.ok) throw new Error(`stream ${answer.status}`);
      let again = false;
      await readEvents(answer.body, (event) => { again = this.hear(event) || again; }, alive);
      return again;
    } finally {
      clearTimeout(quiet);
    }
  }

  /** One event off the wire. True: the stream ends and may be opened again at once. */
  hear({ event, data, id }) {
    if (event === "retry") {
      this.retry = Number(data);
      return false;
    }
    const { payload } = JSON.parse(data);
    const position = id === undefined ? undefined : Number(id);
    if (event === "hello") {
      this.failures = 0;
      this.emit({ type: "state", online: true });
      if (payload.fresh && this.last !== null) this.emit({ type: "back" });
      if (payload.fresh || this.last === null) {
        this.recent = [];
        this.recentFrom = position;
        this.last = position;
        this.emit({ type: "at", position });
      }
    } else if (event === "expired" || event === "revoked") {
      return true;
    } else if (event === "position") {
      this.last = position;
      this.emit({ type: "at", position });
    } else {
      const told = { type: "event", kind: event, payload, position };
      if (position !== undefined) {
        this.last = position;
        this.recent.push(told);
        if (this.recent.length > REMEMBERED) this.recentFrom = this.recent.shift().position;
      }
      this.emit(told);
    }
    return false;
  }
}
