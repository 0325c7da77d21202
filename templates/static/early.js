// Before the first paint: the colours and the text size that the reader chose, and room for controls.
"use strict";

{
  const root = document.documentElement;
  root.classList.add("js");
  root.dataset.base = new URL("..", document.currentScript.src).pathname;
  try {
    const look = JSON.parse(localStorage.getItem(`digest:${root.dataset.base}:look`));
    for (const name of ["scheme", "size"]) if (look?.[name]) root.dataset[name] = look[name];
  } catch { /* nothing is kept here, or nothing of ours */ }
}
