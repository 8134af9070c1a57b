const charts = new WeakMap();

// Loaded once per page, whichever chart comes first.
function plotly(script) {
  window.genreLabPlotly ??= new Promise((resolve, reject) => {
    const tag = element("script");
    tag.src = `${base()}app/static/${script}`;
    tag.onload = () => resolve(window.Plotly);
    tag.onerror = () => { window.genreLabPlotly = undefined; reject(new Error("plotly")); };
    document.head.append(tag);
  });
  return window.genreLabPlotly;
}

// A deep copy in the page's colours (plotly writes into what it is given).
function themed(value, twins) {
  if (typeof value === "string") {
    return twins && value.includes("#") ? value.replace(/#[0-9a-f]{6}/gi, (hex) => twins[hex.toLowerCase()] ?? hex) : value;
  }
  if (Array.isArray(value)) {
    return typeof value[0] === "number" && typeof value[1] !== "string" ? value.slice() : value.map((item) => themed(item, twins));
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, themed(item, twins)]));
  }
  return value;
}

const coarse = matchMedia("(pointer: coarse)").matches;
const config = {
  displaylogo: false, showTips: false, responsive: false, doubleClick: "reset",
};
const MOST_CORNERS = 40;
const NEAR = 5;  // pixels around a point that is pressed
const RESTING = 300;  // milliseconds of the mouse on a point before it sounds

// What plotly is told besides the figure: the same object each time, as another one would draw the chart anew.
function configOf(chart) {
  const { data: { name, pickable }, Plotly } = chart;
  const key = `${name} ${pickable}`;
  if (chart.configured?.key === key) return chart.configured;
  const svg = {  // plotly's own button makes PNG
    name: "svg", title: "Download as SVG", icon: Plotly.Icons.disk,
    click: (node) => Plotly.downloadImage(node, { format: "svg", filename: name }),
  };
  chart.configured = {
    ...config, key, displayModeBar: coarse || pickable || "hover",
    modeBarButtons: coarse ? [["toImage", svg]]
      : [...(pickable ? [["lasso2d", "select2d"]] : []), ["zoom2d", "pan2d", "resetScale2d", "toImage", svg]],
    toImageButtonOptions: { filename: name, scale: 2 },
  };
  return chart.configured;
}

// A projector's window is low; a phone's is narrow.
const lowWindow = matchMedia("(max-height: 800px) and (min-width: 768px)");
const heightOf = ({ height, low }) => (low && lowWindow.matches ? low : height);

function draw(chart) {
  const { node, data } = chart;
  const width = Math.floor(node.clientWidth);
  chart.width = width;  // none while it is hidden: it is drawn as soon as it has one again
  if (!chart.Plotly || !width || !node.isConnected) return;
  if (node._dragging) { chart.late = true; return; }  // a redraw would end the drag
  chart.late = false;
  const paper = background(node);
  const figure = themed(JSON.parse(data.figure), isDark(node) ? data.twins : null);
  const layout = { ...figure.layout, width, height: heightOf(data), autosize: false, uirevision: data.revision || "same" };
  layout.paper_bgcolor = layout.plot_bgcolor = paper;  // also that of a downloaded picture
  if (width < 480 && layout.showlegend) layout.margin = { ...layout.margin, t: (layout.margin?.t ?? 60) + 34 };  // it wraps
  if (coarse) {
    layout.dragmode = false;  // one finger scrolls the page
    layout.modebar = { ...layout.modebar, orientation: "h" };  // above the chart
  }
  if (data.pickable) {
    layout.dragmode = coarse ? false : "lasso";
    layout.selections = [];  // the figure itself shows what is picked
    layout.selectionrevision = `${data.picked} ${chart.picks ?? 0}`;
  }
  chart.done = Promise.resolve(chart.Plotly.react(node, figure.data, layout, configOf(chart))).then(() => {
    listen(chart);
    stand(chart);
    // Zoom and pan want a mouse: of the chart's buttons the tab key stops at the downloads alone.
    node.querySelectorAll('.modebar-btn[data-attr]').forEach((button) => { button.tabIndex = -1; });
    if (chart.pointer && node._fullLayout?.hovermode && !node._dragging) hover(chart);
  });
}

// The corners of what was drawn around, few enough for an address.
function corners({ lassoPoints, range }) {
  if (range?.x) {
    const [left, right] = range.x, [low, high] = range.y;
    return [[left, low], [right, low], [right, high], [left, high]];
  }
  const all = (lassoPoints?.x ?? []).map((x, at) => [x, lassoPoints.y[at]]);
  const every = Math.max(1, Math.ceil(all.length / MOST_CORNERS));
  return all.filter((_, at) => at % every === 0);
}

// The corners of a small square around a point that was pressed.
function around({ x, y, xaxis, yaxis }) {
  const [w, h] = [xaxis, yaxis].map((axis) => Math.abs(axis.p2d(NEAR) - axis.p2d(0)));
  return [[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h]];
}

