// The conversation pane: opening one without losing the list, going on to the next, what follows a deed.
import { endWriting, startWriting } from "./draft.js";
import { offerReplies, takeFigure } from "./replies.js";
import { comeTo } from "./presence.js";
import { endUndo, fragment, offerUndo, say, tell, words } from "./says.js";

const inbox = () => document.getElementById("inbox");
const pane = () => document.getElementById("conversation");
const rows = () => [...document.querySelectorAll("#rows > li[data-conversation]")];
const opened = () => document.getElementById("talk")?.dataset.open || "";
const query = () => inbox()?.dataset.query || "";
const addressOf = (id) => `/inbox/${id}/${query() ? `?${query()}` : ""}`;
export const isOpen = () => Boolean(inbox()) && opened() !== "";
export const openId = opened;
let turn = 0;
let opening = null; // the conversation on its way: keys meant for it wait for it
let ahead = null; // what was typed into an answer box that is not there yet

function mark(id) {
  for (const row of rows()) {
    const isIt = row.dataset.conversation === id;
    row.toggleAttribute("data-is-shown", isIt);
    const link = row.querySelector("a");
    if (isIt) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
}

function show(html, id) {
  endWriting();
  pane().innerHTML = html;
  htmx.process(pane());
  inbox().dataset.shows = id ? "talk" : "list";
  mark(id);
  settle();
}

// After a pane is in place: last message in sight, box ready.
function settle() {
  const scroll = document.getElementById("talk-scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
  startWriting();
  comeTo(opened());
  count();
}

export function open(id, options = {}) {
  const mine = load(id, options).finally(() => { if (opening === mine) opening = null; });
  opening = mine;
  return mine;
}

// Do a key's deed on the conversation that is coming, never on the one that is going.
export function whenOpen(deed) {
  if (!opening) return false;
  opening.then(deed);
  return true;
}

// Letters typed while the box is on its way are kept for it.
export function typeAhead(event) {
  if (ahead === null || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Backspace") ahead = ahead.slice(0, -1);
  else if (event.key === "Enter") ahead += "\n";
  else if (event.key.length === 1) ahead += event.key;
  else return false;
  return true;
}

async function load(id, { push = true, focus = true } = {}) {
  if (!inbox()) { location.assign(`/inbox/${id}/`); return; }
  const mine = ++turn;
  try {
    const html = await fragment(addressOf(id));
    if (mine !== turn) return;
    show(html, id);
    if (push) history.pushState({ open: id }, "", addressOf(id));
    const name = document.querySelector("#talk-head h1")?.textContent.trim();
    document.title = name ? `${name} · Nestor` : document.title;
    if (focus) pane().focus({ preventScroll: true });
    document.querySelector(`#row-${id}`)?.scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (error.message === "401") say(words().signedOut, 9000);
    else if (error.message === "404") say(words().refused);
    else location.assign(addressOf(id));
  }
}

export async function close({ push = true } = {}) {
  if (!isOpen()) return;
  const was = opened();
  ++turn;
  show(await fragment("/inbox/nothing"), "");
  if (push) history.pushState({ open: "" }, "", `/inbox/${query() ? `?${query()}` : ""}`);
  document.querySelector(`#row-${was} a`)?.focus();
}

export function back() {
  if (document.activeElement && pane()?.contains(document.activeElement)) document.activeElement.blur();
  if (matchMedia("(max-width: 56.25rem)").matches && isOpen()) { close(); return; }
  const row = document.querySelector("#rows > li[data-is-shown] a");
  if (row) row.focus();
}

// j and k: open the neighbour where a conversation is open, else move among the rows.
export function move(step) {
  const all = rows();
  if (!all.length) return false;
  const focused = document.activeElement?.closest?.("#rows > li[data-conversation]");
  const at = isOpen() ? all.findIndex((row) => row.dataset.conversation === opened()) : all.indexOf(focused);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (!next) { tell(words().end); return true; }
  if (isOpen()) open(next.dataset.conversation);
  else { next.querySelector("a").focus(); next.scrollIntoView({ block: "nearest" }); }
  return true;
}

export function openFocused() {
  const row = document.activeElement?.closest?.("li[data-conversation]") || (isOpen() ? null : rows()[0]);
  if (!row) return false;
  open(row.dataset.conversation);
  return true;
}

export function reply() {
  if (opening) {
    ahead ??= "";
    opening.then(reply);
    return true;
  }
  const box = document.getElementById("answer-text");
  if (!box) {
    ahead = null;
    return isOpen() ? false : openFocused();
  }
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  if (!ahead) offerReplies();
  else if (/^[1-9]$/.test(ahead) && !box.value) { offerReplies(); takeFigure(ahead); }
  else {
    box.setRangeText(ahead, box.value.length, box.value.length, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  ahead = null;
  return true;
}

export function unveil() {
  const veils = [...document.querySelectorAll("#thread [data-veil]")];
  const wanted = veils.some((veil) => !veil.open);
  for (const veil of veils) veil.open = wanted;
  return veils.length > 0;
}

export function why() {
  const buttons = document.querySelectorAll("#thread [data-why]");
  buttons[buttons.length - 1]?.click();
  return buttons.length > 0;
}

// The last message in another language that is in sight and not translated yet; pressed again, the one before it.
export function translateOne() {
  const forms = [...document.querySelectorAll("#thread [data-translate]")];
  const last = forms.reverse().find((form) => form.checkVisibility() && !form.nextElementSibling.childElementCount);
  last?.querySelector("button").click();
  return forms.length > 0;
}

function neighbour() {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.conversation === opened());
  return (all[at + 1] || all[at - 1])?.dataset.conversation || "";
}

function goOn() {
  const next = neighbour();
  if (next && next !== opened()) open(next);
}

// Seconds of deliveries that are about to leave.
function count() {
  for (const chip of document.querySelectorAll("[data-leaves-at]")) {
    const left = Math.ceil((Date.parse(chip.dataset.leavesAt) - Date.now()) / 1000);
    const text = [...chip.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (text && left >= 0) text.textContent = text.textContent.replace(/\d+/, left);
  }
}

export async function refreshTalk() {
  if (!isOpen()) return;
  const scroll = document.getElementById("talk-scroll");
  const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  await htmx.ajax("GET", `/inbox/${opened()}/fresh?${query()}`, { target: "body", swap: "none" });
  if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
}

// Whoever has looked further back keeps it when the thread is drawn again, and stays where they were.
function keepEarlier() {
  let below = 0;
  document.body.addEventListener("htmx:configRequest", (event) => {
    const from = document.querySelector("#thread [data-thread-from]")?.dataset.threadFrom;
    if (from && !event.detail.path.includes("/earlier?")) event.detail.headers["X-Nestor-From"] = from;
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const scroll = document.getElementById("talk-scroll");
    if (event.detail.target?.matches?.(".earlier") && scroll) below = scroll.scrollHeight - scroll.scrollTop;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    const scroll = document.getElementById("talk-scroll");
    if (below && scroll) scroll.scrollTop = scroll.scrollHeight - below;
    below = 0;
  });
}

// What was unfolded stays unfolded when its part of the page is replaced.
const unfolded = new Set();
function keepFolds() {
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    unfolded.clear();
    for (const fold of event.target.querySelectorAll?.("details[open][id]") || []) unfolded.add(fold.id);
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    for (const id of unfolded) { const fold = document.getElementById(id); if (fold && !fold.classList.contains("menu")) fold.open = true; }
    count();
  });
}

export function openInbox() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const row = event.target.closest("#rows > li[data-conversation] a");
    const other = event.target.closest("a[data-other]");
    const returns = event.target.closest("a[data-back]");
    if (!inbox() || !(row || other || returns)) return;
    event.preventDefault();
    if (returns) close();
    else open(row ? row.closest("li").dataset.conversation : other.dataset.other);
  });
  document.body.addEventListener("nestor:answered", (event) => {
    offerUndo(event.detail, (id) => open(id).then(reply));
    goOn();
  });
  document.body.addEventListener("nestor:resolved", () => goOn());
  document.body.addEventListener("nestor:split", (event) => open(event.detail.to));
  document.body.addEventListener("nestor:taken-back", (event) => {
    endUndo();
    open(event.detail.conversation, { push: false }).then(reply);
  });
  document.body.addEventListener("htmx:afterSettle", () => startWriting());
  window.addEventListener("popstate", () => {
    if (!inbox()) return;
    const id = location.pathname.match(/^\/inbox\/([0-9a-z]{16})\/$/)?.[1];
    if (id) open(id, { push: false }); else close({ push: false });
  });
  setInterval(count, 500);
  keepFolds();
  keepEarlier();
  if (inbox()) settle();
}
