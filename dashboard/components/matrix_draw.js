// The table: built anew only when its genres change; otherwise texts and colours are changed in place.
const element = (tag, attributes = {}, text = "") => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

function fillCell(grid, cell, i, j) {
  const { genres, counts, by, rates, compare, noise, hide, versus } = grid.data.view;
  const apart = compare === "difference";
  const [n, of, rate] = [counts[i][j], whole(grid, i, j), rates[i][j]];
  const few = by !== "count" && !apart && of < FEW;
  const hidden = hide && i === j;
  cell.textContent = hidden ? "" : cellText(grid, i, j);
  if (few && n > 0 && !hidden) cell.append(element("small", {}, ` ${n} of ${of}`));
  const value = apart ? Math.abs(rate ?? 0) : by === "count" ? n : (rate ?? 0);
  const most = apart ? grid.mostApart : i === j ? grid.mostRight : grid.mostWrong;
  const more = versus ? rate < 0 : rate > 0;  // of two runs the one looked at is blue
  const hues = grid.data.hues[apart ? (more ? 2 : 3) : i === j ? 0 : 1];
  const strength = (0.1 + 0.9 * (value / (most || 1))) * (apart && noise[i][j] ? 0.3 : 1);
  const fill = mix(grid.paper, channels(hues[grid.dark ? 1 : 0]), strength);
  const plain = value === 0 || few || hidden;
  cell.style.background = plain ? "" : `rgb(${fill})`;
  cell.style.color = plain ? "" : contrast(luminance(fill), 1) >= 4.5 ? "#ffffff" : "#000000";
  const classes = { none: value === 0, few, hidden, sure: apart && value > 0 && !noise[i][j], top: grid.starts.has(i), left: grid.starts.has(j) };
  cell.className = ["cell", ...Object.keys(classes).filter((name) => classes[name])].join(" ");
  cell.setAttribute("aria-label", `true ${genres[i]}, predicted ${genres[j]}: ${sentence(grid, i, j)}`);
}

// Row and column headers can be chosen as cells can, at -1 before the first cell.
const header = (role, scope, name, i, j) => element("th", { role, scope, title: name, "aria-label": name, tabindex: "-1", "data-i": i, "data-j": j });

function build(grid) {
  const { view, label } = grid.data;
  const { genres } = view;
  const table = element("table", { role: "grid", "aria-label": label, "aria-multiselectable": String(grid.data.pickable) });
  const head = element("tr", { role: "row" });
  const corner = element("th", { class: "corner", role: "columnheader", scope: "col" }, "true ↓");
  corner.append(element("br"), "taken for →");
  head.append(corner);
  grid.heads = genres.map((name, j) => header("columnheader", "col", name, -1, j));
  head.append(...grid.heads);
  if (grid.margins) head.append(element("th", { class: "margin", role: "columnheader", scope: "col", title: "of each true genre, the part that was recognised" }, "recall"));
  table.createTHead().append(head);
  const body = table.createTBody();
  grid.cells = genres.map((_, i) => genres.map((__, j) => element("td", { role: "gridcell", tabindex: "-1", "data-i": i, "data-j": j })));
  grid.recalls = [];
  grid.sides = genres.map((name, i) => {
    const row = element("tr", { role: "row" });
    const side = header("rowheader", "row", name, i, -1);
    row.append(side, ...grid.cells[i]);
    if (grid.margins) row.append((grid.recalls[i] = element("td", { class: "margin", role: "gridcell" })));
    body.append(row);
    return side;
  });
  grid.precisions = [];
  grid.foot = null;
  if (grid.margins) table.createTFoot().append(footOf(grid, genres));
  grid.scroll.replaceChildren(table);
  grid.built = signature(grid);
}

function footOf(grid, genres) {
  const foot = element("tr", { role: "row" });
  grid.foot = element("th", { role: "rowheader", scope: "row", class: "margin", title: "of each predicted genre, the part that is right" }, "precision");
  grid.precisions = genres.map(() => element("td", { class: "margin", role: "gridcell" }));
  foot.append(grid.foot, ...grid.precisions, element("td", { role: "gridcell" }));
  return foot;
}

const signature = (grid) => [grid.margins, grid.data.pickable, grid.data.label, ...grid.data.view.genres].join("\n");

