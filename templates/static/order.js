// A day's papers by time instead of best first, for readers who ask for it; kept in this browser.
{
  const name = `digest:${document.documentElement.dataset.base}:order`;
  const stored = () => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (value) => { try { localStorage.setItem(name, value); } catch { /* for this page alone */ } };
  const lists = [...document.querySelectorAll(".group > ul.papers")];
  const best = new Map(lists.map((list) => [list, [...list.querySelectorAll(":scope > li.paper")]]));
  const address = (item) => item.querySelector(".title a").getAttribute("href"); // rises with the id

  function put(order) {
    for (const [list, items] of best) {
      const sorted = order === "time" ? items.toSorted((a, b) => (address(a) < address(b) ? -1 : 1)) : items;
      list.prepend(...sorted);
    }
    for (const button of document.querySelectorAll(".order button")) button.ariaPressed = button.value === order;
  }

  for (const part of document.querySelectorAll(".order")) {
    for (const order of ["best", "time"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", value: order });
      button.textContent = part.dataset[order];
      button.onclick = () => { store(order); put(order); };
      part.append(button, " ");
    }
    part.hidden = false;
  }
  put(stored() === "time" ? "time" : "best");
}
