// Colours, text size and keys; what the reader chose is kept beside what reader.js keeps.
"use strict";

if (window.reader.able) {
  const { reader } = window;
  const help = document.getElementById("reader-help"), form = help.querySelector("form");
  const switchable = CSS.supports("color: light-dark(oklch(from red l c h), red)"); // as the style sheet asks
  let current; // the paper that had the focus last

  // Colours and text size, which early.js has set already, and whether single keys work.
  function look() {
    const kept = reader.get("look");
    for (const name of ["scheme", "size"]) {
      const value = typeof kept[name] === "string" ? kept[name] : "";
      document.documentElement.dataset[name] = value;
      for (const radio of form.elements[name]) radio.checked = radio.value === value;
    }
    form.elements.keys.checked = kept.keys !== false;
  }

  function choose(name, value) {
    reader.keep("look", { ...reader.get("look"), [name]: value });
    look();
  }

  function nextScheme() {
    const radios = [...form.elements.scheme], at = radios.findIndex((radio) => radio.checked);
    const next = radios[(at + 1) % radios.length], legend = next.closest("fieldset").firstElementChild;
    choose("scheme", next.value);
    reader.say(`${legend.textContent}: ${next.parentElement.textContent.trim()}`);
  }

  function step(by) {
    const papers = reader.listed(), at = papers.indexOf(current);
    const next = at < 0 ? papers.find((item) => item.getBoundingClientRect().bottom > 0) : papers[at + by];
    if (!next) return;
    reader.linkOf(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  // Which paper a key is about: where the focus is, or the page's own, or where the focus was.
  const chosen = () =>
    document.activeElement.closest("li.paper") ?? reader.sheet ?? (current?.isConnected ? current : null);

  const click = (selector) => chosen()?.querySelector(selector)?.click();

  function search() {
    const field = document.querySelector("main input[type=search]");
    if (!field) return help.querySelector("a")?.click();
    field.focus();
    field.select();
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    o: () => click(".title a, .actions a"),
    a: () => click("details.abstract > summary"),
    s: () => click("[data-do=saved]"),
    m: () => click("[data-do=read]"),
    h: () => click("[data-do=hidden]"),
    u: () => document.querySelector("#reader-said > button:not([hidden])")?.click(),
    t: () => switchable && nextScheme(),
    "/": search,
    "?": () => help.showModal(),
  };

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || help.open) return;
    if (event.key === "Escape") reader.say("");
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (!form.elements.keys.checked || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  }

  look();
  for (const part of help.querySelectorAll(".scheme")) part.hidden = !switchable;
  for (const part of document.querySelectorAll(".tools")) {
    part.hidden = false;
    part.querySelector("button").onclick = () => help.showModal();
  }
  form.onchange = ({ target }) => choose(target.name, target.type === "checkbox" ? target.checked : target.value);
  document.addEventListener("keydown", pressed);
  document.addEventListener("focusin", ({ target }) => { current = target.closest("li.paper") ?? current; });
  addEventListener("storage", look); // another tab
  addEventListener("pageshow", ({ persisted }) => persisted && look()); // back again
}
