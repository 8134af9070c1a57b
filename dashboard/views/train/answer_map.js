const maps = new WeakMap();
const HEIGHT = 284;
const NEAR = 12;   // pixels from the mouse to a point, within which it is said
const LEAST = 12;  // cells of the ground that a genre needs for its name to stand on it

const place = (map, n) => [(map.points[2 * n] / 1000) * map.width, (1 - map.points[2 * n + 1] / 1000) * HEIGHT];
const colour = (map, genre) => map.data.colours[genre][map.dark];

function draw(map) {
  const { canvas } = map;
  map.width = map.root.clientWidth;
  if (!map.picture || !map.width) return;
  const scale = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(map.width * scale)) {
    [canvas.width, canvas.height] = [Math.round(map.width * scale), Math.round(HEIGHT * scale)];
    canvas.style.height = `${HEIGHT}px`;
  }
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  paintMap(map, g);
}

function paintMap(map, g) {
  map.dark = isDark(map.canvas) ? 1 : 0;
  const hue = Object.fromEntries(Object.entries(map.data.hues).map(([name, pair]) => [name, pair[map.dark]]));
  g.clearRect(0, 0, map.width, HEIGHT);
  drawGround(map, g, hue);
  drawPoints(map, g, hue);
  drawNames(map, g, hue);
}

// The color of each cell where every genre has one, and the boundaries between answers in any case.
function drawGround({ data: { columns, rows, many }, picture: { ground }, width, ...map }, g, hue) {
  const w = width / columns, h = HEIGHT / rows;
  g.globalAlpha = 0.2;
  for (let cell = 0; !many && cell < ground.length; cell += 1) {
    const x = cell % columns, y = rows - 1 - Math.floor(cell / columns);
    const [left, top] = [Math.round(x * w), Math.round(y * h)];
    g.fillStyle = map.colourOf(ground[cell]);
    g.fillRect(left, top, Math.round((x + 1) * w) - left, Math.round((y + 1) * h) - top);
  }
  g.globalAlpha = 1;
  g.strokeStyle = hue.muted;
  g.lineWidth = 1;
  g.beginPath();
  for (let cell = 0; cell < ground.length; cell += 1) {
    const x = cell % columns, row = Math.floor(cell / columns), y = rows - 1 - row;
    if (x + 1 < columns && ground[cell] !== ground[cell + 1]) { g.moveTo((x + 1) * w, y * h); g.lineTo((x + 1) * w, (y + 1) * h); }
    if (row + 1 < rows && ground[cell] !== ground[cell + columns]) { g.moveTo(x * w, y * h); g.lineTo((x + 1) * w, y * h); }
  }
  g.stroke();
}

function drawPoints(map, g, hue) {
  const { y, many } = map.data, { answers, chosen } = map.picture;
  answers.forEach((answer, n) => {
    const [px, py] = place(map, n), right = answer === y[n];
    g.fillStyle = g.strokeStyle = many ? (right ? hue.right : hue.wrong) : colour(map, answer);
    g.beginPath();
    if (right) {
      g.arc(px, py, 2.4, 0, 7);
      g.fill();
    } else {
      g.lineWidth = 1.6;
      g.moveTo(px - 2.8, py - 2.8);
      g.lineTo(px + 2.8, py + 2.8);
      g.moveTo(px - 2.8, py + 2.8);
      g.lineTo(px + 2.8, py - 2.8);
      g.stroke();
    }
  });
  for (const n of [chosen, map.at]) {
    if (n == null) continue;
    const [px, py] = place(map, n);
    g.strokeStyle = hue.ink;
    g.lineWidth = 2;
    g.beginPath();
    g.arc(px, py, 6, 0, 7);
    g.stroke();
  }
}

// Each genre's name stands in its ground, on the cell nearest to the middle of all its cells.
function drawNames({ data: { columns, rows, genres }, picture: { ground }, width }, g, hue) {
  g.font = "600 12px system-ui, sans-serif";
  g.textAlign = "center";
  g.textBaseline = "middle";
  const cells = genres.map(() => []);
  ground.forEach((genre, cell) => cells[genre].push([(cell % columns) + 0.5, rows - Math.floor(cell / columns) - 0.5]));
  cells.forEach((own, genre) => {
    if (own.length < LEAST) return;
    const [mx, my] = [0, 1].map((axis) => own.reduce((sum, cell) => sum + cell[axis], 0) / own.length);
    const [x, y] = own.reduce((best, cell) => (Math.hypot(cell[0] - mx, cell[1] - my) < Math.hypot(best[0] - mx, best[1] - my) ? cell : best));
    const half = g.measureText(genres[genre]).width / 2 + 4;
    const [px, py] = [Math.min(Math.max((x / columns) * width, half), width - half), Math.min(Math.max((y / rows) * HEIGHT, 9), HEIGHT - 9)];
    g.lineWidth = 3.5;
    g.strokeStyle = hue.background;
    g.strokeText(genres[genre], px, py);
    g.fillStyle = hue.ink;
    g.fillText(genres[genre], px, py);
  });
}

