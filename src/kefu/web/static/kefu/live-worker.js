/* One stream for all tabs of a browser: browsers allow six open connections to a host, and tabs are many. */
import { Engine } from "./live-engine.js";

const tabs = new Set();
const engine = new Engine({ emit: (message) => tabs.forEach((tab) => tab.postMessage(message)) });
let online = false;

self.onconnect = ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => {
    if (data.type === "join") {
      tabs.add(tab);
      for (const missed of engine.join(data.after)) tab.postMessage(missed);
      tab.postMessage({ type: "state", online });
    } else if (data.type === "leave") {
      tabs.delete(tab);
      if (!tabs.size) engine.leave();
    } else if (data.type === "hurry") engine.hurry();
  };
  tab.start();
};

const emit = engine.emit;
engine.emit = (message) => {
  if (message.type === "state") online = message.online;
  emit(message);
};
