const grids = new WeakMap();

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mix = (from, to, part) => from.map((value, at) => Math.round(value + (to[at] - value) * part));
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

function background(element) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#ffffff";
  return channels(probe.fillStyle);
}

const GAP = "\u202f";
const FEW = 10;
const number = (value) => value.toLocaleString("en-US");
const percent = (rate, digits = 1) => `${(100 * rate).toFixed(digits)}${GAP}%`;
const range = (limits) => (limits ? ` (${(100 * limits[0]).toFixed(1)}–${(100 * limits[1]).toFixed(1)})` : "");

// Names cut to `room` characters at their end; in the middle where that would make two the same.
function abbreviate(names, room) {
  const cut = names.map((name) => (name.length <= room ? name : `${name.slice(0, Math.max(2, room - 1)).replace(/[\s-]+$/, "")}.`));
  if (new Set(cut).size === names.length || room < 6) return cut;
  return names.map((name) => (name.length <= room ? name : `${name.slice(0, room - 5)}…${name.slice(-4)}`));
}

// What a cell is a share of.
function whole(grid, i, j) {
  const { by } = grid.data.view;
  if (by === "predicted") return grid.columns[j];
  return by === "all" ? grid.total : grid.rows[i];
}

function sentence(grid, i, j) {
  const { genres, counts, by, rates, intervals, nouns } = grid.data.view;
  const [n, of] = [number(counts[i][j]), number(whole(grid, i, j))];
  const rate = rates[i][j] === null ? "" : `, ${percent(rates[i][j])}${range(intervals[i][j])}`;
  if (by === "predicted") return `${n} of ${of} ${nouns} taken for ${genres[j]} are ${genres[i]}${rate}`;
  const what = i === j ? `${genres[i]} recognised` : `${genres[i]} taken for ${genres[j]}`;
  if (by === "all") return `${n} of all ${of} ${nouns}: ${what}${rate}`;
  return i === j
    ? `${n} of ${of} ${genres[i]} ${nouns} were recognised${rate}`
    : `${n} of ${of} ${genres[i]} ${nouns} were taken for ${genres[j]}${rate}`;
}

// No room for decimals and a unit in narrow cells: whole per cents, as their tips say in full.
const share = (grid, rate) => (grid.tight ? (rate < 0.005 ? "<1" : (100 * rate).toFixed(0)) : percent(rate, grid.k > 12 ? 0 : 1));

function fillCell(grid, cell, i, j) {
  const { genres, counts, by, rates } = grid.data.view;
  const n = counts[i][j];
  const [rate, of] = [rates[i][j], whole(grid, i, j)];
  const few = by !== "count" && of < FEW;
  cell.textContent = by === "count" || n === 0 ? number(n) : share(grid, rate);
  if (few && n > 0) cell.append(Object.assign(document.createElement("small"), { textContent: ` ${n} of ${of}` }));
  const value = by === "count" ? n : (rate ?? 0);
  const part = value / ((i === j ? grid.mostRight : grid.mostWrong) || 1);
  const hue = channels(grid.data.hues[i === j ? 0 : 1][grid.dark ? 1 : 0]);
  const fill = n === 0 ? grid.paper : mix(grid.paper, hue, 0.1 + 0.9 * part);
  cell.style.background = n === 0 || few ? "" : `rgb(${fill})`;
  cell.style.color = n === 0 || few ? "" : contrast(luminance(fill), 1) >= 4.5 ? "#ffffff" : "#000000";
  cell.className = `cell${n === 0 ? " none" : ""}${few ? " few" : ""}`;
  cell.setAttribute("aria-label", `true ${genres[i]}, predicted ${genres[j]}: ${sentence(grid, i, j)}`);
}

const element = (tag, attributes = {}, text = "") => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