const told = (map, n) => {
  const { genres, y, tracks } = map.data, answer = map.picture.answers[n];
  const so = answer === y[n] ? `${genres[y[n]]}, and answered so` : `${genres[y[n]]}, answered ${genres[answer]}`;
  return `Track ${tracks[n].toLocaleString("en-US")}: ${so}. Press to follow it through the network.`;
};

function point(map, n) {
  if (n === map.at) return;
  map.at = n;
  draw(map);
  say(map);
}

function say(map) {
  map.says.textContent = map.at == null ? map.picture.agreement : told(map, map.at);
}

function nearest(map, { offsetX, offsetY }) {
  let best = null, least = NEAR;
  map.data.y.forEach((_, n) => {
    const [x, y] = place(map, n), far = Math.hypot(x - offsetX, y - offsetY);
    if (far < least) [best, least] = [n, far];
  });
  return best;
}

// The arrow keys go to the nearest point on that side.
function step(map, event) {
  const sides = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  if (event.key === "Escape") point(map, null);
  if (event.key === "Enter" && map.at != null) pick(map, map.at);
  const side = sides[event.key];
  if (!side) return;
  event.preventDefault();
  const from = map.at ?? map.picture.chosen, [x0, y0] = place(map, from);
  let best = from, least = Infinity;
  map.data.y.forEach((_, n) => {
    const [x, y] = place(map, n), along = (x - x0) * side[0] + (y - y0) * side[1];
    const far = along + 3 * Math.abs((x - x0) * side[1] + (y - y0) * side[0]);
    if (along > 0.5 && far < least) [best, least] = [n, far];
  });
  point(map, best);
}

function pick(map, n) {
  if (n != null) map.send("pick", { track: map.data.tracks[n], seq: Date.now() });
}

function take(map, picture) {
  map.picture = picture;
  draw(map);
  say(map);
  const right = picture.answers.filter((answer, n) => answer === map.data.y[n]).length;
  map.canvas.setAttribute("aria-label", `Map of ${map.data.nouns}, ${right} of them right. ${picture.agreement} Arrow keys go from track to track, Enter follows one.`);
}

function create(parent) {
  const map = { at: null, colourOf: (genre) => colour(map, genre) };
  map.nouns = element("span");
  map.canvas = element("canvas", { tabindex: 0, role: "img" });
  map.canvas.redraw = (pen) => paintMap(map, pen);
  map.says = element("p", { class: "says", "aria-live": "polite" });
  map.how = element("p");
  map.root = element("div", { class: "map" }, element("div", { class: "head" }, element("b", {}, "What it answers now"), map.nouns), map.canvas, map.says, element("details", {}, element("summary", {}, "How to read it"), map.how));
  parent.append(map.root);
  map.canvas.addEventListener("pointermove", (event) => point(map, nearest(map, event)));
  map.canvas.addEventListener("pointerleave", () => point(map, null));
  map.canvas.addEventListener("click", (event) => pick(map, nearest(map, event)));
  map.canvas.addEventListener("keydown", (event) => step(map, event));
  map.canvas.addEventListener("blur", () => point(map, null));
  map.sizes = new ResizeObserver(() => draw(map));
  map.sizes.observe(map.root);
  return map;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let map = maps.get(parentElement);
  if (!map) maps.set(parentElement, (map = create(parentElement)));
  map.data = data;
  map.send = setTriggerValue;
  map.points = JSON.parse(data.points);
  map.nouns.textContent = data.shown || data.nouns;
  map.how.textContent = data.how;
  const picture = JSON.parse(data.picture);
  if (map.picture?.answers.length !== picture.answers.length || map.picture.chosen !== picture.chosen) map.at = null;
  take(map, picture);
  offerPicture(parentElement, data, { without: "summary, details:not([open])" });
  const parts = (window.genreLabParts ??= new Map()), redraw = (moved) => take(map, moved);
  parts.set(data.live, redraw);
  return () => {
    if (parts.get(data.live) === redraw) parts.delete(data.live);
    map.sizes.disconnect();
    maps.delete(parentElement);
  };
}
