const networks = new WeakMap();
const HEIGHT = 284, TOP = 8, FOOT = 52;  // of the canvas; of what stands below the units
const ROWS = 32;      // units that stand on one another, at most: wider layers take several columns
const PITCH = 15;     // most pixels from one unit to the next
const LEAST_GAP = 24; // pixels between two layers, beyond which the drawing scrolls
const NEAR = 14;      // pixels from the mouse to a unit, within which it is said
const FONT = "11px system-ui, sans-serif";

// Where the units of each layer stand; the same while the widths of the layers and of the page are.
function arrange(net) {
  const { layers } = net.picture;
  const room = (at, letter, most) => (layers[at].shown.length <= ROWS ? Math.min(most, 12 + letter * longest(net, at)) : 8);
  const named = [room(0, 6, 84), room(layers.length - 1, 7, 100)];  // the genre that is answered is bold
  const blocks = layers.map(({ shown }) => {
    const columns = Math.ceil(shown.length / ROWS), rows = Math.ceil(shown.length / columns);
    return { columns, rows, pitch: Math.min(PITCH, (HEIGHT - TOP - FOOT) / Math.max(rows, 1)) };
  });
  const wide = blocks.reduce((sum, { columns, pitch }) => sum + columns * pitch, 0) + named[0] + named[1];
  const gaps = layers.length - 1;
  const gap = Math.max(LEAST_GAP, (net.scroll.clientWidth - wide) / gaps);
  net.width = Math.max(net.scroll.clientWidth, Math.ceil(wide + gap * gaps));
  let x = named[0];
  net.units = blocks.map(({ columns, rows, pitch }, at) => {
    const top = TOP + (HEIGHT - TOP - FOOT - rows * pitch) / 2;
    const block = { at, pitch, radius: Math.min(5, pitch / 2 - 0.6), left: x, right: x + columns * pitch };
    block.places = layers[at].shown.map((_, unit) => [x + pitch * (Math.floor(unit / rows) + 0.5), top + pitch * ((unit % rows) + 0.5)]);
    x = block.right + gap;
    return block;
  });
}

const names = (net, at) => (at === 0 ? net.data.features : net.data.genres);
const nameOf = (net, at, unit) => {
  const { layers } = net.picture;
  const number = layers[at].shown[unit];
  return at === 0 || at === layers.length - 1 ? names(net, at)[number] : `hidden layer ${at}, unit ${number + 1}`;
};
const longest = (net, at) => Math.max(...net.picture.layers[at].shown.map((number) => names(net, at)[number].length));
const short = (name) => (name.length > 13 ? `${name.slice(0, 12)}…` : name);

function draw(net) {
  const { canvas, picture } = net;
  if (!picture || !net.scroll.clientWidth) return;
  const shape = picture.layers.map(({ shown }) => shown.length).join() + net.scroll.clientWidth;
  if (shape !== net.shape) arrange(net);
  net.shape = shape;
  const scale = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(net.width * scale)) {
    [canvas.width, canvas.height] = [Math.round(net.width * scale), Math.round(HEIGHT * scale)];
    [canvas.style.width, canvas.style.height] = [`${net.width}px`, `${HEIGHT}px`];
  }
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  paintNetwork(net, g);
}

function paintNetwork(net, g) {
  const dark = isDark(net.canvas) ? 1 : 0;
  const hue = Object.fromEntries(Object.entries(net.data.hues).map(([name, pair]) => [name, pair[dark]]));
  g.clearRect(0, 0, net.width, HEIGHT);
  g.font = FONT;
  drawLines(net, g, hue);
  net.units.forEach((block) => drawUnits(net, g, hue, block));
  drawFoot(net, g, hue);
}

function drawLines(net, g, hue) {
  const [layer, unit] = net.at ?? [];
  net.picture.lines.forEach((lines, at) => {
    const below = net.units[at], above = net.units[at + 1];
    for (let n = 0; n < lines.length; n += 3) {
      const [up, down, strength] = [lines[n], lines[n + 1], lines[n + 2]], size = (strength / 100) ** 2;
      const touches = (layer === at && unit === down) || (layer === at + 1 && unit === up);
      const [x0, y0] = below.places[down], [x1, y1] = above.places[up];
      g.globalAlpha = net.at ? (touches ? 1 : 0.1) : 0.15 + 0.55 * size;
      g.strokeStyle = strength > 0 ? hue.accent : hue.other;
      g.lineWidth = 0.5 + 1.5 * size;
      g.setLineDash(strength > 0 ? [] : [4, 3]);
      g.beginPath();
      g.moveTo(x0 + below.radius, y0);
      g.lineTo(x1 - above.radius, y1);
      g.stroke();
    }
  });
  g.setLineDash([]);
  g.globalAlpha = 1;
}

