/* What one wrote and the server has not yet: kept in this browser until it is acknowledged, sent in order, and sent
   again after a reload, a cut or a dead server. Each message has its own id, so the server keeps it once.

   const outbox = new Outbox({ name: customerId, post, changed });
     name      whose messages: another who signs in on this browser neither sees nor sends them
     post      async (message) => Response   — message is {id, body, files, at}; files are ids of stored files
     changed   (what, message, answer) => …  — what is one of
                 "added"     it is kept and will be sent
                 "sent"      the server has it (answer: its JSON); it is kept no longer
                 "waiting"   no answer, or come back later; it will be sent again by itself
                 "refused"   the server will not take it (answer: its JSON); call retry(id) or drop(id)
                 "signedout" sign in first; all stays kept
   outbox.add({ body, files })   keep and send; returns the message
   outbox.kept()                 what is kept, in order: show these first after a load
   outbox.acknowledge(id)        it was seen in the conversation: its answer got lost, but it arrived
   outbox.retry(id), outbox.drop(id), outbox.hurry()                                                          */

const FIRST_MS = 1000, SLOWEST_MS = 15_000;

export class Outbox {
  constructor({ name, post, changed = () => {} }) {
    this.key = `kefu.outbox.${name}`;
    this.post = post;
    this.changed = changed;
    this.wait = FIRST_MS;
    this.memory = null;
    this.mine = new Set();
    window.addEventListener("storage", (event) => { if (event.key === this.key) this.notice(); });
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("kefu:online", () => this.hurry());
    this.send();
  }

  kept() {
    if (this.memory) return [...this.memory];
    try {
      return JSON.parse(localStorage.getItem(this.key) || "[]");
    } catch {
      return [];
    }
  }

  write(messages) {
    try {
      if (messages.length) localStorage.setItem(this.key, JSON.stringify(messages));
      else localStorage.removeItem(this.key);
      this.memory = null;
    } catch {
      this.memory = messages; // storage is full or forbidden: keep them as long as the page lives
    }
  }

  /** Change the kept list as it is now: other tabs write it too. */
  alter(id, how) {
    const messages = this.kept();
    const at = messages.findIndex((one) => one.id === id);
    if (at < 0) return null;
    const [message] = messages.splice(at, 1);
    const stays = how(message);
    if (stays) messages.splice(at, 0, stays);
    this.write(messages);
    return message;
  }

  add({ body, files = [] }) {
    const message = { id: crypto.randomUUID(), body, files, at: new Date().toISOString() };
    this.mine.add(message.id);
    this.write([...this.kept(), message]);
    this.changed("added", message);
    this.send();
    return message;
  }

  /** Another tab may have sent what was written here. */
  notice() {
    const kept = new Set(this.kept().map((one) => one.id));
    for (const id of this.mine) if (!kept.has(id)) this.sent({ id }, null);
  }

  sent(message, answer) {
    this.mine.delete(message.id);
    this.changed("sent", message, answer);
  }

  acknowledge(id) {
    const message = this.alter(id, () => null);
    if (message) this.sent(message, null);
  }

  retry(id) {
    this.alter(id, ({ refused, ...message }) => message);
    this.hurry();
  }

  drop(id) {
    this.alter(id, () => null);
  }

  hurry() {
    this.wait = FIRST_MS;
    this.wakeUp?.();
    this.send();
  }

  /** Send what is kept, one after another. One tab at a time: order is that of writing. */
  send() {
    if (this.sending) return this.sending;
    const work = () => this.drain();
    this.sending = (navigator.locks ? navigator.locks.request(this.key, work) : work()).finally(() => {
      this.sending = null;
      if (this.kept().some((one) => !one.refused) && !this.stopped) this.send();
    });
    return this.sending;
  }

  async drain() {
    this.stopped = false;
    for (;;) {
      const message = this.kept().find((one) => !one.refused);
      if (!message) return;
      const [outcome, answer, later] = await this.attempt(message);
      if (outcome === "sent") {
        this.wait = FIRST_MS;
        if (this.alter(message.id, () => null)) this.sent(message, answer);
      } else if (outcome === "refused") {
        this.alter(message.id, (one) => ({ ...one, refused: true }));
        this.changed("refused", message, answer);
      } else if (outcome === "signedout") {
        this.stopped = true;
        this.changed("signedout", message, answer);
        return;
      } else {
        this.changed("waiting", message, answer);
        await this.sleep(later || this.wait * (0.75 + Math.random() / 2));
        this.wait = Math.min(SLOWEST_MS, this.wait * 2);
      }
    }
  }

  async attempt(message) {
    let response;
    try {
      const { id, body, files, at } = message;
      response = await this.post({ id, body, files, at });
    } catch {
      return ["waiting", null, 0];
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer ? ["sent", answer, 0] : ["waiting", null, 0];
    if (response.status === 401 || response.status === 403) return ["signedout", answer, 0];
    if (response.status === 429) return ["waiting", answer, 1000 * Number(response.headers.get("Retry-After") || 3)];
    if (response.status >= 500 || response.status === 408) return ["waiting", answer, 0];
    return ["refused", answer, 0];
  }

  sleep(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wakeUp = () => { clearTimeout(timer); done(); };
    });
  }
}
