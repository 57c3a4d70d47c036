// Entry: what every page does, then what the inbox does.
import { listenToChoices } from "./choose.js";
import { closeMenus } from "./menus.js";
import { doKey, listenToKeys } from "./keys.js";
import { goLive } from "./live.js";
import { takeFiles } from "./files.js";
import { listenToPalette } from "./palette.js";
import { keepNotes } from "./notes.js";
import { keepReplies } from "./replies.js";
import { openInbox } from "./talk.js";
import { say, words } from "./says.js";

document.body.addEventListener("nestor:says", (event) => say(event.detail.text));
document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 409 || status === 401) return;
  say(status === 0 ? words().failed : words().refused);
});
document.body.addEventListener("htmx:sendError", () => say(words().failed));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-selects]")) event.target.select();
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  event.preventDefault();
  document.getElementById(opener.dataset.opens).showModal();
});
const offline = document.getElementById("offline");
const showLine = () => { if (offline) offline.hidden = navigator.onLine; };
window.addEventListener("online", showLine);
window.addEventListener("offline", showLine);
showLine();

closeMenus();
listenToChoices();
listenToKeys();
listenToPalette(doKey);
openInbox();
keepNotes();
keepReplies();
takeFiles();
goLive();
