// Shows a notice while no page of the desk is open. What arrives is a neutral sentence and an address of the desk.
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data ? event.data.json() : {}; } catch { /* nothing but that something waits */ }
  const options = { body: told.body || "", tag: told.tag || "nestor", icon: "/static/nestor/icon.svg", data: { path: told.path || "/notices/" } };
  event.waitUntil(self.registration.showNotification(told.title || "Nestor", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    for (const page of open) {
      if ("navigate" in page) { await page.focus(); return page.navigate(address.href); }
    }
    return self.clients.openWindow(address.href);
  })());
});

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
