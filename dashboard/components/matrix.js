const grids = new WeakMap();

// What the matrix is about, and what can be chosen of it at once.
function about(grid) {
  const { note, pickable, view } = grid.data;
  grid.about.hidden = grid.data.compact || (!note && !pickable);
  const missed = view.counts.some((row, i) => row.some((n, j) => n && j !== i && j < grid.k));
  const said = `${note}|${pickable}|${grid.zoomed}|${grid.k > DENSE}|${view.compare}|${view.held}|${missed}`;
  if (grid.noted === said) return;
  grid.noted = said;
  grid.about.replaceChildren(element("span", {}, note || ""));
  if (!pickable) return;
  const ways = element("span", { class: "ways" });
  const all = [["right", "All correct", "Select the diagonal"]];
  if (missed) all.unshift(["wrong", "All errors", "Select all tracks off the diagonal"]);
  if (view.held) all.push([blockText(grid, [-1, grid.k], [-1, grid.k]), "Not answered", "Select all tracks without an answer"]);
  for (const [what, text, title] of all) {
    ways.append(element("button", { type: "button", "data-pick": what, "aria-pressed": "false", title }, text));
  }
  if (grid.k > DENSE) ways.append(element("button", { type: "button", class: "zoom" }, grid.zoomed ? "Overview" : "Numbers"));
  ways.append(element("button", { type: "button", class: "several", "aria-pressed": "false", title: "Let each tap add a cell, row or column" }, "Several"));
  grid.about.append(ways);
}

function update(grid) {
  if (!grid.width) return;
  const { view, selected, seq } = grid.data;
  measure(grid);
  about(grid);
  const anew = grid.built !== signature(grid);
  if (anew) build(grid);
  if (grid.table.getAttribute("aria-label") !== grid.data.label) grid.table.setAttribute("aria-label", grid.data.label);
  fit(grid);
  fill(grid);
  margins(grid);
  // An answer older than the last click here would flicker.
  const fresh = seq >= grid.seq;
  if (fresh) { grid.seq = seq; tell(grid, grid.data.said); if (grid.data.pickable) announce(grid, selected); }
  const elsewhere = fresh && Boolean(selected) && selected !== grid.selected;  // a finding's link, a search or the address
  mark(grid, fresh ? selected : grid.selected);
  const first = parse(selected).find(Array.isArray);
  const where = first ? first.map((side) => (side === null ? 0 : view.genres.findIndex((_, at) => membersOf(grid, at).includes(side[0])))) : [0, 0];
  rove(grid, grid.at ?? where, false);
  if (anew) grid.scroll.replaceChildren(grid.table);
  if (elsewhere && first && !anew) nodeAt(grid, where).scrollIntoView({ block: "nearest", inline: "nearest" });
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
  new ResizeObserver(([{ contentRect }]) => {  // told, not asked for: asking would lay the page out once more
    if (contentRect.width === grid.width) return;
    grid.width = contentRect.width;
    if (grid.data) update(grid);
  }).observe(frame);
  return grid;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid) grids.set(parentElement, (grid = create(parentElement)));
  grid.send = setTriggerValue;
  grid.data = data;
  theme(grid);
  grid.width ||= grid.frame.clientWidth;
  update(grid);
  offerPicture(parentElement, data, { drawn: () => picture(grid) });
  const redraw = (part) => { grid.data = { ...grid.data, ...part }; update(grid); };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, redraw);
  return () => { if (parts.get(data.live) === redraw) parts.delete(data.live); };
}
