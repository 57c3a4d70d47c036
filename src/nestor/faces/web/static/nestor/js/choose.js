// Choosing rows for one deed to many: x chooses, * chooses all that is shown, the bar says what can be done.
const bar = () => document.getElementById("bulk");
const ticks = () => [...document.querySelectorAll('#rows input[name="row"]')];
let last = null;

function count() {
  const form = bar();
  if (!form) return;
  const chosen = ticks().filter((tick) => tick.checked);
  const all = document.getElementById("bulk-all");
  form.hidden = chosen.length === 0 && !all?.checked;
  document.getElementById("bulk-count").textContent = String(chosen.length);
  document.getElementById("rows")?.classList.toggle("is-choosing", chosen.length > 0);
}

function rowHere() {
  const focused = document.activeElement?.closest?.("#rows > li[data-conversation]");
  return focused || document.querySelector("#rows > li[data-is-shown]") || document.querySelector("#rows > li[data-conversation]");
}

export function chooseHere(reach = false) {
  const tick = rowHere()?.querySelector('input[name="row"]');
  if (!tick || !bar()) return false;
  tick.checked = !tick.checked;
  if (!document.activeElement?.closest?.("#rows")) tick.closest("li").querySelector("a").focus({ preventScroll: true });
  if (reach && last && last !== tick) fill(last, tick);
  last = tick;
  count();
  return true;
}

function fill(from, to) {
  const all = ticks();
  const [low, high] = [all.indexOf(from), all.indexOf(to)].sort((one, other) => one - other);
  for (const tick of all.slice(Math.max(0, low), high + 1)) tick.checked = to.checked;
}

export function chooseAll() {
  const all = ticks();
  if (!all.length || !bar()) return false;
  const wanted = all.some((tick) => !tick.checked);
  for (const tick of all) tick.checked = wanted;
  count();
  return true;
}

export function chooseNone() {
  const chosen = ticks().filter((tick) => tick.checked);
  const all = document.getElementById("bulk-all");
  if (!chosen.length && !all?.checked) return false;
  for (const tick of chosen) tick.checked = false;
  if (all) all.checked = false;
  count();
  return true;
}

export function undoBulk() {
  const button = document.getElementById("bulk-undo");
  button?.click();
  return Boolean(button);
}

export function listenToChoices() {
  document.addEventListener("change", (event) => {
    if (event.target.matches('#rows input[name="row"]')) { last = event.target; count(); }
    if (event.target.id === "bulk-all") count();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#bulk-none")) { chooseNone(); return; }
    const tick = event.target.closest?.('#rows input[name="row"]');
    if (tick && event.shiftKey && last && last !== tick) { fill(last, tick); count(); }
  });
  // The rows stand outside the form: what is chosen goes with it.
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "bulk" && event.target.closest?.("#bulk") === null) return;
    if (event.target.id === "bulk") event.detail.formData.delete("row");
    for (const tick of ticks()) if (tick.checked && event.target.id === "bulk") event.detail.formData.append("row", tick.value);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "bulk" && event.detail.successful) { chooseNone(); for (const menu of bar().querySelectorAll("details[open]")) menu.open = false; }
  });
}
