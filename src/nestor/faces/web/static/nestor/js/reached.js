// "Be told in this browser": asks the browser, registers with its push service, tells the desk.
import { say, token } from "./says.js";

const button = document.getElementById("add-browser");
const note = document.getElementById("browser-note");

const raw = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const nameOf = () => {
  const known = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const browser = (known.find(([mark]) => navigator.userAgent.includes(mark)) || ["", ""])[1];
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"].find((one) => navigator.userAgent.includes(one)) || "";
  return [browser, system].filter(Boolean).join(" · ");
};

function explain(text) {
  note.textContent = text;
  note.hidden = false;
}

async function add() {
  button.disabled = true;
  try {
    if (await Notification.requestPermission() !== "granted") { explain(button.dataset.denied); return; }
    const worker = await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const { key } = await (await fetch("/me/reached/key", { credentials: "same-origin" })).json();
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw(key) });
    const reply = await fetch("/me/reached/browser", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ name: nameOf(), subscription: subscription.toJSON() }),
    });
    const { says } = await reply.json();
    if (!reply.ok) { explain(says); return; }
    say(says);
    location.reload();
  } catch {
    explain(button.dataset.failed);
  } finally {
    button.disabled = false;
  }
}

if (button) {
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (can) { button.hidden = false; button.addEventListener("click", add); }
  else explain(button.dataset.cannot);
}
