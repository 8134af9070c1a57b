const drawings = new WeakMap();
const GAP = "\u202f";
const HEIGHT = 234, LEFT = 34, RIGHT = 10, TOP = 22, BOTTOM = 34;  // a curve may run anywhere: its axis is named above
const REST = 350;  // milliseconds
const lowWindow = matchMedia("(max-height: 800px) and (min-width: 768px)");  // as of a projector
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

function create(parent) {
  const node = element("div", { class: "th" });
  const panels = element("div", { class: "panels" });
  const choose = element("div", { class: "choose" });
  const label = element("label", { for: "threshold" });
  const slider = element("input", { type: "range", id: "threshold", min: 0, step: 1 });
  const shown = element("output", { for: "threshold" });
  const said = element("p", { class: "said" });
  const key = element("p", { class: "key" });
  choose.append(label, slider, shown);
  node.append(panels, choose, said, key);
  parent.append(node);
  const drawing = { node, panels, choose, label, slider, shown, said, key, drawn: [], at: null };
  slider.addEventListener("input", () => move(drawing, Number(slider.value)));
  slider.addEventListener("change", () => settle(drawing));
  const sizes = new ResizeObserver(() => { if (drawing.data && node.clientWidth !== drawing.width) build(drawing); });
  sizes.observe(node);
  drawing.remove = () => sizes.disconnect();
  return drawing;
}

// Builds the panels anew for other curves or another width.
function build(drawing) {
  const { data, node } = drawing;
  drawing.width = node.clientWidth;
  if (!drawing.width) return;
  const held = drawing.drawn.findIndex(({ point }) => point.matches(":focus"));
  drawing.panels.replaceChildren();
  const boxes = data.panels.map((panel) => {
    const box = element("div", { class: "panel" });
    const [name, ...rest] = panel.title.split(" · ");
    const title = element("p");
    title.append(element("b", {}, name), element("span", {}, rest.length ? ` ${rest.join(" · ")}` : ""));
    box.append(title);
    drawing.panels.append(box);
    return box;
  });
  drawing.drawn = data.panels.map((panel, number) => drawn(drawing, panel, boxes[number]));  // each is measured once all stand beside each other
  move(drawing, drawing.at ?? data.at);
  if (held >= 0) drawing.drawn[held].point.focus();
}

function drawn(drawing, panel, box) {
  const { data } = drawing;
  const width = Math.max(160, box.clientWidth), height = lowWindow.matches ? HEIGHT : panel.height ?? HEIGHT;
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, height, role: data.slider ? "img" : "group", "aria-label": panel.alt ?? `${panel.title}.` });
  box.append(picture);
  const x = (value) => LEFT + value * (width - LEFT - RIGHT);
  const y = (value) => height - BOTTOM - (value / panel.top) * (height - TOP - BOTTOM);
  for (const tick of panel.ticks ?? QUARTERS) {
    picture.append(shape("line", { class: "grid", x1: x(0), x2: x(1), y1: y(tick), y2: y(tick) }));
    picture.append(shape("text", { x: LEFT - 5, y: y(tick) + 4, "text-anchor": "end" }, `${Number((100 * tick).toFixed(1))}`));
  }
  for (const tick of QUARTERS) picture.append(shape("text", { x: x(tick), y: height - BOTTOM + 14, "text-anchor": "middle" }, `${100 * tick}`));
  picture.append(shape("text", { x: x(0.5), y: height - 4, "text-anchor": "middle" }, `${panel.xTitle}, %`));
  picture.append(shape("text", { x: LEFT - 30, y: 10 }, `${panel.yTitle}, %`));
  for (const { kind, points, label, at } of panel.lines) {
    picture.append(shape("path", { class: kind, d: `M${points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join("L")}` }));
    if (label) picture.append(shape("text", { x: x(at[0]), y: y(at[1]) + at[2] }, label));
  }
  const usual = data.usual;
  if (usual?.[panel.x] && usual[panel.y]) picture.append(shape("circle", { class: "usual", cx: x(usual[panel.x][0]), cy: y(usual[panel.y][0]), r: 4.5 }));
  const across = shape("line", { class: "span" }), up = shape("line", { class: "span" }), ring = shape("circle", { class: "ring", r: 13 });
  const point = shape("path", { class: "point", d: data.diamond ? "M0,-10L10,0L0,10L-10,0Z" : "M-8,0A8,8 0 1 1 8,0A8,8 0 1 1 -8,0Z" });
  picture.append(across, up, ring, point);
  const one = { panel, x, y, width, picture, across, up, ring, point };
  drag(drawing, one);
  if (!data.slider) handle(drawing, one);
  return one;
}

