// Live: the page follows the desk. A stream of ids; where none passes, asking again every few seconds.
import { checkAgain } from "./draft.js";
import { hearPresence } from "./presence.js";
import { openId, refreshTalk } from "./talk.js";
import { fragment, tell, words } from "./says.js";

const ASK_EVERY = 4000;
const LEAST_BETWEEN = 1200;
const seen = new Set();
let dirtyList = false;
let dirtyTalk = false;
let dirtyPage = false;
let timer = 0;
let last = 0;
let unread = 0;
let since = "";
const waiting = new Map();

const list = () => document.getElementById("rows");
const rowsNow = () => [...list().querySelectorAll(":scope > li[data-conversation]")];
const scroller = () => document.getElementById("list-scroll");
const isNarrow = () => matchMedia("(max-width: 56.25rem)").matches;

function hear(news) {
  if (news.kind === "Presence") { hearPresence(news.conversation); return; }
  if (seen.has(news.id)) return;
  seen.add(news.id);
  if (news.kind === "ReliefMoved") followRelief();
  if (news.kind.startsWith("Notice")) { ring(); dirtyPage = Boolean(document.getElementById("notices")); if (dirtyPage) soon(); return; }
  if (seen.size > 4000) seen.delete(seen.values().next().value);
  dirtyList = true;
  dirtyPage = true;
  if (news.conversation && news.conversation === openId()) {
    dirtyTalk = true;
    if (news.kind === "ClearanceMoved") checkAgain();
  }
  soon();
}

let ringing = 0;
function ring() {
  if (ringing) return;
  ringing = setTimeout(() => {
    ringing = 0;
    const bell = document.getElementById("bell");
    if (bell) fragment("/notices/bell").then((text) => { bell.innerHTML = text; }).catch(() => { /* the next one tries again */ });
  }, 200);
}

function soon() {
  if (timer) return;
  timer = setTimeout(follow, Math.max(150, LEAST_BETWEEN - (Date.now() - last)));
}

async function follow() {
  timer = 0;
  last = Date.now();
  const [isList, isTalk, isPage] = [dirtyList, dirtyTalk, dirtyPage];
  dirtyList = dirtyTalk = dirtyPage = false;
  try {
    if (isList && list()) await followList();
    if (isTalk) await refreshTalk();
    const part = document.querySelector("[data-refreshes]");
    if (isPage && part) await followPart(part);
  } catch { /* the next news tries again */ }
}

async function followRelief() {
  const strip = document.getElementById("relief-strip");
  if (!strip || strip.contains(document.activeElement)) return;
  try { strip.innerHTML = await fragment("/relief/strip"); } catch { /* the next page shows it */ }
}

