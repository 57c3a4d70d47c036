// Saved replies above the answer box: `r` shows them while it is empty, a figure takes one, letters search.
import { fragment, post } from "./says.js";

const PAUSE = 200;
const strip = () => document.getElementById("replies");
const box = () => document.getElementById("answer-text");
const buttons = () => [...strip().querySelectorAll("[data-reply]")];
let isArmed = false; // the next key may be a figure: nothing was typed since the strip opened
let loading = null;
let timer = 0;

async function load(asked = "", isOffered = false) {
  const shown = strip();
  const html = await fragment(`${shown.dataset.from}?q=${encodeURIComponent(asked)}`);
  if (shown !== strip()) return;
  const words = document.getElementById("reply-words");
  if (words && asked) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const [fresh, old] = [page.querySelector("ol"), shown.querySelector("ol")];
    old.replaceWith(fresh);
    const note = page.querySelector("p");
    shown.querySelector("p")?.remove();
    if (note) shown.append(note);
  } else shown.innerHTML = html;
  if (isOffered && !buttons().length) { isArmed = false; return; } // nothing to offer: the box stays as it is
  const scroll = document.getElementById("talk-scroll");
  const isAtEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  shown.hidden = false;
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight; // what one answers stays in sight
}

export function hideReplies() {
  const shown = strip();
  if (!shown || shown.hidden) return false;
  shown.hidden = true;
  isArmed = false;
  return true;
}

// The box was just entered by a key and is empty: what one usually says is a figure away.
export function offerReplies() {
  if (!strip() || box().value) return;
  isArmed = true;
  loading = load("", true).catch(() => { isArmed = false; });
}

function take(button) {
  const area = box();
  area.setRangeText(button.dataset.reply, area.selectionStart, area.selectionEnd, "end");
  hideReplies();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  post(button.dataset.used, new FormData()).catch(() => { /* a use that is not counted harms nobody */ });
}

export async function takeFigure(figure) {
  isArmed = false;
  await loading;
  const button = buttons()[Number(figure) - 1];
  if (button) { take(button); return; }
  box().setRangeText(figure, box().selectionStart, box().selectionEnd, "end"); // it was meant as a figure
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

function press(event) {
  const shown = strip();
  if (!shown || event.isComposing) return;
  const isInside = shown.contains(event.target);
  if (event.target !== box() && !isInside) return;
  const stop = () => { event.preventDefault(); event.stopPropagation(); };
  if (event.key === "Escape" && !shown.hidden) { stop(); hideReplies(); box().focus(); return; }
  if (isInside) { pressInside(event, stop); return; }
  if (!isArmed || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const digit = event.code.match(/^(?:Digit|Numpad)([1-9])$/)?.[1];
  if (digit && !event.ctrlKey && !event.metaKey && !event.altKey) {
    stop();
    loading = takeFigure(digit);
  } else if (event.key === "ArrowUp" && !shown.hidden) { stop(); document.getElementById("reply-words")?.focus(); } else hideReplies();
}

function pressInside(event, stop) {
  const all = buttons();
  const at = all.indexOf(event.target);
  if (event.key === "Enter" && event.target.id === "reply-words") { stop(); if (all[0]) take(all[0]); }
  else if (event.key === "ArrowDown") { stop(); all[Math.min(at + 1, all.length - 1)]?.focus(); }
  else if (event.key === "ArrowUp") { stop(); (at > 0 ? all[at - 1] : document.getElementById("reply-words"))?.focus(); }
}

export function keepReplies() {
  document.addEventListener("keydown", press, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target !== box() || !loading || box().value) return;
    event.preventDefault();
    event.stopPropagation(); // the reply is on its way into the box: it is sent once it is there
    loading.then(() => { if (box()?.value) document.getElementById("send")?.click(); });
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.id === "reply-words") { clearTimeout(timer); timer = setTimeout(() => { loading = load(event.target.value || " ").catch(() => {}); }, PAUSE); }
    if (event.target === box()) isArmed = false;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reply]");
    if (button) { take(button); return; }
    if (event.target.closest("[data-replies-close]")) { hideReplies(); box()?.focus(); return; }
    if (!event.target.closest("#replies-open") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (hideReplies()) return;
    loading = load().then(() => document.getElementById("reply-words")?.focus()).catch(() => location.assign(event.target.closest("a").href));
  });
}
