const drawings = new WeakMap();
const GAP = "\u202f";
const HEIGHT = 220, LEFT = 34, RIGHT = 10, TOP = 8, BOTTOM = 34;
const REST = 350;  // milliseconds
const AXES = {
  roc: { x: "alarm", y: "recall", xTitle: "false alarms, of the others", yTitle: "recall" },
  pr: { x: "recall", y: "precision", xTitle: "recall", yTitle: "precision" },
};

const svg = (tag, attributes = {}, text = "") => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

const element = (tag, attributes = {}, text = "") => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

function isDark(node) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(probe.fillStyle.slice(at, at + 2), 16));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

function create(parent) {
  const node = element("div", { class: "th" });
  const panels = element("div", { class: "panels" });
  const choose = element("div", { class: "choose" });
  const label = element("label", { for: "threshold" });
  const slider = element("input", { type: "range", id: "threshold", min: 0, step: 1 });
  const shown = element("output", { for: "threshold" });
  const said = element("p", { class: "said", "aria-live": "polite" });
  const key = element("p", { class: "key" });
  choose.append(label, slider, shown);
  node.append(panels, choose, said, key);
  parent.append(node);
  const drawing = { node, panels, label, slider, shown, said, key, drawn: [], at: null };
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
  drawing.drawn = data.panels.map((panel, number) => {  // each is measured once all stand beside each other
    const box = boxes[number];
    const width = Math.max(160, box.clientWidth);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, role: "img", "aria-label": `${panel.title}.` });
    box.append(picture);
    const axes = AXES[panel.name];
    const x = (value) => LEFT + value * (width - LEFT - RIGHT);
    const y = (value) => HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM);
    for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
      picture.append(svg("line", { class: "grid", x1: x(0), x2: x(1), y1: y(tick), y2: y(tick) }));
      picture.append(svg("text", { x: LEFT - 5, y: y(tick) + 4, "text-anchor": "end" }, `${100 * tick}`));
      picture.append(svg("text", { x: x(tick), y: HEIGHT - BOTTOM + 14, "text-anchor": "middle" }, `${100 * tick}`));
    }
    picture.append(svg("text", { x: x(0.5), y: HEIGHT - 4, "text-anchor": "middle" }, `${axes.xTitle}, %`));
    picture.append(svg("text", { x: x(0) + 5, y: y(1) + 12 }, `${axes.yTitle}, %`));
    const level = data.prevalence;
    const chance = panel.name === "roc" ? `M${x(0)},${y(0)}L${x(1)},${y(1)}` : `M${x(0)},${y(level)}L${x(1)},${y(level)}`;
    picture.append(svg("path", { class: "chance", d: chance }));
    picture.append(svg("text", panel.name === "roc" ? { x: x(0.62), y: y(0.5) + 4 } : { x: x(0) + 5, y: y(level) + (level > 0.12 ? 13 : -4) }, "chance"));
    picture.append(svg("path", { class: "curve", d: `M${panel.line.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join("L")}` }));
    const usual = data.usual;
    if (usual[axes.x] && usual[axes.y]) picture.append(svg("circle", { class: "usual", cx: x(usual[axes.x][0]), cy: y(usual[axes.y][0]), r: 4.5 }));
    const across = svg("line", { class: "span" }), up = svg("line", { class: "span" }), point = svg("circle", { class: "point", r: 8 });
    picture.append(across, up, point);
    const one = { axes, x, y, width, picture, across, up, point };
    drag(drawing, one);
    return one;
  });
  move(drawing, drawing.at ?? data.at);
}

function move(drawing, at) {
  const { data } = drawing;
  drawing.at = at;
  const row = data.rows[at];
  drawing.slider.value = at;
  const text = `${Math.round((100 * at) / (data.rows.length - 1))}${GAP}%`;
  drawing.shown.textContent = `${text} on`;
  drawing.slider.setAttribute("aria-valuetext", `${text}. ${row.said.join(" ")}`);
  drawing.said.replaceChildren(...row.said.map((sentence) => element("span", {}, sentence)));
  for (const { axes, x, y, across, up, point } of drawing.drawn) {
    const [a, b] = [row[axes.x], row[axes.y]];
    for (const part of [across, up, point]) part.style.display = a && b ? "" : "none";
    if (!a || !b) continue;
    for (const [name, value] of Object.entries({ x1: x(a[1]), x2: x(a[2]), y1: y(b[0]), y2: y(b[0]) })) across.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x1: x(a[0]), x2: x(a[0]), y1: y(b[1]), y2: y(b[2]) })) up.setAttribute(name, value);
    point.setAttribute("cx", x(a[0]));
    point.setAttribute("cy", y(b[0]));
  }
}

function usualText({ genre, usual }) {
  const rate = (value) => (value ? `${(100 * value[0]).toFixed(1)}${GAP}%` : "undefined");
  return `As it is, ${genre} is answered where it is the likeliest genre: recall ${rate(usual.recall)}, precision ${rate(usual.precision)}.`;
}

// The address says the threshold once it rests: each key of the slider is a change of its own, and would be a Back step.
function settle(drawing) {
  clearTimeout(drawing.timer);
  drawing.timer = setTimeout(() => {
    drawing.timer = null;
    if (drawing.at === drawing.data.at) return;
    drawing.wanted = drawing.at;
    drawing.trigger("pick", { at: drawing.at, seq: Date.now() });
  }, REST);
}

// The point goes to the threshold whose place on the curve is nearest to the pointer.
function drag(drawing, one) {
  const nearest = (event) => {
    const box = one.picture.getBoundingClientRect();
    const [px, py] = [((event.clientX - box.left) * one.width) / box.width, event.clientY - box.top];
    let [best, least] = [drawing.at, Infinity];
    drawing.data.rows.forEach((row, at) => {
      const [a, b] = [row[one.axes.x], row[one.axes.y]];
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

export default function ({ data, parentElement, setTriggerValue }) {
  let drawing = drawings.get(parentElement);
  if (!drawing) drawings.set(parentElement, (drawing = create(parentElement)));
  drawing.trigger = setTriggerValue;
  const text = JSON.stringify([data.panels, data.rows]);
  const isNew = text !== drawing.text;
  drawing.data = data;
  drawing.text = text;
  const dark = isDark(drawing.node) ? 1 : 0;
  drawing.node.style.setProperty("--hue", data.hues[0][dark]);
  drawing.node.style.setProperty("--second", data.hues[1][dark]);
  drawing.label.textContent = `Answer ${data.genre} from`;
  drawing.slider.max = data.rows.length - 1;
  drawing.key.replaceChildren(element("i"), usualText(data));
  if (isNew || !drawing.drawn.length) {
    clearTimeout(drawing.timer);
    [drawing.at, drawing.timer, drawing.wanted] = [data.at, null, undefined];
    build(drawing);
  } else if (drawing.wanted === undefined && !drawing.timer) move(drawing, data.at);
  if (data.at === drawing.wanted) drawing.wanted = undefined;  // other answers are older than what was chosen here
  return () => { drawing.remove(); clearTimeout(drawing.timer); drawings.delete(parentElement); };
}