// Parts of other pages that are simply drawn again, unless somebody is in the middle of them.
async function followPart(part) {
  if (part.contains(document.activeElement) && document.activeElement.closest("form, details[open]")) { dirtyPage = true; setTimeout(soon, 3000); return; }
  const open = [...part.querySelectorAll("details[open][id]")].map((fold) => fold.id);
  const reply = await fetch(part.dataset.refreshes, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (!reply.ok) return;
  part.innerHTML = await reply.text();
  htmx.process(part);
  for (const id of open) { const fold = document.getElementById(id); if (fold) fold.open = true; }
}

async function followList() {
  const query = document.getElementById("inbox").dataset.query;
  const page = new DOMParser().parseFromString(await fragment(`/inbox/rows?${query}`), "text/html");
  const lanes = page.getElementById("lanes");
  if (lanes) merge(document.getElementById("lanes"), lanes);
  const fresh = [...page.querySelectorAll("#rows > li[data-conversation]")];
  const oldest = fresh.length ? fresh[fresh.length - 1].dataset.at : "";
  const isWhole = !page.getElementById("more");
  const known = new Map(rowsNow().map((row) => [row.dataset.conversation, row]));
  const wanted = new Set(fresh.map((row) => row.dataset.conversation));
  const isAway = isNarrow() ? window.scrollY > 80 : scroller().scrollTop > 40;
  let added = 0;
  for (const row of fresh) {
    const old = known.get(row.dataset.conversation);
    if (old) update(old, row);
    else if (isAway) { waiting.set(row.dataset.conversation, row); added += 1; }
    else { insert(row, true); added += 1; }
  }
  for (const [id, row] of known) {
    const isCovered = isWhole || row.dataset.at >= oldest;
    if (isCovered && !wanted.has(id) && id !== openId()) row.remove();
  }
  for (const id of waiting.keys()) if (!wanted.has(id)) waiting.delete(id);
  if (rowsNow().length) document.getElementById("rows-empty")?.remove();
  pill();
  if (added) announce(added);
}

// The counts change, the links stay where the focus may be.
function merge(old, fresh) {
  for (const link of fresh.querySelectorAll("a[data-lane]")) {
    const own = old.querySelector(`a[data-lane="${link.dataset.lane}"]`);
    if (!own) continue;
    own.className = link.className;
    const count = link.querySelector(".count");
    const mine = own.querySelector(".count");
    if (count && mine) mine.textContent = count.textContent;
  }
}

function update(old, fresh) {
  const link = old.querySelector("a");
  const other = fresh.querySelector("a");
  const isMoved = old.dataset.at !== fresh.dataset.at;
  if (link.innerHTML !== other.innerHTML) {
    link.innerHTML = other.innerHTML;
    old.classList.toggle("fresh", isMoved);
  }
  old.classList.toggle("is-done", fresh.classList.contains("is-done"));
  old.dataset.at = fresh.dataset.at;
  const isHeld = old.contains(document.activeElement) || old.dataset.conversation === openId();
  if (isMoved && !isHeld && !(scroller().scrollTop > 40)) insert(old, false);
}

// In its place by time, without moving what one looks at.
function insert(row, isNew) {
  const before = rowsNow().find((one) => one !== row && one.dataset.at < row.dataset.at);
  const top = scroller().scrollTop;
  if (isNew) row.classList.add("fresh");
  list().insertBefore(row, before || document.getElementById("more"));
  scroller().scrollTop = top;
}

function pill() {
  const button = document.getElementById("pill");
  if (!button) return;
  button.hidden = waiting.size === 0;
  button.textContent = waiting.size === 1 ? words().newOne : words().newMany.replace("{n}", waiting.size);
}

function showWaiting() {
  for (const row of waiting.values()) if (!document.getElementById(row.id)) insert(row, true);
  waiting.clear();
  pill();
  if (isNarrow()) window.scrollTo({ top: 0 }); else scroller().scrollTop = 0;
}

function announce(added) {
  tell(words().arrived.replace("{n}", added));
  if (document.hidden) { unread += added; document.title = `(${unread}) ${document.title.replace(/^\(\d+\) /, "")}`; }
}

function ask() {
  fetch(`/live/poll?since=${since}`, { credentials: "same-origin", headers: { "X-Nestor": "fragment" } })
    .then((reply) => (reply.ok ? reply.json() : null))
    .then((found) => { if (found) { since = found.now; found.news.forEach(hear); } })
    .catch(() => { /* asked again soon */ });
}

export function goLive() {
  const here = document.getElementById("words");
  if (!here) return;
  since = here.dataset.since || String(Date.now()); // when the desk drew this page: news from then on are asked for
  ring();
  document.getElementById("pill")?.addEventListener("click", showWaiting);
  scroller()?.addEventListener("scroll", () => { if (scroller().scrollTop < 5 && waiting.size) showWaiting(); }, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    document.title = document.title.replace(/^\(\d+\) /, "");
  });
  setInterval(() => { if (!document.hidden && list()) { dirtyList = true; soon(); } }, 60000); // times due move on
  let failures = 0;
  let asking = 0;
  const stopAsking = () => { clearInterval(asking); asking = 0; };
  const startAsking = () => { if (!asking) { ask(); asking = setInterval(ask, ASK_EVERY); } };
  if (!("EventSource" in window)) { startAsking(); return; }
  const stream = new EventSource(`/live/?since=${since}`);
  document.documentElement.dataset.live = "connecting";
  stream.addEventListener("open", () => { failures = 0; stopAsking(); document.documentElement.dataset.live = "stream"; });
  stream.addEventListener("news", (event) => hear(JSON.parse(event.data)));
  stream.addEventListener("again", () => { dirtyList = dirtyTalk = dirtyPage = true; soon(); });
  stream.addEventListener("error", () => {
    failures += 1;
    if (failures >= 2 || stream.readyState === EventSource.CLOSED) { document.documentElement.dataset.live = "asking"; startAsking(); }
  });
  window.addEventListener("pagehide", () => stream.close());
}