// The hairline that something else on the page moves, such as a scrubber: a redraw for each of its steps would be slow.
function stand({ node, data, hairline }) {
  const { xaxis, _size: size } = node._fullLayout ?? {};
  const x = data.at == null || !xaxis ? NaN : xaxis.l2p(data.at);
  hairline.hidden = !(x >= 0 && x <= xaxis?._length);
  if (hairline.hidden) return;
  Object.assign(hairline.style, { left: `${size.l + x}px`, top: `${size.t}px`, height: `${size.h}px` });
  if (!hairline.isConnected) node.append(hairline);
}

// Plays what the mouse rests on, and stops where it leaves: one sound over the whole page, players included.
function rest(chart, sound) {
  const said = sound?.join();
  if (said === chart.restsOn) return;
  chart.restsOn = said;
  clearTimeout(chart.resting);
  chart.audio?.pause();
  if (sound) chart.resting = setTimeout(() => playAlone(chart, sound), RESTING);
}

function playAlone(chart, [clip, from, to, gain]) {
  const page = (window.genreLabSound ??= { playing: null, recorded: false, players: new Set() });
  page.playing?.audio?.pause();
  const audio = (chart.audio = new Audio(`${base()}clip/${clip}`));
  page.playing = { audio };
  audio.currentTime = from;
  audio.volume = page.recorded ? 1 : gain;
  audio.addEventListener("timeupdate", () => { if (audio.currentTime >= to) audio.pause(); });
  audio.play().catch(() => {});  // it was stopped before it began, or cannot be heard: pressing says why
}

function listen(chart) {
  if (chart.listens) return;
  chart.listens = true;
  chart.node.on("plotly_hover", ({ points: [{ curveNumber, pointNumber }] }) => {
    if (chart.sounds && chart.pointer?.mouse) rest(chart, chart.sounds[curveNumber]?.[pointNumber]);
  });
  chart.node.on("plotly_unhover", () => rest(chart));
  chart.node.on("plotly_relayout", () => stand(chart));
  chart.node.on("plotly_click", ({ points }) => {
    const { meta } = points[0].data;
    if (chart.data.clickable && meta !== undefined) chart.send("line", { meta, seq: Date.now() });
  });
  if (!chart.data.pickable) return;
  const send = (area) => { chart.picks = (chart.picks ?? 0) + 1; chart.send("pick", { area }); };
  chart.node.on("plotly_click", ({ points }) => send(around(points[0])));
  chart.node.on("plotly_selected", (event) => {
    const area = event ? corners(event) : [];
    if (area.length > 2) send(area);
  });
  chart.node.on("plotly_deselect", () => { if (chart.data.picked) send(null); });
}

function hover(chart) {
  const size = chart.node._fullLayout._size;
  const box = chart.node.getBoundingClientRect();
  const xpx = chart.pointer.x - box.left - size.l;
  const ypx = chart.pointer.y - box.top - size.t;
  if (xpx < 0 || ypx < 0 || xpx > size.w || ypx > size.h) return;
  if (chart.node._fullLayout._plots?.xy) chart.Plotly.Fx.hover(chart.node, { xpx, ypx }, "xy");
}

function create(parent) {
  const node = element("div", { class: "gl-plot", role: "figure" });  // an image could hold no buttons
  parent.append(node);
  const hairline = element("div", { class: "gl-plot-at" });
  const chart = { node, hairline, pointer: null, late: false };
  node.addEventListener("pointermove", (event) => { chart.pointer = { x: event.clientX, y: event.clientY, mouse: event.pointerType === "mouse" }; });
  node.addEventListener("pointerleave", () => { chart.pointer = null; rest(chart); });
  const settle = () => { if (chart.late) setTimeout(() => draw(chart), 60); };
  window.addEventListener("pointerup", settle);
  const sizes = new ResizeObserver(() => { if (Math.floor(node.clientWidth) !== chart.width) draw(chart); });
  sizes.observe(node);
  chart.remove = () => {
    rest(chart);
    window.removeEventListener("pointerup", settle);
    sizes.disconnect();
    Promise.resolve(chart.done).finally(() => chart.Plotly?.purge(node));  // a drawing that is under way still needs its node
  };
  return chart;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let chart = charts.get(parentElement);
  if (!chart) charts.set(parentElement, (chart = create(parentElement)));
  chart.data = data;
  if (!data.sounds) rest(chart);
  chart.sounds = data.sounds && JSON.parse(data.sounds);
  chart.send = setTriggerValue;
  chart.node.style.height = `${heightOf(data)}px`;
  chart.node.setAttribute("aria-label", data.alt);
  if (chart.Plotly) draw(chart);
  else {
    plotly(data.script).then(
      (library) => { chart.Plotly = library; draw(chart); },
      () => { chart.node.innerHTML = '<p class="gl-plot-failed">The chart could not be loaded. Reload the page.</p>'; },
    );
  }
  const redraw = (part) => {
    chart.data = { ...chart.data, ...part };
    if (!part.figure) { stand(chart); return; }
    chart.node.setAttribute("aria-label", part.alt);
    draw(chart);
  };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, redraw);
  return () => {
    if (parts.get(data.live) === redraw) parts.delete(data.live);
    charts.delete(parentElement);
    chart.remove();
  };
}
