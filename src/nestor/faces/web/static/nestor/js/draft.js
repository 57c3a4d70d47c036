// What is being written survives: kept in this browser at every key, at the desk at every pause.
import { post, say, words } from "./says.js";

const PAUSE = 700;
let writing = null;

const box = () => document.getElementById("answer-text");
const nameOf = (id) => `nestor:draft:${id}`;

function stored(id) {
  try {
    const found = JSON.parse(localStorage.getItem(nameOf(id)));
    return found && typeof found.text === "string" ? found : null;
  } catch { return null; }
}

function keepHere(id, text, revision) {
  try {
    if (text) localStorage.setItem(nameOf(id), JSON.stringify({ text, revision }));
    else localStorage.removeItem(nameOf(id));
  } catch { /* private windows and full disks: the desk keeps it all the same */ }
}

export function forgetDraft(id) {
  try { localStorage.removeItem(nameOf(id)); } catch { /* nothing was kept */ }
}

function note(text) {
  const kept = document.getElementById("kept");
  if (kept) kept.textContent = text;
}

const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
function lengthOf(text, unit) {
  if (unit === "bytes") return new TextEncoder().encode(text).length;
  if (unit === "graphemes" && segmenter) return [...segmenter.segment(text)].length;
  return [...text].length;
}

// What leaves: the text, and the signature below it where there is room.
function withSignature(area) {
  const { signature, most, unit } = area.dataset;
  if (!signature || !area.value.trim() || area.value.trimEnd().endsWith(signature)) return area.value;
  const whole = `${area.value.trimEnd()}\n${signature}`;
  return lengthOf(whole, unit) <= Number(most) ? whole : area.value;
}

// An estimate at once; the desk measures as the network does, a moment later.
function estimate(area) {
  const room = document.getElementById("room");
  const left = room?.querySelector("[data-left]");
  if (!left || !area.dataset.most) return;
  const rest = Number(area.dataset.most) - lengthOf(withSignature(area), area.dataset.unit);
  left.textContent = String(rest);
  room.classList.toggle("over", rest < 0);
}

async function save(state) {
  if (state.isLeaving) return;
  if (state.isSaving) { state.isWaiting = true; return; }
  state.isSaving = true;
  const { area, form } = state;
  const sent = { text: area.value, revision: state.revision };
  try {
    const data = new FormData();
    data.append("text", sent.text);
    data.append("revision", String(sent.revision));
    data.append("begun", form.elements.begun?.value || "");
    for (const one of form.querySelectorAll("[data-alt]")) data.append(one.name, one.value);
    const reply = await post(form.dataset.draft, data);
    // While the answer is on its way, what the desk says of its draft is out of date: it must not be written again.
    if (writing !== state || state.isLeaving) return;
    if (reply.status === 409) await takeNewer(state, reply);
    else if (reply.ok) {
      const html = await reply.text();
      if (area.value === sent.text) { swap(html); note(sent.text ? words().kept : ""); }
    } else if (reply.status === 401) { note(words().keptHere); say(words().signedOut, 9000); }
    else note(words().keptHere);
  } catch { note(words().keptHere); } finally {
    state.isSaving = false;
    if (state.isWaiting) { state.isWaiting = false; if (writing === state) save(state); }
  }
}

async function takeNewer(state, reply) {
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const newer = page.querySelector("textarea");
  state.revision = Number(newer.dataset.revision) + 1;
  if (document.activeElement !== state.area) {
    state.area.value = newer.value;
    keepHere(state.id, newer.value, state.revision);
  } else save(state);
}

function swap(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const id of ["findings", "room", "send-buttons"]) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && old) { fresh.removeAttribute("hx-swap-oob"); if (old.innerHTML !== fresh.innerHTML || old.className !== fresh.className) old.replaceWith(fresh); }
  }
}

export function startWriting() {
  const area = box();
  if (!area || area.dataset.isWatched) { if (!area) writing = null; return; }
  area.dataset.isWatched = "yes";
  const form = document.getElementById("answer-form");
  const state = { area, form, id: form.dataset.conversationId, revision: Number(area.dataset.revision), timer: 0, isSaving: false, isWaiting: false };
  writing = state;
  const own = stored(state.id);
  if (own && own.revision > state.revision && own.text !== area.value) {
    area.value = own.text;
    state.revision = own.revision;
    note(words().restored);
    save(state);
  } else if (area.value) save(state);
  estimate(area);
  area.addEventListener("input", () => {
    state.revision += 1;
    keepHere(state.id, area.value, state.revision);
    estimate(area);
    note("");
    const away = document.getElementById("put-away");
    if (away) away.hidden = !area.value;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(state), PAUSE);
  });
  area.addEventListener("blur", () => { if (state.timer) { clearTimeout(state.timer); state.timer = 0; save(state); } });
}

// A description is being written, or something was attached or taken out: kept and checked like words.
function changeFiles(isSoon) {
  const state = writing;
  if (!state) return;
  const away = document.getElementById("put-away");
  if (away) away.hidden = !state.area.value && !document.querySelector("#attached .enclosed");
  clearTimeout(state.timer);
  state.timer = setTimeout(() => { state.timer = 0; save(state); }, isSoon ? 0 : PAUSE);
}
export const revisionNow = () => writing?.revision;
document.addEventListener("input", (event) => { if (event.target.matches("#attached [data-alt]")) changeFiles(false); });
document.body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "attached") changeFiles(true); });

// Somebody judged what is in the box: what the checks say of it has changed, the text has not.
export function checkAgain() {
  if (writing && document.contains(writing.area) && writing.area.value) save(writing);
}

// The pane is about to go: what was not yet sent to the desk goes now.
export function endWriting() {
  if (writing?.timer) { clearTimeout(writing.timer); writing.timer = 0; if (document.contains(writing.area)) save(writing); }
  writing = null;
}

document.body.addEventListener("htmx:configRequest", (event) => {
  if (!["answer-form", "put-away"].includes(event.target.id) || !writing) return;
  clearTimeout(writing.timer);
  writing.timer = 0;
  writing.isLeaving = true;
  // What is still on its way to the desk must not come back once this is done.
  event.detail.parameters.revision = String(writing.revision);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (["answer-form", "put-away"].includes(event.target.id) && writing) writing.isLeaving = false; // it stays: objections
});
for (const name of ["nestor:answered", "nestor:put-away", "nestor:taken-back"]) {
  document.body.addEventListener(name, (event) => { forgetDraft(event.detail.conversation); if (writing?.id === event.detail.conversation) writing = null; });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fix]");
  const area = box();
  if (!button || !area) return;
  let text = [...area.value];
  for (const [start, end, put] of JSON.parse(button.dataset.fix).sort((one, other) => other[0] - one[0])) text.splice(start, end - start, put);
  area.value = text.join("");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});