function measure(grid) {
  const { view, compact } = grid.data;
  grid.k = view.genres.length;
  grid.rows = view.counts.map((row) => row.reduce((a, b) => a + b, 0));
  grid.columns = view.genres.map((_, j) => view.counts.reduce((sum, row) => sum + row[j], 0));
  grid.total = grid.rows.reduce((a, b) => a + b, 0);
  grid.margins = !compact && view.compare !== "difference";
  grid.starts = new Set(view.blocks ?? []);
  const values = view.by === "count" && view.compare !== "difference" ? view.counts : view.rates;
  [grid.mostRight, grid.mostWrong, grid.mostApart] = [0, 0, 0];
  values.forEach((row, i) => row.forEach((value, j) => {
    const which = i === j ? "mostRight" : "mostWrong";
    grid[which] = Math.max(grid[which], value ?? 0);
    grid.mostApart = Math.max(grid.mostApart, Math.abs(value ?? 0));
  }));
  grid.paper = background(grid.frame);
  grid.dark = luminance(grid.paper) < 0.2;
  grid.frame.className = `frame${compact ? " compact" : ""}${grid.k > 20 ? " dense" : ""}${grid.data.pickable ? " pickable" : ""}${grid.data.byRow ? " rows" : ""}`;
  grid.frame.classList.toggle("steep", Boolean(grid.steep));
}

function margin(cell, value, of, what) {
  if (!cell) return;
  cell.textContent = value ? percent(value[0], 0) : "–";
  if (value && of < FEW) cell.append(element("small", {}, ` of ${of}`));
  const nothing = what.startsWith("precision") ? "no track was taken for it" : "no tracks";
  cell.title = value ? `${what} ${percent(value[0])}${range(value.slice(1))}, ${number(of)} tracks` : `${what}: ${nothing}`;
  cell.setAttribute("aria-label", cell.title);
}

// Headers shorten to what their column holds; titles keep the whole name.
function fit(grid) {
  const { genres } = grid.data.view;
  const width = grid.frame.clientWidth;
  if (!width) return;
  const longest = Math.max(...genres.map((name) => name.length));
  const head = Math.max(58, Math.min(longest * 7.2 + 14, width < 480 ? 82 : 150));
  grid.frame.style.setProperty("--head", `${head}px`);
  const column = grid.k > 20 ? 30 : (width - head - (grid.margins ? 58 : 0)) / grid.k - 2;
  const tight = grid.k <= 20 && column < 48;
  if (tight !== Boolean(grid.tight)) {
    grid.tight = tight;
    grid.cells.forEach((row, i) => row.forEach((cell, j) => fillCell(grid, cell, i, j)));
  }
  grid.steep = column < 42 && longest > 4;  // names stand upright where columns are narrow
  grid.frame.classList.toggle("steep", grid.steep);
  grid.frame.style.setProperty("--row", `${rowHeight(grid, column)}px`);
  abbreviate(genres, grid.steep ? 14 : Math.max(2, Math.floor(column / 6.9))).forEach((text, j) => { grid.heads[j].textContent = text; });
  abbreviate(genres, Math.floor((head - 10) / 6.8)).forEach((text, i) => {
    grid.sides[i].textContent = text;
    if (grid.rows[i] < FEW && !grid.data.compact) grid.sides[i].append(element("small", {}, `${grid.rows[i]} tracks`));
  });
  // No room for a unit beside each number: it stands once, in the row's name.
  const bare = column < 34;
  if (grid.foot) grid.foot.textContent = bare ? "precision, %" : "precision";
  grid.precisions.forEach((cell) => { cell.firstChild.textContent = cell.firstChild.textContent.replace(/\u202f?%$/, "") + (bare || cell.textContent === "–" ? "" : `${GAP}%`); });
}

function rowHeight(grid, column) {
  const dense = grid.k > 20;
  if (grid.data.compact) return dense ? 18 : 22;
  return dense ? 22 : Math.round(Math.max(26, Math.min(48, 400 / grid.k, column * 1.2)));
}

function tip(grid, cell) {
  grid.tipped = cell;
  grid.tip.classList.toggle("on", Boolean(cell));
  if (!cell) return;
  grid.tip.textContent = sentence(grid, Number(cell.dataset.i), Number(cell.dataset.j));
  const [box, frame] = [cell.getBoundingClientRect(), grid.frame.getBoundingClientRect()];
  const left = box.left + box.width / 2 - frame.left - grid.tip.offsetWidth / 2;
  const above = box.top - frame.top - grid.tip.offsetHeight - 6;
  grid.tip.style.left = `${Math.min(Math.max(left, 0), frame.width - grid.tip.offsetWidth)}px`;
  grid.tip.style.top = `${above >= 0 ? above : box.bottom - frame.top + 6}px`;
}
