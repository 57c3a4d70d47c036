// What the page says: short sentences that go away, and one that can be undone.
const box = () => document.getElementById("says");
const told = () => document.getElementById("told");
export const words = () => document.getElementById("words").dataset;

export function say(text, lasts = 4500) {
  if (!text) return null;
  const line = document.createElement("div");
  line.textContent = text;
  box().replaceChildren(...[...box().children].slice(-1), line);
  setTimeout(() => line.remove(), lasts);
  return line;
}

// For screen readers alone: news that sighted people see on the page itself.
export function tell(text) {
  told().textContent = text;
}

let undoing = null;

export function offerUndo({ seconds, undo, conversation }, whenBack) {
  endUndo();
  if (!undo || seconds < 1) { say(words().gone); return; }
  const line = document.createElement("div");
  line.className = "undo";
  const text = document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  button.id = "undo";
  button.textContent = `${words().undo} (z)`;
  line.append(text, button);
  box().replaceChildren(line);
  const until = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    text.textContent = words().answered.replace("{n}", left);
    if (left === 0) endUndo();
  };
  const timer = setInterval(tick, 250);
  undoing = { line, timer, undo, conversation, whenBack };
  button.addEventListener("click", undoNow);
  tick();
}

export function endUndo() {
  if (!undoing) return;
  clearInterval(undoing.timer);
  undoing.line.remove();
  undoing = null;
}

export async function undoNow() {
  if (!undoing) return false;
  const { undo, conversation, whenBack } = undoing;
  endUndo();
  try {
    const reply = await post(undo, new FormData());
    const isBack = reply.ok && (reply.headers.get("HX-Trigger") || "").includes("nestor:taken-back");
    say(isBack ? words().takenBack : words().tooLate);
    if (isBack) whenBack(conversation);
  } catch {
    say(words().failed);
  }
  return true;
}

export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export function post(address, form) {
  return fetch(address, {
    method: "POST",
    body: form,
    headers: { "X-CSRFToken": token(), "HX-Request": "true", "X-Nestor": "fragment" },
    credentials: "same-origin",
  });
}

export async function fragment(address) {
  const reply = await fetch(address, { headers: { "X-Nestor": "fragment" }, credentials: "same-origin" });
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.text();
}
