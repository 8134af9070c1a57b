const rulers = new WeakMap();
const ROW = 19;
const CLEAR = 16;  // from the scale's middle to the nearest label
const SPACE = 10;  // least gap between two labels of one row

// Elements are kept by name, so that a mark moves instead of being drawn anew.
function part(ruler, name, classes) {
  let made = ruler.parts.get(name);
  if (!made) {
    made = element("div");
    ruler.scale.append(made);
    ruler.parts.set(name, made);
  }
  made.className = classes;
  ruler.used.add(name);
  return made;
}

const at = (value) => `${(100 * Math.min(Math.max(value, 0), 1)).toFixed(3)}%`;

function drawMark(ruler, mark, name) {
  const hue = ruler.data.hues[mark.kind]?.[isDark(ruler.node) ? 1 : 0] ?? "";
  if (mark.kind === "limit") part(ruler, `${name} beyond`, "beyond").style.left = at(mark.value);
  if (["limit", "best", "baseline"].includes(mark.kind)) part(ruler, `${name} line`, `line ${mark.kind}`).style.left = at(mark.value);
  if (mark.kind === "tick") part(ruler, `${name} tick`, "thin").style.left = at(mark.value);
  if (mark.kind === "model" || mark.kind === "other" || mark.kind === "tick") {
    if (mark.low !== null) {
      const band = part(ruler, `${name} band`, mark.kind === "tick" ? "band narrow" : "band");
      band.style.left = at(mark.low);
      band.style.width = at(mark.high - mark.low);
      band.style.setProperty("--hue", hue);
    }
  }
  if (mark.kind === "model" || mark.kind === "other") {
    const dot = part(ruler, `${name} dot`, `dot ${mark.part}`);
    dot.style.left = at(mark.value);
    dot.style.setProperty("--hue", hue);
  }
  if (!mark.text) return null;
  const label = part(ruler, `${name} label`, `label ${mark.kind}`);
  label.textContent = mark.text;
  label.style.setProperty("--hue", hue);
  return { label, mark, name, side: mark.kind === "model" || mark.kind === "other" ? "above" : "below" };
}

// One row where labels that slide aside still stand over their marks; else each in the lowest row with room for it.
// Returns the height of all rows; one with a label that wraps is as high as that.
function place(items, width) {
  const order = [...items].sort((a, b) => a.x - b.x);
  for (const item of order) {
    item.wide = Math.min(item.width, width + 16);
    item.row = 0;
    item.left = Math.min(Math.max(item.x - item.wide / 2, -8), width + 8 - item.wide);
  }
  const centred = order.map((item) => item.left);
  if (!slide(order, width)) {
    const ends = [];
    order.forEach((item, number) => {
      item.left = centred[number];
      while ((ends[item.row] ?? -Infinity) + SPACE > item.left) item.row += 1;
      ends[item.row] = item.left + item.wide;
    });
  }
  const heights = [];
  for (const { row, lines } of order) heights[row] = Math.max(heights[row] ?? 0, lines * ROW);
  const upTo = (row) => heights.slice(0, row).reduce((sum, height) => sum + height, 0);
  for (const item of order) item.distance = CLEAR + upTo(item.row);
  return upTo(heights.length);
}

function slide(order, width) {
  for (let round = 0; round < 20; round += 1) {
    for (let n = 1; n < order.length; n += 1) {
      const [a, b] = [order[n - 1], order[n]];
      const overlap = a.left + a.wide + SPACE - b.left;
      if (overlap > 0) { a.left -= overlap / 2; b.left += overlap / 2; }
    }
    for (const item of order) item.left = Math.min(Math.max(item.left, -8), width + 8 - item.wide);
  }
  const over = (item) => item.left <= item.x + 2 && item.x - 2 <= item.left + item.wide;
  return order.every((item, n) => over(item) && (n === 0 || order[n - 1].left + order[n - 1].wide + SPACE - 1 <= item.left));
}

