// Menus are <details>: this closes them, and moves within them by arrows.
export function closeMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]") || document.querySelector("details.menu[open]");
    if (!menu) return;
    const items = [...menu.querySelectorAll(".sheet button, .sheet a.item")];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = items.indexOf(document.activeElement);
      items[(at + step + items.length) % items.length]?.focus();
      event.preventDefault();
    }
  });
}

export function openMenu(id) {
  const menu = document.getElementById(id);
  if (!menu) return false;
  menu.open = true;
  const first = menu.querySelector('.sheet [aria-pressed="true"]') || menu.querySelector(".sheet button, .sheet a.item");
  first?.focus();
  return true;
}

export function closeMenu() {
  const menu = document.querySelector("details.menu[open], .foot-bar > details[open]");
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}