// Without a slider beside it the point itself is one. Its keys move it as it lies: to the right, more is answered.
function handle(drawing, one) {
  const { point, panel } = one;
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-label": drawing.data.label, "aria-valuemin": 0, "aria-valuemax": 100 })) point.setAttribute(name, value);
  const step = (at, way) => {  // thresholds between which no track lies are passed over
    const rows = drawing.data.rows, place = (row) => JSON.stringify(row[panel.x]);
    let next = at + way;
    while (rows[next] && place(rows[next]) === place(rows[at])) next += way;
    return rows[next] ? next : at;
  };
  const keys = {
    ArrowRight: -1, ArrowUp: -1, ArrowLeft: 1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: Infinity, End: -Infinity,
  };
  point.addEventListener("keydown", (event) => {
    const way = keys[event.key];
    if (way === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();  // Streamlit has shortcuts of its own
    const last = drawing.data.rows.length - 1;
    const to = Math.abs(way) === 1 ? step(drawing.at, way) : Math.min(Math.max(drawing.at + way, 0), last);
    move(drawing, to);
    settle(drawing);
  });
}

function move(drawing, at) {
  const { data } = drawing;
  drawing.at = at;
  const row = data.rows[at];
  const text = `${Number((100 * row.threshold).toFixed(1))}${GAP}%`;
  drawing.slider.value = at;
  drawing.shown.textContent = text;
  drawing.slider.setAttribute("aria-valuetext", `${text}. ${row.said.join(" ")}`);
  drawing.said.replaceChildren(...row.said.map((sentence) => element("span", {}, sentence)));
  for (const { panel, x, y, across, up, ring, point } of drawing.drawn) {
    const [a, b] = [row[panel.x], row[panel.y]];
    for (const part of [across, up, ring, point]) part.style.display = a && b ? "" : "none";
    if (!a || !b) continue;
    for (const [name, value] of Object.entries({ x1: x(a[1]), x2: x(a[2]), y1: y(b[0]), y2: y(b[0]) })) across.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x1: x(a[0]), x2: x(a[0]), y1: y(b[1]), y2: y(b[2]) })) up.setAttribute(name, value);
    for (const part of [ring, point]) part.setAttribute("transform", `translate(${x(a[0])},${y(b[0])})`);
    if (data.slider) continue;
    point.setAttribute("aria-valuenow", Number((100 * a[0]).toFixed(1)));
    point.setAttribute("aria-valuetext", row.said.join(" "));
  }
}

// The address says the threshold once it rests: each key of the slider is a change of its own, and would be a Back step.
function settle(drawing) {
  clearTimeout(drawing.timer);
  drawing.timer = setTimeout(() => {
    drawing.timer = null;
    if (drawing.at === drawing.data.at) return;
    drawing.wanted = drawing.data.rows[drawing.at].threshold;
    drawing.trigger("pick", { at: drawing.wanted, seq: Date.now() });
  }, REST);
}

// The point goes to the threshold whose place on the curve is nearest to the pointer.
function drag(drawing, one) {
  const nearest = (event) => {
    const box = one.picture.getBoundingClientRect();
    const [px, py] = [((event.clientX - box.left) * one.width) / box.width, event.clientY - box.top];
    let [best, least] = [drawing.at, Infinity];
    drawing.data.rows.forEach((row, at) => {
      const [a, b] = [row[one.panel.x], row[one.panel.y]];
      if (!a || !b) return;
      const distance = (one.x(a[0]) - px) ** 2 + (one.y(b[0]) - py) ** 2;
      if (distance < least) [best, least] = [at, distance];
    });
    move(drawing, best);
  };
  one.picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    one.picture.setPointerCapture(event.pointerId);
    one.dragging = true;
    nearest(event);
    event.preventDefault();
  });
  one.picture.addEventListener("pointermove", (event) => { if (one.dragging) nearest(event); });
  const stop = () => { if (one.dragging) { one.dragging = false; settle(drawing); } };
  one.picture.addEventListener("pointerup", stop);
  one.picture.addEventListener("pointercancel", stop);
}

// Rows may come and go with the threshold that the address says: the point stays at its own.
function standing(drawing, rows) {
  const here = drawing.data?.rows[drawing.at]?.threshold;
  if (here === undefined) return null;
  return rows.reduce((best, row, at) => (Math.abs(row.threshold - here) < Math.abs(rows[best].threshold - here) ? at : best), 0);
}

// What the lines mean, and what the usual answers come to.
function keyOf({ legend = [], about = "" }) {
  const lines = legend.map(([kind, text]) => {
    const one = element("span", { class: "line" });
    const swatch = shape("svg", { width: 24, height: 8, "aria-hidden": "true" });
    swatch.append(shape("path", { class: kind, d: "M0,4L24,4" }));
    one.append(swatch, element("span", {}, text));  // one piece, whatever words are marked in it
    return one;
  });
  return about ? [...lines, element("i"), about] : lines;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let drawing = drawings.get(parentElement);
  if (!drawing) drawings.set(parentElement, (drawing = create(parentElement)));
  drawing.trigger = setTriggerValue;
  const text = JSON.stringify([data.panels, data.diamond]);
  const isNew = text !== drawing.text;
  drawing.at = standing(drawing, data.rows);
  drawing.data = data;
  drawing.text = text;
  const dark = isDark(drawing.node) ? 1 : 0;
  drawing.node.style.setProperty("--hue", data.hues[0][dark]);
  drawing.node.style.setProperty("--second", data.hues[1][dark]);
  drawing.choose.hidden = !data.slider;
  drawing.said.classList.toggle("short", !data.slider);
  drawing.said.setAttribute("aria-live", data.slider ? "polite" : "off");  // the point says it by itself
  drawing.label.textContent = data.label;
  drawing.slider.max = data.rows.length - 1;
  drawing.key.replaceChildren(...keyOf(data));
  if (isNew || !drawing.drawn.length) {
    clearTimeout(drawing.timer);
    [drawing.at, drawing.timer, drawing.wanted] = [data.at, null, undefined];
    build(drawing);
  } else if (drawing.wanted === undefined && !drawing.timer && !drawing.drawn.some(({ dragging }) => dragging)) move(drawing, data.at);
  offerPicture(parentElement, data, { without: "input" });
  if (data.rows[data.at].threshold === drawing.wanted) drawing.wanted = undefined;  // other answers are older than what was chosen here
  return () => { drawing.remove(); clearTimeout(drawing.timer); drawings.delete(parentElement); };
}