// The table is built anew only when its genres change; otherwise texts and colours are changed in place.
function build(grid) {
  const { view, compact, label } = grid.data;
  const { genres } = view;
  const table = element("table", { role: "grid", "aria-label": label });
  const head = element("tr", { role: "row" });
  const corner = element("th", { class: "corner", role: "columnheader", scope: "col" }, "true ↓");
  corner.append(element("br"), "taken for →");
  head.append(corner);
  grid.heads = genres.map((name) => element("th", { role: "columnheader", scope: "col", title: name, "aria-label": name }));
  head.append(...grid.heads);
  if (!compact) head.append(element("th", { class: "margin", role: "columnheader", scope: "col", title: "of each true genre, the part that was recognised" }, "recall"));
  table.createTHead().append(head);
  const body = table.createTBody();
  grid.cells = genres.map((_, i) => genres.map((__, j) => element("td", { role: "gridcell", tabindex: "-1", "data-i": i, "data-j": j })));
  grid.recalls = [];
  grid.sides = genres.map((name, i) => {
    const row = element("tr", { role: "row" });
    const side = element("th", { role: "rowheader", scope: "row", title: name });
    row.append(side, ...grid.cells[i]);
    if (!compact) row.append((grid.recalls[i] = element("td", { class: "margin", role: "gridcell" })));
    body.append(row);
    return side;
  });
  grid.precisions = [];
  grid.foot = null;
  if (!compact) {
    const foot = element("tr", { role: "row" });
    grid.foot = element("th", { role: "rowheader", scope: "row", class: "margin", title: "of each predicted genre, the part that is right" }, "precision");
    foot.append(grid.foot);
    grid.precisions = genres.map(() => element("td", { class: "margin", role: "gridcell" }));
    foot.append(...grid.precisions, element("td", { role: "gridcell" }));
    table.createTFoot().append(foot);
  }
  grid.scroll.replaceChildren(table);
  grid.genres = genres.join("\n");
}

function measure(grid) {
  const { view, compact } = grid.data;
  grid.k = view.genres.length;
  grid.rows = view.counts.map((row) => row.reduce((a, b) => a + b, 0));
  grid.columns = view.genres.map((_, j) => view.counts.reduce((sum, row) => sum + row[j], 0));
  grid.total = grid.rows.reduce((a, b) => a + b, 0);
  const values = view.by === "count" ? view.counts : view.rates;
  [grid.mostRight, grid.mostWrong] = [0, 0];
  values.forEach((row, i) => row.forEach((value, j) => {
    const which = i === j ? "mostRight" : "mostWrong";
    grid[which] = Math.max(grid[which], value ?? 0);
  }));
  grid.paper = background(grid.frame);
  grid.dark = luminance(grid.paper) < 0.2;
  const dense = grid.k > 20;
  grid.frame.className = `frame${compact ? " compact" : ""}${dense ? " dense" : ""}${grid.data.pickable ? " pickable" : ""}`;
}

function margin(cell, value, of, what) {
  if (!cell) return;
  cell.textContent = value ? percent(value[0], 0) : "–";
  if (value && of < FEW) cell.append(element("small", {}, ` of ${of}`));
  cell.title = value ? `${what} ${percent(value[0])}${range(value.slice(1))}, ${number(of)} tracks` : "no tracks";
  cell.setAttribute("aria-label", cell.title);
}

