// Keeps the lists fresh. Without script the page works the same, with its refresh link.
async function freshen() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { "X-Requested-With": "freshen" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(part.id);
    // Never pull a part from under somebody's keyboard.
    if (next && !part.contains(document.activeElement) && next.innerHTML !== part.innerHTML) part.replaceWith(next);
  }
}
setInterval(() => freshen().catch((error) => console.warn("sandbox bank does not answer", error)), 2000);
