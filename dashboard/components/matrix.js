const grids = new WeakMap();

// What the matrix is about, and what can be chosen of it at once.
function about(grid) {
  const { note, pickable, view } = grid.data;
  grid.about.hidden = !note && !pickable;
  const said = `${note}|${pickable}|${view.compare}`;
  if (grid.noted === said) return;
  grid.noted = said;
  grid.about.replaceChildren(element("span", {}, note || ""));
  if (!pickable) return;
  const ways = element("span", { class: "ways" });
  for (const [what, text, title] of [["wrong", "All errors", "Choose all tracks off the diagonal"], ["right", "All right", "Choose the diagonal"]]) {
    ways.append(element("button", { type: "button", "data-pick": what, "aria-pressed": "false", title }, text));
  }
  ways.append(element("button", { type: "button", class: "several", "aria-pressed": "false", title: "Let each tap add a cell, row or column" }, "Several"));
  grid.about.append(ways);
}

function update(grid) {
  const { view, selected, seq } = grid.data;
  measure(grid);
  about(grid);
  if (grid.built !== signature(grid)) build(grid);
  grid.cells.forEach((row, i) => row.forEach((cell, j) => fillCell(grid, cell, i, j)));
  view.genres.forEach((name, i) => {
    margin(grid.recalls[i], view.recalls[i], grid.rows[i], `recall of ${name}`);
    margin(grid.precisions[i], view.precisions[i], grid.columns[i], `precision of ${name}`);
  });
  fit(grid);
  // An answer older than the last click here would flicker.
  const fresh = seq >= grid.seq;
  if (fresh) { grid.seq = seq; tell(grid, grid.data.said); }
  mark(grid, fresh ? selected : grid.selected);
  const first = parse(selected).find(Array.isArray);
  const where = first ? first.map((side) => (side === null ? 0 : view.genres.findIndex((_, at) => membersOf(grid, at).includes(side[0])))) : [0, 0];
  rove(grid, grid.at ?? where, false);
  if (grid.tipped) tip(grid, grid.tipped.isConnected ? grid.tipped : null);
}

function create(parent) {
  const frame = element("div", { class: "frame" });
  const aboutLine = element("div", { class: "about" });
  const scroll = element("div", { class: "scroll" });
  const tipBox = element("div", { class: "tip", "aria-hidden": "true" });
  const said = element("div", { class: "said", role: "status" });
  frame.append(aboutLine, scroll, tipBox, said);
  parent.append(frame);
  const grid = { frame, scroll, said, about: aboutLine, tip: tipBox, seq: 0, selected: "", blocks: [] };
  listen(grid);
  new ResizeObserver(() => { if (grid.data) fit(grid); }).observe(frame);
  return grid;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid) grids.set(parentElement, (grid = create(parentElement)));
  grid.send = setTriggerValue;
  grid.data = data;
  update(grid);
  const redraw = (part) => { grid.data = { ...grid.data, ...part }; update(grid); };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, redraw);
  return () => { if (parts.get(data.live) === redraw) parts.delete(data.live); };
}
