// The palette: a box, a list below it, arrows and Enter. What it does by key is what that key does.
import { fragment, token } from "./says.js";

const dialog = () => document.getElementById("palette");
const field = () => document.getElementById("palette-words");
const list = () => document.getElementById("palette-list");
let turn = 0;
let timer = 0;
let does = () => false;

export function openPalette() {
  if (!dialog() || dialog().open) return false;
  field().value = "";
  dialog().showModal();
  ask();
  field().focus();
  return true;
}

async function ask() {
  const mine = ++turn;
  const isOpen = document.getElementById("talk") ? "1" : "";
  const asked = new URLSearchParams({ q: field().value, open: isOpen });
  try {
    const html = await fragment(`/palette?${asked}`);
    if (mine !== turn) return;
    list().innerHTML = html;
    point(options()[0]);
  } catch { /* what is shown stays; the next letter asks again */ }
}

const options = () => [...list().querySelectorAll('[role="option"]')];

function point(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  field().setAttribute("aria-activedescendant", option?.id || "");
  option?.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  const link = option?.querySelector("a");
  if (!link) return;
  dialog().close();
  const key = link.dataset.does || "";
  if (key.startsWith("brand:")) { speakFor(key.slice(6)); return; }
  if (key) { does(key); return; }
  location.assign(link.getAttribute("href"));
}

function speakFor(slug) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/me/brand";
  for (const [name, value] of [["brand", slug], ["csrfmiddlewaretoken", token()]]) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

export function listenToPalette(doKey) {
  does = doKey;
  if (!dialog()) return;
  field().addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  dialog().addEventListener("keydown", async (event) => {
    const all = options();
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(all[(at + step + all.length) % all.length]);
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (timer) { clearTimeout(timer); timer = 0; await ask(); }
      choose(options().find((one) => one.getAttribute("aria-selected") === "true"));
    }
  });
  list().addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
}
