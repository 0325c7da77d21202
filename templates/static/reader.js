// A reader's own state, kept in this browser alone: papers read, saved and hidden, what is new since
// the last visit. Pages are whole without it; its words stand in base.html.
"use strict";

{
  const VISIT = 4 * 3600e3; // ms; who comes back later than that comes for news
  const AUTHORS = 20; // kept of a saved paper; its page has them all

  const root = document.documentElement, base = root.dataset.base;
  const box = document.getElementById("reader-said"), [status, undoing] = box.children;
  const since = document.getElementById("reader-since"); // on the front page alone
  const sheet = document.querySelector('meta[name="citation_title"]') && document.querySelector("main > .sheet");
  const built = new WeakMap(); // items made here → their papers
  let kept = {}, undo, fading;

  // What is kept: an object under each name; other sites of this host have names of their own.

  const key = (name) => `digest:${base}:${name}`;

  function get(name) {
    try {
      const value = JSON.parse(localStorage.getItem(key(name)));
      if (value && typeof value === "object" && !Array.isArray(value)) return value;
    } catch { /* damaged: begin anew */ }
    return {};
  }

  function put(name, value) {
    try {
      localStorage.setItem(key(name), JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  const keep = (name, value) => put(name, value) || (say(box.dataset.full), false);

  function keeps() {
    try {
      localStorage.getItem("");
      return true;
    } catch {
      return false;
    }
  }

  const is = (name, id) => Object.hasOwn(kept[name], id);

  function say(words, undoable) {
    status.textContent = words;
    undo = undoable;
    undoing.hidden = !undo;
    box.classList.toggle("on", Boolean(words));
    clearTimeout(fading);
    if (words && !undo) fading = setTimeout(say, 6000, "");
  }

  // A paper on this page is an item of a list, or the page itself.

  const linkOf = (item) => item.querySelector(".title a");
  const items = () => [...document.querySelectorAll("main li.paper")].filter(idOf);
  const listed = () => items().filter((item) => item.checkVisibility());

  function idOf(item) {
    const path = item === sheet ? location.pathname : linkOf(item)?.pathname ?? "";
    return path.startsWith(`${base}papers/`) ? path.slice(base.length + 7).split("/")[0] : "";
  }

  // The day under which a list has it; empty where it stands under none.
  function dayOf(item) {
    const day = item === sheet ? item : item.closest(".day");
    return day?.querySelector(".rail time")?.dateTime ?? "";
  }

  // "van der Hoek, Andre" → "Andre van der Hoek"
  const natural = (name) => name.replace(/[,;]$/, "").split(", ").reverse().join(" ");

  // What the page tells reference managers has all that we keep: the values under some names.
  function told(item, ...names) {
    const said = item === sheet
      ? [...document.querySelectorAll('meta[name^="citation_"]')].map((tag) => [tag.name, tag.content])
      : [...new URLSearchParams(item.querySelector(".Z3988")?.title)];
    return said.filter(([name]) => names.includes(name)).map(([, value]) => value);
  }

  const titleOf = (item) =>
    built.get(item)?.title ?? told(item, "citation_title", "rft.title", "rft.atitle")[0] ?? linkOf(item).textContent;

  function paperOf(item) {
    const id = idOf(item), same = [item, ...items().filter((other) => idOf(other) === id)];
    return built.get(item) ?? {
      title: titleOf(item),
      authors: told(item, "citation_author", "rft.creator", "rft.au").map(natural),
      date: same.map(dayOf).find(Boolean) ?? told(item, "rft.date")[0] ?? "",
      url: told(item, "citation_abstract_html_url", "rft_id").find((name) => /^https?:/.test(name)) ?? "",
    };
  }

  function human(time, timeZone) {
    const language = root.lang === "en" ? "en-GB" : root.lang; // as the pages themselves write dates
    return new Date(time).toLocaleDateString(language, { dateStyle: "long", timeZone });
  }

  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name].toLocaleString(root.lang));
  const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // A paper as lists show it, made of what search and the reading list know; `notes` stand below it.
  function itemOf({ level, notes = [], ...paper }) {
    const { id, title, authors, date, url, more = 0 } = paper;
    const rest = authors.length - 6 + more;
    const byline = authors.slice(0, 6).join(", ") + (rest > 0 ? ` ${fill(box.dataset.more, { count: rest })}` : "");
    const refs = element("ul", { className: "refs" });
    const name = url.replace(/^https?:\/\/(arxiv\.org\/abs\/)?/, (_, arxiv) => (arxiv ? "arXiv:" : ""));
    const day = /^\d{4}-\d\d-\d\d$/.test(date) ? human(date, "UTC") : date;
    const parts = [url && element("a", { href: url }, name), date && element("time", { dateTime: date }, day), ...notes];
    for (const part of parts.filter(Boolean)) refs.append(element("li", {}, part), " ");
    const link = element("a", { href: `${base}papers/${id}/` }, title);
    const item = element("li", { className: "paper" },
      element(level, { className: "title", dir: "auto" }, link), element("div", { className: "byline" }, byline), refs);
    built.set(item, paper);
    return item;
  }

  // Controls and marks.

  function controlsOf(item) {
    const place = item.querySelector(item === sheet ? ".actions" : ".refs"), found = place?.querySelector(".own");
    if (found) return [...found.children];
    const own = copyOf("reader-own").firstElementChild;
    if (built.has(item)) own.lastElementChild.remove(); // what was looked for is not hidden
    for (const button of own.children) {
      button.ariaLabel = `${button.title}: ${titleOf(item)}`;
      button.onclick = () => toggle(item, button.dataset.do);
    }
    place?.append(own);
    return [...own.children];
  }

  function paint() {
    kept = { saved: get("saved"), read: get("read"), hidden: get("hidden") };
    const before = get("visit").then;
    const shown = typeof before?.since === "string" && Array.isArray(before.ids) && new Set(before.ids);
    for (const item of sheet ? [sheet, ...items()] : items()) {
      const id = idOf(item), read = is("read", id);
      for (const button of controlsOf(item)) button.ariaPressed = is(button.dataset.do, id);
      if (item === sheet) continue;
      item.classList.toggle("read", read);
      mark(item, Boolean(shown) && !read && dayOf(item) >= (before.since || "0") && !shown.has(id));
    }
    document.querySelectorAll("main ul.papers").forEach(fold);
  }

  function mark(item, fresh) {
    if (fresh === item.classList.contains("new")) return;
    item.classList.toggle("new", fresh);
    if (fresh) linkOf(item).prepend(element("span", { className: "unseen" }, box.dataset.new));
    else linkOf(item).firstChild.remove();
  }

  // The hidden papers of a list stand behind a line that says how many they are.
  function fold(list) {
    const gone = [...list.children].filter((item) => !built.has(item) && is("hidden", idOf(item)));
    let button = list.querySelector(":scope > .hid > button");
    if (gone.length && !button) {
      list.append(copyOf("reader-hidden"));
      button = list.lastElementChild.firstElementChild;
      button.onclick = () => {
        button.ariaExpanded = button.ariaExpanded !== "true";
        fold(list);
      };
    }
    if (button) {
      button.parentElement.hidden = !gone.length;
      button.textContent = fill(gone.length === 1 ? button.dataset.one : button.dataset.many, { count: gone.length });
    }
    for (const item of list.children) {
      if (idOf(item)) item.hidden = button?.ariaExpanded !== "true" && gone.includes(item);
    }
  }

  function saving(item) {
    const { id, saved, ...paper } = paperOf(item), rest = paper.authors.length - AUTHORS + (paper.more ?? 0);
    return { ...paper, authors: paper.authors.slice(0, AUTHORS), more: Math.max(rest, 0), saved: new Date().toISOString() };
  }

  function toggle(item, name) {
    const all = get(name), id = idOf(item), on = !Object.hasOwn(all, id);
    if (on) all[id] = name === "saved" ? saving(item) : 1;
    else delete all[id];
    if (!keep(name, all)) return;
    const seen = listed(), place = seen.indexOf(item), next = seen[place + 1] ?? seen[place - 1];
    paint();
    if (item.hidden) (next ? linkOf(next) : item.parentElement.querySelector(".hid button")).focus();
    const title = [...titleOf(item)], short = title.slice(0, 80).join("") + (title.length > 80 ? "…" : "");
    say(`${box.dataset[on ? name : `un${name}`]}: ${short}`, item.hidden && item);
  }

  function readAlready(id) {
    const all = get("read");
    if (!Object.hasOwn(all, id)) put("read", { ...all, [id]: 1 });
  }

  // New is what stands under a day that the front page of the last visit showed, or a later one, and
  // was not on it: papers that came late count, and no clock but the reader's own is trusted.
  function visit() {
    const seen = get("visit"), now = Date.now();
    if (seen.now && Math.abs(now - seen.at) > VISIT) seen.then = { ...seen.now, at: seen.at };
    seen.at = now;
    if (since) {
      const dated = items().filter(dayOf);
      seen.now = { since: dated.map(dayOf).sort()[0] ?? "", ids: [...new Set(dated.map(idOf))] };
    }
    put("visit", seen);
  }

  function sayNew() {
    const { at } = get("visit").then ?? {};
    if (!since || !Number.isFinite(at)) return;
    const dated = new Set(items().filter(dayOf).map(idOf));
    const fresh = new Set(items().filter((item) => item.classList.contains("new")).map(idOf));
    const kind = ["none", "one"][fresh.size] ?? (fresh.size === dated.size ? "all" : "many");
    since.textContent = fill(since.dataset[kind], { count: fresh.size, date: human(at) });
    since.hidden = false;
  }

  function start() {
    visit();
    if (sheet) readAlready(idOf(sheet));
    paint();
    sayNew();
    undoing.onclick = () => {
      const item = undo;
      toggle(item, "hidden");
      linkOf(item).focus();
    };
    document.addEventListener("click", ({ target }) => { // to the paper itself, or its PDF
      const link = target.closest("li.paper a"), item = link?.closest("li.paper");
      if (!item || link.host === location.host || !idOf(item)) return;
      readAlready(idOf(item));
      paint();
    });
    addEventListener("storage", paint); // another tab
    addEventListener("pageshow", ({ persisted }) => persisted && paint()); // back again
  }

  function copies() {
    for (const part of document.querySelectorAll(".copy")) part.hidden = false;
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.onclick = () =>
        navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent).then(
          () => say(`${box.dataset.copied}: ${button.value}`),
          () => say(box.dataset.uncopied));
    }
  }

  function forget() {
    for (const name of ["saved", "read", "hidden", "visit", "look", "order"]) localStorage.removeItem(key(name));
    dispatchEvent(new Event("storage")); // as another tab would hear of it
  }

  const able = keeps();
  window.reader = { able, base, sheet, get, put, keep, forget, say, fill, linkOf, listed, item: itemOf, paint: able ? paint : () => {} };
  if (able) start();
  if (navigator.clipboard) copies();
}
