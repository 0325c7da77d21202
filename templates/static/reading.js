// The reading list: what reader.js keeps, shown, exported and imported.
"use strict";

{
  const { reader } = window;
  const LARGEST = 6e6; // bytes; browsers keep about five million letters for a site
  const ID = /^[a-z0-9][a-z0-9.-]{0,99}$/i; // as the addresses of papers have them
  const FORMAT = "digest reading list";
  const NAMES = ["saved", "read", "hidden"];

  const part = (name) => document.getElementById(`reading-${name}`);
  const list = part("list"), tally = part("tally"), said = part("said");
  const say = (name, values) => { said.textContent = reader.fill(said.dataset[name], values); };

  const isText = (value) => typeof value === "string";

  // What of a record we know to be right; nothing where it lacks what a list must show.
  function checked(id, value) {
    if (!ID.test(id) || !isText(value?.title) || !value.title.trim()) return null;
    const { title, authors, more, date, url, saved } = value;
    return {
      title,
      authors: Array.isArray(authors) ? authors.filter(isText) : [],
      more: Number.isSafeInteger(more) && more > 0 ? more : 0,
      date: isText(date) ? date : "",
      url: isText(url) && /^https?:\/\//.test(url) ? url : "",
      saved: isText(saved) ? saved : "",
    };
  }

  // The saved papers, the one saved last on top.
  const papers = () =>
    Object.entries(reader.get("saved"))
      .map(([id, value]) => ({ id, ...checked(id, value) }))
      .filter(({ title }) => title)
      .sort((a, b) => (a.saved < b.saved ? 1 : a.saved > b.saved ? -1 : 0));

  function show() {
    const found = papers();
    list.replaceChildren(...found.map((paper) => reader.item({ ...paper, level: "h2" })));
    tally.textContent = found.length ? reader.fill(found.length === 1 ? tally.dataset.one : tally.dataset.many, { count: found.length }) : "";
    part("none").hidden = found.length > 0;
    reader.paint();
  }

  function download(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60e3); // once it is surely written
  }

  function exportJson() {
    const kept = {
      format: FORMAT,
      site: location.origin + reader.base,
      exported: new Date().toISOString(),
      saved: papers(),
      read: Object.keys(reader.get("read")),
      hidden: Object.keys(reader.get("hidden")),
    };
    download("reading-list.json", "application/json", `${JSON.stringify(kept, null, 1)}\n`);
  }

  // The record that a paper's page shows; none where there is no such page any more.
  async function bibtexOf({ id }) {
    const answer = await fetch(`${reader.base}papers/${id}/`);
    if (answer.status === 404) return "";
    if (!answer.ok) throw new Error(`${id}: ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("cite-bibtex")?.textContent ?? "";
  }

  async function exportBibtex() {
    const found = papers();
    say("loading", { count: found.length });
    try {
      const records = (await Promise.all(found.map(bibtexOf))).filter(Boolean);
      const [count, missing] = [records.length, found.length - records.length];
      if (count) download("reading-list.bib", "text/plain", records.join("\n"));
      say(missing ? "missing" : "done", { count, missing });
    } catch {
      say("failed");
    }
  }

  // What a file adds to what is here, or which words say what is wrong with it.
  function read(text) {
    let given;
    try {
      given = JSON.parse(text);
    } catch {
      return { wrong: "parse" };
    }
    if (given?.format !== FORMAT) return { wrong: "format" };
    const found = {};
    for (const name of NAMES) {
      const kept = reader.get(name), rows = given[name] ?? [], added = {};
      if (!Array.isArray(rows)) return { wrong: "format" };
      for (const [at, row] of rows.entries()) {
        const id = name === "saved" ? row?.id : row;
        const value = name === "saved" ? checked(id, row) : isText(id) && ID.test(id) && 1;
        if (!value) return { wrong: "entry", list: name, number: at + 1 };
        if (!Object.hasOwn(kept, id)) added[id] = value;
      }
      found[name] = { all: { ...added, ...kept }, count: Object.keys(added).length };
    }
    return { found };
  }

  async function take(file) {
    if (file.size > LARGEST) return say("size", { file: file.name });
    const { wrong, found, ...where } = read(await file.text());
    if (wrong) return say(wrong, { file: file.name, ...where });
    const before = NAMES.map(reader.get);
    if (!NAMES.every((name) => reader.put(name, found[name].all))) {
      NAMES.forEach((name, at) => reader.put(name, before[at]));
      return say("full", { file: file.name });
    }
    say("added", Object.fromEntries(NAMES.map((name) => [name, found[name].count])));
    show();
  }

  function forget() {
    if (!confirm(part("forget").dataset.sure)) return;
    reader.forget();
    say("forgotten");
  }

  part("unable").hidden = reader.able;
  if (reader.able) {
    part("keep").hidden = false;
    document.querySelector('[data-export="json"]').onclick = exportJson;
    document.querySelector('[data-export="bib"]').onclick = exportBibtex;
    part("keep").querySelector("input").onchange = async ({ target }) => {
      if (target.files[0]) await take(target.files[0]);
      target.value = ""; // so that the same file can be chosen again
    };
    part("forget").onclick = forget;
    addEventListener("storage", show); // another tab
    show();
  }
}
