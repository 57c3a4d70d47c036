// Files: chosen, pasted or dropped, they go to the desk at once; the form without scripts does the same.
import { revisionNow } from "./draft.js";
import { say, words } from "./says.js";

const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
let onItsWay = null; // what is said while a file goes to the desk
const placeOf = (event) => event.target.closest?.("#answer, #note-box")?.querySelector("input[type=file]");

function fill(input, files) {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  input.files = chosen.files;
}

// A note keeps what was chosen until it is written; an answer's files are at the desk already.
function hand(input, files) {
  fill(input, input.id === "note-attach" ? [...input.files, ...files] : files);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

async function draw(canvas, file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d").drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    picture.close();
  } catch { /* what cannot be drawn here is refused at the desk, with the reason */ }
}

const described = new WeakMap(); // descriptions by file, while the box is drawn again
function showNoted(input) {
  const place = document.getElementById("note-files");
  const rows = [...input.files].map((file) => {
    const row = document.getElementById("note-file").content.firstElementChild.cloneNode(true);
    const [alt, out] = [row.querySelector("input"), row.querySelector("button")];
    row.querySelector("bdi").textContent = file.name;
    alt.value = described.get(file) || "";
    alt.addEventListener("input", () => described.set(file, alt.value));
    out.addEventListener("click", () => {
      fill(input, [...input.files].filter((one) => one !== file));
      showNoted(input);
      input.focus();
    });
    draw(row.querySelector("canvas"), file);
    return row;
  });
  place.replaceChildren(...rows);
  [...place.querySelectorAll("input")].find((one) => !one.value)?.focus();
}

export function takeFiles() {
  // Enter in a description is no decision: a form would take it for its first button.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches?.(".enclosed input")) event.preventDefault();
  });
  document.addEventListener("change", (event) => { if (event.target.id === "note-attach") showNoted(event.target); });
  document.addEventListener("paste", (event) => {
    const input = placeOf(event);
    const files = event.clipboardData?.files;
    // A text processor copies a picture of the words beside the words: the words are meant.
    if (!input || !files?.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    hand(input, files);
  });
  document.addEventListener("dragover", (event) => { if (hasFiles(event) && placeOf(event)) { event.preventDefault(); event.target.closest("#answer, #note-box").dataset.isOver = "yes"; } });
  document.addEventListener("dragleave", (event) => { const left = event.target.closest?.("[data-is-over]"); if (left && !left.contains(event.relatedTarget)) delete left.dataset.isOver; });
  document.addEventListener("drop", (event) => {
    const input = placeOf(event);
    if (!input || !hasFiles(event)) return;
    event.preventDefault();
    delete event.target.closest("#answer, #note-box").dataset.isOver;
    hand(input, event.dataTransfer.files);
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id === "attach-file" && revisionNow() !== undefined) event.detail.parameters.revision = String(revisionNow());
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "attach-file") return;
    document.getElementById("attach").dataset.isBusy = "yes";
    onItsWay = say(words().attaching, 60_000);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "attach-file") return;
    event.target.value = "";
    onItsWay?.remove();
    delete document.getElementById("attach")?.dataset.isBusy;
    if (!event.detail.successful) say(words().notAttached, 9000);
    // Whoever chose by the button goes on to the description; whoever pasted goes on writing.
    if ([event.target, document.body].includes(document.activeElement)) document.querySelector("#attached .enclosed:last-of-type [data-alt]")?.focus();
  });
}
