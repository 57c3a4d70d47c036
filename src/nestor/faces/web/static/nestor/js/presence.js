// Who else is at this conversation: said by each page while it is open, forgotten seconds after it is closed.
import { token, words } from "./says.js";

const EVERY = 10000;
const WRITES_FOR = 6000;
let here = "";
let timer = 0;
let wroteAt = 0;
let saidWriting = false;

const line = () => document.getElementById("presence");
const addressOf = (id) => `/live/here/${id}`;
const isWriting = () => Date.now() - wroteAt < WRITES_FOR;

async function say(leaves = false) {
  if (!here) return;
  const form = new FormData();
  form.append("csrfmiddlewaretoken", token());
  if (leaves) form.append("leaves", "1");
  else if (isWriting()) form.append("writes", "1");
  saidWriting = !leaves && isWriting();
  if (leaves) { navigator.sendBeacon(addressOf(here), form); return; }
  try {
    const asked = here;
    const reply = await fetch(addressOf(here), { method: "POST", body: form, credentials: "same-origin" });
    if (reply.ok && asked === here) show((await reply.json()).others);
  } catch { /* said again soon */ }
}

function show(others) {
  const place = line();
  if (!place) return;
  const writers = others.filter((one) => one.writes).map((one) => one.name);
  const lookers = others.filter((one) => !one.writes).map((one) => one.name);
  const parts = [];
  if (writers.length) parts.push(words().writes.replace("{who}", writers.join(", ")));
  if (lookers.length) parts.push(words().looks.replace("{who}", lookers.join(", ")));
  const text = parts.join(" · ");
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}

export function comeTo(id) {
  if (id === here) return;
  leave();
  here = id;
  wroteAt = 0;
  clearInterval(timer);
  if (!id) return;
  timer = setInterval(() => { if (!document.hidden) say(); }, EVERY);
  say();
}

export function leave() {
  if (here) say(true);
  here = "";
  clearInterval(timer);
}

export function hearPresence(id) { if (id === here) say(); }

document.addEventListener("input", (event) => {
  if (event.target.id !== "answer-text") return;
  wroteAt = Date.now();
  if (!saidWriting) say();
});
setInterval(() => { if (saidWriting && !isWriting()) say(); }, 2000);
window.addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => { if (!document.hidden && here) say(); });
