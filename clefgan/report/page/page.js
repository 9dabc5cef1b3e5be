"use strict";
// Sort a table by the buttons in its header; undefined values stay last, equal ones in order.
for (const table of document.querySelectorAll("table.board")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const order = now === "none" ? head.dataset.first : now === "ascending" ? "descending" : "ascending";
      for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const numbers = head.dataset.kind === "number";
      const key = (row) => row.cells[column].dataset.sort;
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === "" || y === "") return (x === "") - (y === "");
        return sign * (numbers ? x - y : x.localeCompare(y, "en", { numeric: true }));
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
// Print everything, also what is folded.
const folds = [...document.querySelectorAll("details")];
let closed = [];
addEventListener("beforeprint", () => {
  closed = folds.filter((fold) => !fold.open);
  for (const fold of closed) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of closed) fold.open = false;
});
// A person's judgements: kept in this browser, and saved to a file where the button is pressed.
const judged = document.querySelector("[data-judged]");
if (judged) {
  const boxes = [...judged.querySelectorAll("input[type=radio]")];
  const place = (box) => `${judged.dataset.judged} ${box.closest("[data-released]").dataset.released}`;
  const remember = (work) => { try { return work(localStorage); } catch { return null; } };
  const told = document.querySelector("#judged-count");
  const count = () => { told.textContent = boxes.filter((box) => box.checked).length; };
  for (const box of boxes) {
    if (remember((store) => store.getItem(place(box))) === box.value) box.checked = true;
    box.addEventListener("change", () => {
      remember((store) => store.setItem(place(box), box.value));
      count();
    });
  }
  count();
  document.querySelector("#judged-save").addEventListener("click", () => {
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const rows = boxes.filter((box) => box.checked).map(
      (box) => `${quoted(box.closest("[data-released]").dataset.released)},${quoted(box.value)}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["released,judgement\n", ...rows], { type: "text/csv" }));
    link.download = "judged.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