function drawUnits(net, g, hue, { at, places, radius }) {
  const layer = net.picture.layers[at], dead = new Set(layer.dead);
  places.forEach(([x, y], unit) => {
    const fill = layer.fill[unit];
    g.beginPath();
    g.arc(x, y, radius, 0, 7);
    g.fillStyle = hue.background;
    g.fill();
    g.globalAlpha = Math.abs(fill);
    g.fillStyle = fill < 0 ? hue.other : hue.accent;
    g.fill();
    g.globalAlpha = 1;
    g.lineWidth = 1;
    g.strokeStyle = hue.muted;
    g.stroke();
    if (dead.has(unit)) {
      g.strokeStyle = hue.wrong;
      g.lineWidth = 1.5;
      g.beginPath();
      g.moveTo(x - radius, y - radius);
      g.lineTo(x + radius, y + radius);
      g.moveTo(x - radius, y + radius);
      g.lineTo(x + radius, y - radius);
      g.stroke();
    }
    if (net.at && net.at[0] === at && net.at[1] === unit) {
      g.strokeStyle = hue.ink;
      g.lineWidth = 2;
      g.beginPath();
      g.arc(x, y, radius + 2.5, 0, 7);
      g.stroke();
    }
  });
  if (layer.shown.length > ROWS || (at > 0 && at < net.units.length - 1)) return;
  g.textBaseline = "middle";
  g.textAlign = at === 0 ? "right" : "left";
  const most = Math.max(...layer.fill);
  places.forEach(([x, y], unit) => {
    const answered = at > 0 && layer.fill[unit] === most;
    g.fillStyle = answered ? hue.ink : hue.muted;
    g.font = answered ? `600 ${FONT}` : FONT;
    g.fillText(short(nameOf(net, at, unit)), at === 0 ? x - radius - 4 : x + radius + 4, y);
  });
  g.font = FONT;
}

// Below each layer: how many units, how many of them dead, and how large the gradient of its weights is.
function drawFoot(net, g, hue) {
  const middle = ({ left, right }) => (left + right) / 2, y = HEIGHT - FOOT + 14, { layers } = net.picture;
  const narrow = net.units.some((block, at) => at && middle(block) - middle(net.units[at - 1]) < 46);
  g.textBaseline = "alphabetic";
  g.textAlign = "center";
  net.units.forEach((block) => {
    const { at } = block, layer = layers[at], x = middle(block);
    g.fillStyle = hue.ink;
    g.font = `600 ${FONT}`;
    g.fillText(layer.n.toLocaleString("en-US"), x, y);
    g.font = FONT;
    if (layer.n_dead) {
      g.fillText(narrow ? `✕ ${layer.n_dead}` : `${layer.n_dead} dead`, x, y + 36);
    }
    if (layer.gradient === undefined) return;
    const part = Math.min(1, Math.max(0.02, 1 + Math.log10(layer.gradient || 1e-9) / 3));
    g.fillStyle = hue.axis;
    g.fillRect(x - 16, y + 6, 32, 4);
    g.fillStyle = layer.vanishing ? hue.wrong : hue.muted;
    g.fillRect(x - 16, y + 6, 32 * part, 4);
    g.fillStyle = hue.muted;
    if (!layer.vanishing) g.fillText(layer.gradient, x, y + 23);
    if (!layer.vanishing || layers[at - 1].vanishing) return;
    let last = at;  // neighbors that vanish share the word
    while (layers[last + 1]?.vanishing) last += 1;
    g.fillStyle = hue.ink;
    g.fillText("vanishing", (x + middle(net.units[last])) / 2, y + 23);
  });
  g.textAlign = "left";
  g.fillStyle = hue.muted;
  if (net.units[0].left < 50) return;
  g.fillText("gradient", 0, y + 11);
  if (narrow && layers.some((layer) => layer.n_dead)) g.fillText("dead", 0, y + 36);
}

const signed = (list, names) => list.map((one) => [one > 0, names[Math.abs(one) - 1]]);
const listed = (words) => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join());

// Says what a unit does: its value, what feeds it and what it speaks for.
function told(net, [at, unit]) {
  const layer = net.picture.layers[at], last = net.picture.layers.length - 1;
  const name = nameOf(net, at, unit), value = layer.value[unit];
  const said = [`${name[0].toUpperCase()}${name.slice(1)}: `];
  if (at === 0) said.push(`${value} standard deviations from the mean on this track.`);
  else if (at === last) said.push(`${Math.round(100 * value)}\u2009% on this track.`);
  else if (layer.dead.includes(unit)) said.push(`dead, active on none of ${net.data.nouns}.`);
  else said.push(`${value} on this track, active on ${layer.active[unit]}\u2009% of ${net.data.nouns}.`);
  if (layer.fed[unit]?.length) said.push(`Fed by ${listed(signed(layer.fed[unit], net.data.features).map(([up, of]) => `${of} (${up ? "+" : "−"})`))}.`);
  const speaks = signed(layer.speaks[unit] ?? [], net.data.genres);
  const [by, against] = [true, false].map((side) => listed(speaks.filter(([up]) => up === side).map(([, of]) => of)));
  if (speaks.length) said.push(`Speaks ${by ? `for ${by}` : ""}${by && against ? ", " : ""}${against ? `against ${against}` : ""}.`);
  return said.join(" ");
}

function point(net, at) {
  const said = at?.join();
  if (said === net.at?.join()) return;
  net.at = at;
  draw(net);
  say(net);
}

