// Mouse, touch and keyboard. One stop of the Tab key; arrows move, from the first row or column on to the headers.
const nodeAt = (grid, [i, j]) => (i < 0 ? grid.heads[j] : j < 0 ? grid.sides[i] : grid.cells[i][j]);

function rove(grid, [i, j], focus = true) {
  const least = grid.data.pickable ? -1 : 0;
  const row = Math.min(Math.max(i, j < 0 ? 0 : least), grid.k - 1);
  const column = Math.min(Math.max(j, row < 0 ? 0 : grid.data.byRow ? -1 : least), grid.wide - 1);
  const node = nodeAt(grid, [row, column]);
  if (grid.stop !== node) {
    if (grid.stop) grid.stop.tabIndex = -1;
    node.tabIndex = 0;
    grid.stop = node;
  }
  if (!focus) return [row, column];
  grid.at = [row, column];
  node.focus({ preventScroll: true });
  reveal(grid, node);
  return grid.at;
}

// Sticky headers cover what the browser thinks is in sight.
function reveal(grid, node) {
  const box = grid.scroll;
  const [head, side] = [grid.heads[0].offsetHeight + 4, grid.sides[0].offsetWidth + 4];
  const last = grid.wide > grid.k && isDense(grid) ? grid.heads[grid.k].offsetWidth : 0;  // stays at the right edge
  const [i, j] = [Number(node.dataset.i), Number(node.dataset.j)];
  if (i >= 0) {
    if (node.offsetTop < box.scrollTop + head) box.scrollTop = node.offsetTop - head;
    else if (node.offsetTop + node.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = node.offsetTop + node.offsetHeight - box.clientHeight + 4;
  }
  if (j >= 0) {
    if (!isHeld(grid, j) && node.offsetLeft < box.scrollLeft + side) box.scrollLeft = node.offsetLeft - side;
    else if (!isHeld(grid, j) && node.offsetLeft + node.offsetWidth > box.scrollLeft + box.clientWidth - last) box.scrollLeft = node.offsetLeft + node.offsetWidth - box.clientWidth + last + 4;
  }
}

function moved(key, [i, j], { k, wide }, ctrl) {
  const steps = {
    ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
    Home: [ctrl ? 0 : i, 0], End: [ctrl ? k - 1 : i, wide - 1], PageUp: [Math.max(i - 10, 0), j], PageDown: [i + 10, j],
  };
  return steps[key];
}

// Where rows alone can be chosen, as where the page lifts their genres: their names are what is pressed.
const takesRow = (grid, [, j]) => Boolean(grid.data.byRow) && j < 0;
const sendRow = (grid, [i]) => grid.send("row", { genre: i, seq: Date.now() });

function press(grid, event, at) {
  const next = moved(event.key, at, grid, event.ctrlKey || event.metaKey);
  if (next && event.shiftKey && grid.data.pickable) {
    grid.anchor ??= at;
    // A rectangle grows over cells; one that began at a header takes whole rows or columns.
    const held = next.map((value, side) => (grid.anchor[side] < 0 ? -1 : Math.max(value, 0)));
    pick(grid, rove(grid, held), event, 250);
  } else if (next) {
    grid.anchor = null;
    rove(grid, next);
  } else if ((event.key === "Enter" || event.key === " ") && takesRow(grid, at)) sendRow(grid, at);
  else if (event.key === "Enter" || event.key === " ") pick(grid, at, { ctrlKey: event.ctrlKey, metaKey: event.metaKey });
  else if (event.key === "Escape") { tip(grid, null); grid.anchor = null; if (grid.selected) send(grid, ""); }
  else return false;
  return true;
}

function listen(grid) {
  const placeOf = (event) => event.target.closest?.("[data-i]");
  const cellOf = (event) => event.target.closest?.("td.cell");
  const at = (node) => [Number(node.dataset.i), Number(node.dataset.j)];
  grid.scroll.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); });
  grid.scroll.addEventListener("click", (event) => {
    const node = placeOf(event);
    if (node && takesRow(grid, at(node))) {
      rove(grid, at(node));
      sendRow(grid, at(node));
      return;
    }
    if (!node || (!node.matches("td.cell") && !grid.data.pickable)) return;
    rove(grid, at(node));
    pick(grid, at(node), event);
  });
  grid.scroll.addEventListener("keydown", (event) => {
    const node = placeOf(event);
    if (!node || !press(grid, event, at(node))) return;
    event.preventDefault();
    event.stopPropagation();  // Streamlit has shortcuts of its own
  });
  grid.scroll.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") tip(grid, cellOf(event)); });
  grid.scroll.addEventListener("pointerleave", () => tip(grid, null));
  grid.scroll.addEventListener("focusin", (event) => {
    const node = placeOf(event);
    if (node) { grid.at = at(node); tip(grid, cellOf(event)); }
  });
  grid.scroll.addEventListener("focusout", () => tip(grid, null));
  grid.scroll.addEventListener("scroll", () => tip(grid, null), { passive: true });
  grid.about.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.matches(".zoom")) {
      grid.zoomed = !grid.zoomed;
      update(grid);
      if (grid.stop) reveal(grid, grid.stop);
    } else if (button.dataset.pick) send(grid, grid.selected === button.dataset.pick ? "" : button.dataset.pick);
    else { grid.several = !grid.several; button.setAttribute("aria-pressed", String(grid.several)); }
  });
}
