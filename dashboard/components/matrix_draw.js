// The table: built anew only for another number of genres, and fitted only when its width or its names change.
const HELD = "don't know";
const NARROWEST = 10;  // pixels that an upright name needs
const DENSE = 20;  // genres beyond which columns are as narrow as their numbers, and scroll
const LEGIBLE = 15;  // pixels of a column below which nobody reads its numbers: they scroll as well

// Row and column headers can be chosen as cells can, at -1 before the first cell.
const header = (role, scope, i, j) => element("th", { role, scope, tabindex: "-1", "data-i": i, "data-j": j });

function call(node, name, text) {
  if (node.title !== name) {
    node.title = name;
    node.setAttribute("aria-label", name);
  }
  node.textContent = text;
}

function headOf(grid, names) {
  const head = element("tr", { role: "row" });
  const corner = element("th", { class: "corner", role: "columnheader", scope: "col" }, "true ↓");
  corner.append(element("br"), "predicted →");
  grid.heads = names.map((_, j) => header("columnheader", "col", -1, j));
  if (grid.wide > grid.k) grid.heads[grid.k].classList.add("held");
  head.append(corner, ...grid.heads);
  const [text, title] = grid.wide > grid.k ? ["right", "share of each true genre that is answered correctly"] : ["recall", "share of each true genre that is recognized"];
  if (grid.margins) head.append(element("th", { class: "margin", role: "columnheader", scope: "col", title }, text));
  return head;
}

function footOf(grid, names) {
  const foot = element("tr", { role: "row" });
  grid.foot = element("th", { role: "rowheader", scope: "row", class: "margin", title: "share of each predicted genre that is right" }, "precision");
  grid.precisions = names.map((_, j) => element("td", { class: isHeld(grid, j) ? "margin held" : "margin", role: "gridcell", "data-side": "foot" }));
  foot.append(grid.foot, ...grid.precisions, element("td", { role: "gridcell" }));
  return foot;
}

function build(grid) {
  const { genres } = grid.data.view;
  const names = grid.wide > grid.k ? [...genres, HELD] : genres;
  const table = element("table", { role: "grid", "aria-multiselectable": String(grid.data.pickable) });
  table.createTHead().append(headOf(grid, names));
  const body = table.createTBody();
  const blank = element("td", { role: "gridcell", tabindex: "-1" });
  [grid.cells, grid.drawn, grid.recalls, grid.precisions] = [[], [], [], []];
  grid.sides = genres.map((_, i) => {
    const row = element("tr", { role: "row" });
    const side = header("rowheader", "row", i, -1);
    grid.cells.push(names.map((_, j) => {
      const cell = blank.cloneNode();
      cell.setAttribute("data-i", i);
      cell.setAttribute("data-j", j);
      return cell;
    }));
    grid.drawn.push(names.map(() => ({})));
    row.append(side, ...grid.cells[i]);
    if (grid.margins) row.append((grid.recalls[i] = element("td", { class: "margin", role: "gridcell" })));
    body.append(row);
    return side;
  });
  grid.foot = null;
  if (grid.margins) table.createTFoot().append(footOf(grid, names));
  grid.table = table;
  [grid.framed, grid.fitted, grid.marked, grid.stop] = [null, null, null, null];
  grid.built = signature(grid);
}

const signature = (grid) => `${grid.margins} ${grid.k} ${grid.wide} ${grid.data.pickable}`;

// The page's colours, which change with its theme alone.
function theme(grid) {
  const named = background(grid.frame);
  if (named === grid.paperNamed) return;
  grid.paperNamed = named;
  grid.paper = channels(named);
  grid.dark = luminance(grid.paper) < 0.2;
}

function measure(grid) {
  const { view, compact } = grid.data;
  grid.k = view.genres.length;
  grid.wide = grid.k + (view.held ? 1 : 0);
  grid.rows = view.counts.map((row) => row.reduce((a, b) => a + b, 0));
  grid.columns = Array.from({ length: grid.wide }, (_, j) => view.counts.reduce((sum, row) => sum + row[j], 0));
  grid.total = grid.rows.reduce((a, b) => a + b, 0);
  grid.margins = !compact && view.compare !== "difference";
  grid.starts = new Set(bounds(view.blocks ?? [], grid.k));
  const values = view.by === "count" && view.compare !== "difference" ? view.counts : view.rates;
  [grid.most, grid.mostApart] = [[0, 0, 0, 0, 0], 0];
  values.forEach((row, i) => row.forEach((value, j) => {
    const hue = hueOf(grid, i, j);
    grid.most[hue] = Math.max(grid.most[hue], value ?? 0);
    grid.mostApart = Math.max(grid.mostApart, Math.abs(value ?? 0));
  }));
}