function layOut(ruler) {
  const width = ruler.node.clientWidth - 16;
  if (width <= 0) return;
  for (const item of ruler.items) {
    item.label.classList.remove("wraps");
    item.x = Math.min(Math.max(item.mark.value, 0), 1) * width;
    item.width = item.label.offsetWidth + 1;
    item.lines = 1;
    if (item.width > width + 16) {
      item.label.classList.add("wraps");
      item.label.style.width = `${width + 16}px`;
      item.lines = 2;
    } else item.label.style.width = "";
  }
  const above = ruler.items.filter((item) => item.side === "above");
  const below = ruler.items.filter((item) => item.side === "below");
  const [roomAbove, roomBelow] = [place(above, width), place(below, width)];
  const top = Math.max(roomAbove, ROW) + CLEAR;
  ruler.scale.style.top = `${top}px`;
  ruler.node.style.height = `${Math.max(ruler.data.height, top + CLEAR + roomBelow)}px`;
  for (const item of ruler.items) position(ruler, item);
  ends(ruler, above, width);
}

function position(ruler, item) {
  const { distance } = item;
  item.label.style.left = `${item.left}px`;
  item.label.style.top = item.side === "above" ? `${-distance - item.lines * ROW}px` : `${distance}px`;
  const crossed = ruler.items.some((low) => low.side === item.side && low.row < item.row && low.left - 3 < item.x && item.x < low.left + low.wide + 3);
  if (item.row === 0 || crossed) return;
  const lead = part(ruler, `${item.name} lead`, "lead");
  lead.style.left = at(item.mark.value);
  lead.style.top = item.side === "above" ? `${-distance}px` : `${CLEAR - 4}px`;
  lead.style.height = `${distance - CLEAR + 4}px`;
}

// 0 % and 100 % stand in the nearest row above, and give way to a label.
function ends(ruler, above, width) {
  for (const [name, text] of [["0", "0\u202f%"], ["1", "100\u202f%"]]) {
    const end = part(ruler, `end ${name}`, "end");
    end.textContent = text;
    const left = name === "0" ? -8 : width + 8 - end.offsetWidth;
    end.style.left = `${left}px`;
    end.style.top = `${-CLEAR - ROW + 3}px`;
    const hidden = above.some((item) => (item.row === 0 && item.left < left + end.offsetWidth + 6 && item.left + item.width > left - 6) || (item.row > 0 && item.x > left - 3 && item.x < left + end.offsetWidth + 3));
    end.style.visibility = hidden ? "hidden" : "";
  }
}

function update(ruler) {
  const { marks, alt } = ruler.data;
  ruler.used = new Set();
  ruler.node.setAttribute("aria-label", alt || "Scale from 0 to 100 %");
  part(ruler, "axis", "axis");
  for (const quarter of [0, 0.25, 0.5, 0.75, 1]) part(ruler, `quarter ${quarter}`, "quarter").style.left = at(quarter);
  const seen = {};
  const order = { limit: 0, baseline: 1, tick: 2, other: 3, model: 4 };
  const drawn = [...marks].sort((a, b) => order[a.kind] - order[b.kind]).map((mark) => {
    seen[mark.kind] = (seen[mark.kind] ?? 0) + 1;
    return drawMark(ruler, mark, `${mark.kind} ${seen[mark.kind]}`);
  });
  ruler.items = drawn.filter(Boolean);
  layOut(ruler);
  for (const [name, old] of ruler.parts) if (!ruler.used.has(name)) { old.remove(); ruler.parts.delete(name); }
}

function create(parent) {
  const scale = element("div", { class: "scale" });
  const node = element("div", { class: "ruler still", role: "img" }, scale);
  parent.append(node);
  const ruler = { node, scale, parts: new Map(), used: new Set(), items: [] };
  new ResizeObserver(() => {
    if (!ruler.data || node.clientWidth === ruler.width) return;
    ruler.width = node.clientWidth;
    node.classList.add("still");  // a resize is no movement of the marks
    update(ruler);
    requestAnimationFrame(() => requestAnimationFrame(() => node.classList.remove("still")));
  }).observe(node);
  return ruler;
}

export default function ({ data, parentElement }) {
  let ruler = rulers.get(parentElement);
  if (!ruler) rulers.set(parentElement, (ruler = create(parentElement)));
  ruler.data = data;
  update(ruler);
  offerPicture(parentElement, data);
  const redraw = (part) => { ruler.data = { ...ruler.data, ...part }; update(ruler); };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, redraw);
  return () => { if (parts.get(data.live) === redraw) parts.delete(data.live); };
}
