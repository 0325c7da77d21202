// Search: every word of the query must begin a word of a paper's title, id, authors or, where asked
// for, its abstract. What is searched is a file for each year, loaded when the first query needs it.
"use strict";

const STEP = 50; // results shown at once
const WEIGHTS = { title: 4, ids: 4, authors: 2, abstract: 1 };
const ARXIV_ID = /^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v\d+)?$/i;

const form = document.getElementById("search");
const results = document.getElementById("results");
const tally = document.getElementById("tally");
const more = document.getElementById("more");
const base = form.dataset.base;
const years = form.dataset.years.split(" ").filter(Boolean);
const loading = new Map();
let asked = 0;

// As rules fold them: letters that are others with a stroke or a tail, which Unicode doesn't part.
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ȷ: "j" };
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  .replace(/[ßæœøłđðþıȷ]/g, (letter) => LETTERS[letter]);
// Scripts that write words without spaces: a word may begin at any of their letters.
const UNSPACED = "[\\p{sc=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{sc=Hang}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}]";
const WORD = new RegExp(`(?:(?=[\\p{L}\\p{N}])${UNSPACED})+|(?:(?!${UNSPACED})[\\p{L}\\p{N}])+`, "gu");
const STARTS_UNSPACED = new RegExp(`^${UNSPACED}`, "u");
const wordsOf = (text) => fold(text).match(WORD) || [];
// Words in a row with a space before each, so that " quant" finds a beginning.
const row = (text) => " " + wordsOf(text).join(" ");
const holds = (words, word) => words.includes(STARTS_UNSPACED.test(word) ? word : ` ${word}`);

function load(name) {
  if (!loading.has(name)) {
    const answer = fetch(`${base}search/${name}.json`).then((found) => {
      if (!found.ok) throw new Error(`${name}: ${found.status}`);
      return found.json();
    });
    answer.catch(() => loading.delete(name)); // to be tried again
    loading.set(name, answer);
  }
  return loading.get(name);
}

function papersOf(year) {
  const name = `papers of ${year}`;
  if (!loading.has(name)) {
    const read = load(year).then((rows) =>
      rows.map(([path, ids, title, authors, themes, day]) => ({
        path, ids, title, authors, themes, day,
        rows: {
          title: row(title),
          ids: row(ids.join(" ").replaceAll("arxiv:", "")),
          authors: row(authors.join(" ")),
        },
      })));
    read.catch(() => loading.delete(name));
    loading.set(name, read);
  }
  return loading.get(name);
}

async function addAbstracts(year) {
  const [papers, abstracts] = await Promise.all([papersOf(year), load(`${year}-abstracts`)]);
  papers.forEach((paper, at) => { paper.rows.abstract ??= row(abstracts[at]); });
}

function score(paper, words, fields) {
  let sum = 0;
  for (const word of words) {
    const found = fields.find((field) => holds(paper.rows[field], word));
    if (!found) return 0;
    sum += WEIGHTS[found];
  }
  return sum || 1;
}

function idOf(query) {
  const found = ARXIV_ID.exec(query.trim());
  return found ? `arxiv:${found[1].toLowerCase()}` : "";
}

const has = (paper, id) => paper.ids.some((name) => name.toLowerCase() === id);

async function find() {
  const query = form.q.value, id = idOf(query);
  const words = wordsOf(query.replace(/arxiv:/gi, " ")), names = wordsOf(form.author.value);
  if (!words.length && !names.length && !form.theme.value && !form.year.value) return null;
  const chosen = !id && form.year.value ? [form.year.value] : years;
  if (form.abstracts.checked && !id) await Promise.all(chosen.map(addAbstracts));
  const papers = (await Promise.all(chosen.map(papersOf))).flat();
  const named = papers.filter((paper) => id && has(paper, id));
  if (named.length) return named; // else it may be the beginning of an id
  const fields = Object.keys(WEIGHTS).slice(0, form.abstracts.checked ? 4 : 3);
  return papers
    .filter((paper) => !form.theme.value || paper.themes.includes(form.theme.value))
    .filter((paper) => names.every((name) => holds(paper.rows.authors, name)))
    .map((paper) => [score(paper, words, fields), paper])
    .filter(([points]) => points)
    .sort(([a, one], [b, other]) => b - a || other.day.localeCompare(one.day))
    .map(([, paper]) => paper);
}

function item({ path, ids, title, authors, themes, day }) {
  const [arxiv] = ids.filter((id) => id.startsWith("arxiv:"));
  return window.reader.item({
    level: "h2",
    id: path.split("/")[1],
    title,
    authors,
    date: day,
    url: arxiv ? `https://arxiv.org/abs/${arxiv.slice(6)}` : "",
    notes: themes.map((theme) => form.theme.querySelector(`[value="${theme}"]`).textContent),
  });
}

function show(papers, from) {
  results.append(...papers.slice(from, from + STEP).map(item));
  window.reader.paint();
  more.hidden = papers.length <= from + STEP;
  more.onclick = () => {
    show(papers, from + STEP);
    results.children[from + STEP].querySelector("a").focus();
  };
}

async function search({ go = false } = {}) {
  const turn = ++asked;
  const said = [...new FormData(form)].filter(([, value]) => value);
  history.replaceState(null, "", said.length ? `?${new URLSearchParams(said)}` : location.pathname);
  let papers;
  try {
    papers = await find();
  } catch {
    if (turn === asked) tally.textContent = tally.dataset.failed;
    return;
  }
  if (turn !== asked) return; // another query came meanwhile
  if (go && papers?.length === 1 && has(papers[0], idOf(form.q.value))) {
    location.replace(base + papers[0].path);
    return;
  }
  results.replaceChildren();
  more.hidden = true;
  tally.textContent = papers ? window.reader.fill(tally.dataset[["none", "one"][papers.length] ?? "many"], { count: papers.length }) : "";
  if (papers) show(papers, 0);
}

function step(by) {
  const links = [...results.querySelectorAll(".title a")];
  const at = links.indexOf(document.activeElement.closest(".paper")?.querySelector(".title a")) + by;
  (at < 0 ? form.q : links[Math.min(at, links.length - 1)] || form.q).focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search({ go: true });
});
form.addEventListener("input", () => search());
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === form.q && event.key === "ArrowDown") step(1);
  else if (results.contains(event.target) && event.key === "ArrowDown") step(1);
  else if (results.contains(event.target) && event.key === "ArrowUp") step(-1);
  else return;
  event.preventDefault();
});

form.hidden = false;
for (const [name, value] of new URLSearchParams(location.search)) {
  const field = form.elements.namedItem(name);
  if (field?.type === "checkbox") field.checked = true;
  else if (field && "value" in field) field.value = value;
}
form.q.focus();
search({ go: true });
