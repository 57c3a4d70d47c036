// Notes for the team: the box, the names that open at an @, and what is being written kept in this browser.
import { fragment } from "./says.js";

const box = () => document.getElementById("note-text");
const list = () => document.getElementById("note-names");
const nameOf = (area) => `nestor:note:${area.form.dataset.conversationId}`;
const known = new Map(); // names by address, as long as the page lives
let at = -1;

// Unfold one of the boxes below the thread; what one chooses from is chosen by its figure, the rest one types.
export function openFoot(id) {
  const fold = document.getElementById(id);
  if (!fold) return false;
  fold.open = true;
  (fold.querySelector("[data-key]") || fold.querySelector("input:not([type=hidden]), textarea"))?.focus();
  fold.scrollIntoView({ block: "nearest" });
  return true;
}

export function openNote() {
  const fold = document.getElementById("note-box");
  if (!fold) return false;
  fold.open = true;
  box().focus();
  return true;
}

function keep(area) {
  try {
    if (area.value) localStorage.setItem(nameOf(area), area.value); else localStorage.removeItem(nameOf(area));
  } catch { /* private windows and full disks: the note stays in its box */ }
}

function restore(area) {
  try {
    const found = localStorage.getItem(nameOf(area));
    if (found && !area.value) area.value = found;
  } catch { /* nothing was kept */ }
}

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// What is being typed after the last @ before the caret; null where no name is meant.
function asked(area) {
  const before = area.value.slice(0, area.selectionStart);
  return before.match(/(?:^|[^\p{L}\p{N}])@([^@\n]{0,40})$/u)?.[1] ?? null;
}

async function namesFor(area) {
  const address = area.dataset.names;
  if (!known.has(address)) {
    try { known.set(address, JSON.parse(await fragment(address)).names); } catch { return []; }
  }
  return known.get(address);
}

function close() {
  at = -1;
  const shown = list();
  if (shown) { shown.hidden = true; shown.replaceChildren(); }
  box()?.removeAttribute("aria-activedescendant");
}

async function suggest(area) {
  const begun = asked(area);
  if (begun === null) { close(); return; }
  const names = await namesFor(area);
  if (asked(area) !== begun || document.activeElement !== area) return;
  const wanted = fold(begun);
  const found = names.filter((name) => fold(name).startsWith(wanted) || fold(name).split(" ").some((part) => wanted && part.startsWith(wanted)));
  if (!found.length || found.some((name) => fold(name) === wanted.trimEnd() && wanted !== wanted.trimEnd())) { close(); return; }
  const rows = found.slice(0, 8).map((name, place) => {
    const row = document.createElement("li");
    row.id = `note-name-${place}`;
    row.setAttribute("role", "option");
    row.dataset.name = name;
    const words = document.createElement("bdi");
    words.textContent = name;
    row.append(words);
    return row;
  });
  list().replaceChildren(...rows);
  list().hidden = false;
  point(0);
}

function point(place) {
  const rows = [...list().children];
  at = (place + rows.length) % rows.length;
  rows.forEach((row, one) => row.setAttribute("aria-selected", String(one === at)));
  rows[at].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-activedescendant", rows[at].id);
}

function choose(row) {
  const area = box();
  const begun = asked(area) ?? "";
  area.setRangeText(`${row.dataset.name} `, area.selectionStart - begun.length, area.selectionStart, "end");
  close();
  area.focus();
  keep(area);
}

function press(event) {
  if (event.target !== box() || list().hidden || event.isComposing) return;
  const rows = list().children;
  if (event.key === "ArrowDown") point(at + 1);
  else if (event.key === "ArrowUp") point(at - 1);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") choose(rows[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function keepNotes() {
  document.addEventListener("keydown", press, true);
  document.addEventListener("input", (event) => { if (event.target === box()) { keep(event.target); suggest(event.target); } });
  document.addEventListener("focusin", (event) => { if (event.target === box()) restore(event.target); });
  document.addEventListener("focusout", (event) => { if (event.target === box()) setTimeout(close, 150); });
  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest?.("#note-names li");
    if (row) { event.preventDefault(); choose(row); }
  });
  document.body.addEventListener("nestor:elsewhere", () => {
    const box = document.getElementById("elsewhere-box");
    if (!box) return;
    box.open = false;
    box.querySelector("form").reset();
    document.getElementById("conversation")?.focus({ preventScroll: true });
  });
  document.body.addEventListener("nestor:forwarded", () => document.getElementById("conversation")?.focus({ preventScroll: true }));
  document.body.addEventListener("nestor:noted", (event) => {
    try { localStorage.removeItem(`nestor:note:${event.detail.conversation}`); } catch { /* nothing was kept */ }
    document.getElementById("conversation")?.focus({ preventScroll: true });
  });
}