function say(net) {
  if (net.at) net.says.textContent = told(net, net.at);
  else net.says.replaceChildren(net.picture.track, element("span", {}, ". Point at a unit, or press an arrow key, to see what feeds it."));
}

function nearest(net, { offsetX: x, offsetY: y }) {
  let best = null, least = NEAR;
  for (const { at, places } of net.units ?? []) {
    places.forEach(([px, py], unit) => {
      const far = Math.hypot(px - x, py - y);
      if (far < least) [best, least] = [[at, unit], far];
    });
  }
  return best;
}

// Up and down within a layer, left and right to the next one, at about the same height.
function step(net, event) {
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  if (event.key === "Escape") point(net, null);
  if (!moves[event.key] || !net.units) return;
  event.preventDefault();
  const [across, down] = moves[event.key], { layers } = net.picture;
  const [at, unit] = net.at ?? [0, -1];
  const other = Math.min(Math.max(at + across, 0), layers.length - 1), n = layers[other].shown.length;
  const place = across ? Math.round((unit * (n - 1)) / Math.max(1, layers[at].shown.length - 1)) : unit + down;
  point(net, [other, Math.min(Math.max(place, 0), n - 1)]);
}

// Takes over an epoch; whoever has gone back to an earlier one stays there, and only learns that there are more.
function take(net, part) {
  const picture = JSON.parse(part.picture);
  net.epochs = picture.epochs;
  if (net.pinned !== null && !net.epochs.includes(net.pinned)) net.pinned = null;
  if (net.pinned === null || net.pinned === picture.epoch) {
    net.picture = picture;
    if (net.at && net.at[1] >= (picture.layers[net.at[0]]?.shown.length ?? 0)) net.at = null;
    draw(net);
    say(net);
    window.genreLabParts?.get("watch map")?.(picture);
  }
  const { epochs, input } = net, shown = net.pinned ?? epochs.at(-1);
  input.max = epochs.length - 1;
  input.value = epochs.indexOf(shown);
  input.parentElement.hidden = epochs.length < 2;
  net.title.textContent = net.picture.said[net.picture.epoch];
  input.setAttribute("aria-valuetext", picture.said[shown]);
  net.lines.textContent = `${net.data.about} ${net.picture.drawn}`;
  net.canvas.setAttribute("aria-label", `The network, ${net.title.textContent}. ${net.picture.track}. ${net.picture.drawn} Arrow keys go from unit to unit.`);
}

async function goTo(net, index) {
  const epoch = net.epochs[index], isLast = index === net.epochs.length - 1;
  net.pinned = isLast ? null : epoch;
  net.wanted = epoch;
  net.input.setAttribute("aria-valuetext", net.picture.said[epoch]);
  const response = await fetch(`${base()}live/${net.data.path}/${epoch}?seen=`);
  const { parts } = await response.json();
  if (net.wanted === epoch && parts?.watch) take(net, parts.watch);
}

function create(parent) {
  const net = { pinned: null, at: null, epochs: [] };
  net.title = element("span");
  net.input = element("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch of the drawing and the map" });
  net.canvas = element("canvas", { tabindex: 0, role: "img" });
  net.canvas.redraw = (pen) => paintNetwork(net, pen);
  net.scroll = element("div", { class: "scroll" }, net.canvas);
  net.says = element("p", { class: "says", "aria-live": "polite" });
  net.lines = element("p");
  net.how = element("p");
  const head = element("div", { class: "head" }, element("b", {}, "The network"), net.title, element("label", {}, "Epoch", net.input));
  net.root = element("div", { class: "net" }, head, net.scroll, net.says, net.lines, element("details", {}, element("summary", {}, "How to read it"), net.how));
  parent.append(net.root);
  net.input.addEventListener("input", () => goTo(net, Number(net.input.value)).catch(() => {}));
  net.canvas.addEventListener("pointermove", (event) => point(net, nearest(net, event)));
  net.canvas.addEventListener("pointerdown", (event) => point(net, nearest(net, event)));
  net.canvas.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") point(net, null); });
  net.canvas.addEventListener("keydown", (event) => step(net, event));
  net.canvas.addEventListener("blur", () => point(net, null));
  net.sizes = new ResizeObserver(() => draw(net));
  net.sizes.observe(net.scroll);
  return net;
}

export default function ({ data, parentElement }) {
  let net = networks.get(parentElement);
  if (!net) networks.set(parentElement, (net = create(parentElement)));
  if (net.data && net.data.path !== data.path) [net.pinned, net.at] = [null, null];
  net.data = data;
  net.how.textContent = data.how;
  take(net, data);
  offerPicture(parentElement, data, { without: "label, .says span, summary, details:not([open])" });
  const parts = (window.genreLabParts ??= new Map()), redraw = (part) => take(net, part);
  if (net.pinned !== null) setTimeout(() => parts.get("watch map")?.(net.picture));  // the page has drawn it as of the last epoch
  parts.set(data.live, redraw);
  return () => {
    if (parts.get(data.live) === redraw) parts.delete(data.live);
    net.sizes.disconnect();
    networks.delete(parentElement);
  };
}