// Headers shorten to what their column holds; titles keep the whole name.
function fit(grid) {
  const { genres } = grid.data.view;
  const width = grid.frame.clientWidth;
  if (!width) return;
  const narrow = width < 480;
  const longest = Math.max(...genres.map((name) => name.length));
  const head = Math.max(58, Math.min(longest * 7.2 + 14, narrow ? 82 : 150));
  grid.frame.style.setProperty("--head", `${head}px`);
  const column = grid.k > 20 ? 30 : (width - head - (grid.data.compact ? 0 : 58)) / grid.k - 2;
  const tight = grid.k <= 20 && column < 48;
  if (tight !== Boolean(grid.tight)) {
    grid.tight = tight;
    grid.cells.forEach((row, i) => row.forEach((cell, j) => fillCell(grid, cell, i, j)));
  }
  const steep = column < 42 && longest > 4;  // names stand upright where columns are narrow
  grid.frame.classList.toggle("steep", steep);
  grid.frame.style.setProperty("--row", `${rowHeight(grid, column)}px`);
  abbreviate(genres, steep ? 14 : Math.max(2, Math.floor(column / 6.9))).forEach((text, j) => { grid.heads[j].textContent = text; });
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

function mark(grid, selected) {
  for (const old of grid.scroll.querySelectorAll('[aria-selected="true"]')) old.setAttribute("aria-selected", "false");
  for (const lit of grid.scroll.querySelectorAll(".lit")) lit.classList.remove("lit");
  grid.selected = selected;
  if (!selected || !grid.cells[selected[0]]?.[selected[1]]) return;
  grid.cells[selected[0]][selected[1]].setAttribute("aria-selected", "true");
  grid.sides[selected[0]].parentElement.classList.add("lit");
  grid.heads[selected[1]].classList.add("lit");
}

function update(grid) {
  const { view, selected, seq, pickable } = grid.data;
  measure(grid);
  if (grid.genres !== view.genres.join("\n")) build(grid);
  grid.cells.forEach((row, i) => row.forEach((cell, j) => {
    fillCell(grid, cell, i, j);
    if (pickable && !cell.hasAttribute("aria-selected")) cell.setAttribute("aria-selected", "false");
  }));
  view.genres.forEach((name, i) => {
    margin(grid.recalls[i], view.recalls[i], grid.rows[i], `recall of ${name}`);
    margin(grid.precisions[i], view.precisions[i], grid.columns[i], `precision of ${name}`);
  });
  fit(grid);
  if (seq >= grid.seq) {  // an answer older than the last click here would flicker
    grid.seq = seq;
    mark(grid, selected);
  }
  rove(grid, grid.at ?? selected ?? [0, 0], false);
  if (grid.tipped) tip(grid, grid.tipped);
}

function rove(grid, [i, j], focus = true) {
  const [row, column] = [Math.min(Math.max(i, 0), grid.k - 1), Math.min(Math.max(j, 0), grid.k - 1)];
  for (const old of grid.scroll.querySelectorAll('td[tabindex="0"]')) old.tabIndex = -1;
  const cell = grid.cells[row][column];
  cell.tabIndex = 0;
  if (!focus) return;
  grid.at = [row, column];
  cell.focus({ preventScroll: true });
  reveal(grid, cell);
}

// Sticky headers cover what the browser thinks is in sight.
function reveal(grid, cell) {
  const box = grid.scroll;
  const [head, side] = [grid.heads[0].offsetHeight + 4, grid.sides[0].offsetWidth + 4];
  if (cell.offsetTop < box.scrollTop + head) box.scrollTop = cell.offsetTop - head;
  else if (cell.offsetTop + cell.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = cell.offsetTop + cell.offsetHeight - box.clientHeight + 4;
  if (cell.offsetLeft < box.scrollLeft + side) box.scrollLeft = cell.offsetLeft - side;
  else if (cell.offsetLeft + cell.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = cell.offsetLeft + cell.offsetWidth - box.clientWidth + 4;
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

function pick(grid, cell) {
  if (!grid.data.pickable) return;
  const same = grid.selected && cell && grid.selected[0] === cell[0] && grid.selected[1] === cell[1];
  const next = same ? null : cell;
  grid.seq = Math.max(grid.seq + 1, Date.now());
  mark(grid, next);
  grid.send("pick", { cell: next, seq: grid.seq });
}

function moved(key, [i, j], k, ctrl) {
  const steps = {
    ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
    Home: [ctrl ? 0 : i, 0], End: [ctrl ? k - 1 : i, k - 1], PageUp: [i - 10, j], PageDown: [i + 10, j],
  };
  return steps[key];
}

function listen(grid) {
  const cellOf = (event) => event.target.closest?.("td.cell");
  const at = (cell) => [Number(cell.dataset.i), Number(cell.dataset.j)];
  grid.scroll.addEventListener("click", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    rove(grid, at(cell));
    pick(grid, at(cell));
  });
  grid.scroll.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    const next = moved(event.key, at(cell), grid.k, event.ctrlKey || event.metaKey);
    if (next) rove(grid, next);
    else if (event.key === "Enter" || event.key === " ") pick(grid, at(cell));
    else if (event.key === "Escape") { tip(grid, null); if (grid.selected) pick(grid, null); }
    else return;
    event.preventDefault();
    event.stopPropagation();  // Streamlit has shortcuts of its own
  });
  grid.scroll.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") tip(grid, cellOf(event)); });
  grid.scroll.addEventListener("pointerleave", () => tip(grid, null));
  grid.scroll.addEventListener("focusin", (event) => { const cell = cellOf(event); if (cell) { grid.at = at(cell); tip(grid, cell); } });
  grid.scroll.addEventListener("focusout", () => tip(grid, null));
  grid.scroll.addEventListener("scroll", () => tip(grid, null), { passive: true });
}

function create(parent) {
  const frame = element("div", { class: "frame" });
  const scroll = element("div", { class: "scroll" });
  const tipBox = element("div", { class: "tip", "aria-hidden": "true" });
  frame.append(scroll, tipBox);
  parent.append(frame);
  const grid = { frame, scroll, tip: tipBox, seq: 0, selected: null };
  listen(grid);
  new ResizeObserver(() => { if (grid.data) fit(grid); }).observe(frame);
  return grid;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid) grids.set(parentElement, (grid = create(parentElement)));
  grid.send = setTriggerValue;
  if (grid.data && grid.data.compact !== data.compact) grid.genres = null;
  grid.data = data;
  update(grid);
  const redraw = (part) => { grid.data = { ...grid.data, ...part }; update(grid); };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, redraw);
  return () => { if (parts.get(data.live) === redraw) parts.delete(data.live); };
}
