// Single keys, wherever one is not typing. `event.key` follows the keyboard's own layout.
import { chooseAll, chooseHere, chooseNone, undoBulk } from "./choose.js";
import { closeMenu, openMenu } from "./menus.js";
import { openFoot, openNote } from "./notes.js";
import { openPalette } from "./palette.js";
import { back, isOpen, move, openFocused, reply, translateOne, typeAhead, unveil, whenOpen, why } from "./talk.js";
import { undoNow } from "./says.js";

const GO = { b: "/brands/", t: "/", i: "/inbox/", m: "/members/", c: "/channels/", j: "/journal/", n: "/notices/" };
let going = 0;

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
function press(id) {
  const found = document.getElementById(id);
  if (found?.form) htmx.process(found.form); // it may have been put in place this very moment
  found?.click();
  return Boolean(found);
}

function unfold(selector) {
  const summary = document.querySelector(selector);
  summary?.click();
  return Boolean(summary);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => openFocused(),
  r: () => reply(),
  n: () => openNote(),
  w: () => openFoot("elsewhere-box"),
  q: () => openFoot("forward-box"),
  e: () => press("deed-settle"),
  a: () => press("deed-take"),
  h: () => unfold("#hand-menu > summary"),
  H: () => { location.assign("/relief/"); return true; },
  Y: () => press("relief-confirm"),
  l: () => openMenu("lane-menu"),
  b: () => openMenu("brands"),
  v: () => unveil(),
  y: () => why(),
  s: () => press("deed-wake") || unfold("#snooze-menu > summary"),
  T: () => translateOne(),
  t: () => unfold("#label-menu > summary"),
  m: () => unfold("#merge-menu > summary"),
  x: () => chooseHere(),
  X: () => chooseHere(true),
  "*": () => chooseAll(),
  z: () => { if (undoBulk()) return true; undoNow().then((done) => { if (!done) document.querySelector(".delivery.waiting form button")?.click(); }); return true; },
  f: () => { const first = document.getElementById("first"); if (first) first.click(); else location.assign("/"); return true; },
  "/": () => openPalette(),
  "?": () => { document.getElementById("keys")?.showModal(); return true; },
};

const DEEDS = new Set(["e", "a", "h", "l", "m", "n", "q", "s", "t", "T", "v", "w", "y"]); // what concerns the conversation that is open

function inMenu(event) {
  const menu = document.querySelector("details.menu[open], #elsewhere-box[open]");
  if (!menu) return false;
  const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/)?.[1]; // the key with the digit, also where it needs Shift
  const button = menu.querySelector(`[data-key="${CSS.escape(digit ?? event.key)}"]`);
  if (button) { button.click(); menu.open = false; event.preventDefault(); return true; }
  if (event.key === "Escape" || event.key.length !== 1) return false;
  menu.open = false; // whoever presses another key is done with the menu: that key counts, and the next ones
  return !(event.key in KEYS);
}

export const doKey = (key) => KEYS[key]?.() ?? false;

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.id === "answer-text") {
      event.preventDefault();
      document.getElementById("send")?.click();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.id === "note-text") {
      event.preventDefault();
      document.getElementById("note-write")?.click();
      return;
    }
    if (!isTyping(target) && typeAhead(event)) { event.preventDefault(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "k") { if (openPalette()) event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (document.querySelector("dialog[open]")) return;
      if (closeMenu()) return;
      if (isTyping(target)) { target.blur(); document.getElementById("conversation")?.focus({ preventScroll: true }); return; }
      if (chooseNone()) return;
      if (isOpen()) back();
      return;
    }
    if (isTyping(target) || document.querySelector("dialog[open]") || inMenu(event)) return;
    if (going && Date.now() - going < 1500 && GO[event.key]) {
      going = 0;
      event.preventDefault();
      location.assign(GO[event.key]);
      return;
    }
    going = event.key === "g" ? Date.now() : 0;
    if (DEEDS.has(event.key) && whenOpen(() => KEYS[event.key]())) { event.preventDefault(); return; }
    if (KEYS[event.key]?.()) event.preventDefault();
  });
}