// Lines stand around blocks of several genres; single ones in a row need none between them.
const bounds = (blocks, k) => blocks.filter((start, n) => (blocks[n + 1] ?? k) - start > 1 || start - (blocks[n - 1] ?? 0) > 1);

const named = (grid) => ["frame", grid.data.compact && "compact", isDense(grid) && "dense", isOverview(grid) && "overview", grid.data.pickable && "pickable", grid.data.byRow && "rows", grid.steep && "steep", grid.bare && "bare", grid.small].filter(Boolean).join(" ");

// A large matrix opens whole, without numbers; "Numbers" leads into it.
const isOverview = (grid) => grid.k > DENSE && !grid.zoomed && grid.width >= 480;

const isDense = (grid) => grid.k > DENSE || widths(grid).room < LEGIBLE;

// What the names take of the width, and what is left for each column.
function widths(grid) {
  const longest = Math.max(...grid.data.view.genres.map((name) => name.length));
  const margins = grid.margins ? 58 : 0;
  const left = Math.max(82, Math.min(150, grid.width - margins - 25 * grid.wide));  // of a narrow grid, for names
  const head = Math.max(58, Math.min(longest * 7.2 + 14, grid.width < 480 ? left : 150));
  return { longest, head, room: (grid.width - head - margins - (grid.wide > grid.k ? 12 : 0)) / grid.wide - 2 };
}

// Columns have one width: where each were as wide as its numbers, a changed number would move the whole table.
function sizes(grid) {
  const { by, compare } = grid.data.view, { longest, head, room } = widths(grid), dense = isDense(grid);
  grid.tight = !dense && room < 48;
  const kind = `${by} ${compare}`;
  if (dense && grid.kind !== kind) [grid.kind, grid.letters] = [kind, 0];
  if (dense) grid.letters = Math.max(grid.letters, lettersOf(grid));
  const column = isOverview(grid) ? Math.max(6, Math.floor(room)) : dense ? Math.max(28, Math.round(6.4 * grid.letters + 4)) : room;
  grid.steep = column < 42 && longest > 4;  // names stand upright where columns are narrow
  // "3 of 3" stands beside its share, below it, or where there is no room for it in what is said of the cell alone.
  grid.small = dense || column >= 84 ? "" : grid.data.compact || column < 34 ? "spare" : "stacked";
  grid.bare = column < 34;  // no room for a unit beside each number
  return { head, column, row: rowHeight(grid, column) };
}

function lettersOf(grid) {
  const { by, compare, counts } = grid.data.view;
  if (compare === "difference" || by !== "count") return Math.max(5, counts.some((row, i) => grid.rows[i] && grid.rows[i] < FEW) ? 11 : 5);
  return number(Math.max(...grid.most)).length;
}

// Headers shorten to what their column holds; titles keep the whole name.
function fit(grid) {
  const { genres } = grid.data.view;
  const { head, column, row } = sizes(grid);
  const few = grid.data.compact ? [] : grid.rows.map((n) => (n < FEW ? n : null));
  const fitted = JSON.stringify([head, column, row, grid.steep, grid.bare, few, named(grid), genres]);
  if (grid.fitted === fitted) return;
  grid.fitted = fitted;
  grid.frame.className = named(grid);
  const table = head + grid.wide * (column + 2) + (grid.margins ? 60 : 0) + (grid.wide > grid.k ? 12 : 0) + 4;
  for (const [name, size] of Object.entries({ head, row, column, table })) grid.frame.style.setProperty(`--${name}`, `${size}px`);
  const short = abbreviate(genres, grid.steep ? 14 : Math.max(2, Math.floor(column / 6.9)));
  const every = isOverview(grid) ? Math.ceil(NARROWEST / column) : 1;  // names that would overlap are told on hover
  grid.heads.forEach((node, j) => { call(node, genres[j] ?? HELD, j % every ? "" : (short[j] ?? HELD)); });
  abbreviate(genres, Math.floor((head - 10) / 6.8)).forEach((text, i) => {
    call(grid.sides[i], genres[i], text);
    if (few[i] != null) grid.sides[i].append(element("small", {}, counted(grid, few[i])));
  });
  if (grid.foot) grid.foot.textContent = grid.bare ? "precision, %" : "precision";
}

function rowHeight(grid, column) {
  const dense = isDense(grid);
  if (isOverview(grid)) return Math.max(11, Math.min(22, column));
  if (grid.data.compact) return dense ? 18 : 22;
  const low = (innerHeight - 480) / grid.k - 2;  // what a low window has left below the answer
  return dense ? 22 : Math.round(Math.max(22, Math.min(48, low, 400 / grid.k, column * 1.2)));
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
