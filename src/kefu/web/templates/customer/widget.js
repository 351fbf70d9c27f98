{% load i18n %}/* Kefu's chat on your page: one button, one frame, nothing else touched. */
(() => {
  const origin = "{{ origin|escapejs }}";
  if (document.getElementById("kefu-widget")) return;
  const host = document.createElement("div");
  host.id = "kefu-widget";
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; font: 16px/1.4 system-ui, sans-serif }
    button { display: block; margin: 0 0 0 auto; min-height: 52px; padding: 0 22px; border: 0; border-radius: 999px; background: {{ accent_light }}; color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 8px 24px rgb(0 0 0 / .22) }
    button:focus-visible { outline: 3px solid #8fd3b6; outline-offset: 2px }
    iframe { display: none; width: min(400px, calc(100vw - 32px)); height: min(640px, calc(100dvh - 110px)); margin-bottom: 12px; border: 1px solid rgb(0 0 0 / .15); border-radius: 18px; background: #fff; box-shadow: 0 16px 48px rgb(0 0 0 / .25) }
    .open iframe { display: block }
  `);
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement("div");
  const frame = document.createElement("iframe");
  frame.title = "{% translate '客服' as title %}{{ title|escapejs }}";
  frame.allow = "clipboard-write";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "{% translate '问客服' as label %}{{ label|escapejs }}";
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!frame.src) frame.src = `${origin}/widget/`;
    const open = box.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
  box.append(frame, button);
  root.append(box);
  document.body.append(host);
})();
