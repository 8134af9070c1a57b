const scrubbers = new WeakMap();
const REST_SECONDS = 0.5;  // without a move, after which the address and the page's sentences follow
const SPEEDS = [1, 2, 5, 10];  // epochs a second
const ICONS = {
  play: "M4 2v12l10-6z", pause: "M3 2h4v12H3zM9 2h4v12H9z", back: "M3 2h2v12H3zM13 2v12L6 8z", on: "M11 2h2v12h-2zM3 2v12l7-6z",
};
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

const icon = (button, name, label) => {
  if (button.dataset.icon === name) return;
  button.dataset.icon = name;
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  button.setAttribute("aria-label", label);
  button.title = label;
};

// Counts come as differences from epoch to epoch, which compress well.
async function unpack({ counts, epochs }) {
  const packed = Uint8Array.from(atob(counts), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = new Int32Array(await new Response(stream).arrayBuffer());
  const cells = epochs.length ? all.length / epochs.length : 0;
  for (let at = cells; at < all.length; at += 1) all[at] += all[at - cells];
  return epochs.map((_, number) => all.subarray(number * cells, (number + 1) * cells));
}

// Takes over epochs that are not known yet; whoever stood at the end follows while the run trains.
async function take(s, part, anew) {
  const matrices = await unpack(part);
  if (s.gone) return;
  const last = s.epochs.at(-1) ?? 0;
  const ended = s.index === s.epochs.length - 1;
  const here = s.epochs[s.index];
  if (anew || part.after === 0) [s.epochs, s.rows] = [[], new Map()];
  else if (part.after > last) return;  // something between is missing: it is asked for again
  const known = s.epochs.at(-1) ?? 0;
  part.epochs.forEach((epoch, number) => {
    if (epoch <= known) return;
    s.epochs.push(epoch);
    s.rows.set(epoch, { matrix: matrices[number], right: part.right[number], briefly: part.briefly[number], f1: part.macro_f1[number] });
  });
  [s.best, s.last] = [part.best, part.last];
  s.total = s.rows.get(s.epochs[0]).matrix.reduce((a, b) => a + b, 0);
  if (anew) s.index = wanted(s);
  else if (ended && s.data.active && !s.playing) s.index = s.epochs.length - 1;
  else s.index = place(s, here);
  s.input.max = s.epochs.length - 1;
  show(s, !anew && s.epochs[s.index] !== here);
}

// Where an epoch stands on the slider: the nearest one that is there.
const place = (s, epoch) => s.epochs.reduce((best, other, at) => (Math.abs(other - epoch) < Math.abs(s.epochs[best] - epoch) ? at : best), 0);

const wanted = (s) => place(s, s.data.at ?? s.data.default ?? s.last);

function view(s, flat) {
  const k = s.data.view.genres.length;
  const none = s.data.view.genres.map(() => null);
  const counts = none.map((_, i) => Array.from(flat.subarray(i * k, i * k + k)));
  const rates = counts.map((row) => { const n = row.reduce((a, b) => a + b, 0); return row.map((value) => (n ? value / n : null)); });
  return { ...s.data.view, counts, rates, intervals: none.map(() => none), recalls: none, precisions: none };
}

const words = (s) => `epoch ${s.epochs[s.index]} of ${s.last}: ${s.rows.get(s.epochs[s.index]).briefly} right`;

// Shows the epoch that the slider stands at; with `moved` the matrix and the chart are moved there as well.
function show(s, moved = true) {
  const epoch = s.epochs[s.index], row = s.rows.get(epoch);
  if (!row) return;
  const part = s.epochs.length > 1 ? s.index / (s.epochs.length - 1) : 0;
  s.input.value = s.index;
  s.input.style.setProperty("--done", `calc(var(--thumb) / 2 + (100% - var(--thumb)) * ${part})`);
  s.input.setAttribute("aria-valuetext", words(s));
  s.says.replaceChildren(
    element("b", {}, `Epoch ${epoch} of ${s.last}`), `: right on ${row.right} of `, `${s.total.toLocaleString("en-US")} ${s.data.view.nouns}`,
    element("span", {}, `, macro-F1 ${row.f1}${epoch === s.best ? s.data.active ? " · the best epoch so far" : " · the best epoch" : ""}`),
  );
  const at = s.best ? place(s, s.best) / Math.max(1, s.epochs.length - 1) : 0;
  s.flag.hidden = s.notch.hidden = !s.best;
  for (const node of [s.flag, s.notch]) node.style.setProperty("--place", at);
  s.flag.className = `best${at > 0.85 ? " late" : at < 0.15 ? " early" : ""}`;
  s.flag.textContent = `best · ${s.best}`;
  s.flag.setAttribute("aria-label", `Go to the best epoch, ${s.best}`);
  s.back.setAttribute("aria-disabled", s.index === 0);
  s.on.setAttribute("aria-disabled", s.index === s.epochs.length - 1);
  icon(s.play, s.playing ? "pause" : "play", s.playing ? "Pause" : "Play");
  if (moved) s.frame ??= requestAnimationFrame(() => redraw(s));
}

// Once per frame, however fast the slider is dragged.
function redraw(s) {
  s.frame = null;
  const epoch = s.epochs[s.index], parts = window.genreLabParts;
  parts?.get(s.data.matrix)?.({ view: view(s, s.rows.get(epoch).matrix) });
  parts?.get(s.data.chart)?.({ at: epoch });
}

function move(s, index) {
  const bounded = Math.min(Math.max(index, 0), s.epochs.length - 1);
  if (bounded === s.index) return;
  s.index = bounded;
  show(s);
  if (!s.playing) settle(s);
}

function settle(s, seconds = REST_SECONDS) {
  clearTimeout(s.resting);
  s.moved = true;
  s.resting = setTimeout(() => rest(s), 1000 * seconds);
}

// The address is replaced before the server says the same: what it then says is there already, and is no Back step.
function rest(s) {
  if (s.gone) return;
  s.moved = false;
  const epoch = s.epochs[s.index];
  const said = epoch === (s.data.default ?? s.last) ? null : epoch;
  s.status.textContent = words(s);
  if (said === s.said) return;
  s.said = said;
  const others = location.search.slice(1).split("&").filter((pair) => pair && !pair.startsWith("epoch="));
  const at = location.search.slice(1).split("&").findIndex((pair) => pair.startsWith("epoch="));
  if (said !== null) others.splice(at < 0 ? others.length : at, 0, `epoch=${said}`);
  history.replaceState(history.state, "", `${location.pathname}${others.length ? `?${others.join("&")}` : ""}${location.hash}`);
  s.seq = Math.max(s.seq + 1, Date.now());
  s.send("rest", { epoch: said, seq: s.seq });
}

function play(s) {
  if (s.playing) { stop(s); return; }
  if (s.index === s.epochs.length - 1) { s.index = 0; }
  s.playing = true;
  s.moved = false;
  clearTimeout(s.resting);
  [s.from, s.since] = [s.index, performance.now()];
  show(s);
  tick(s);
}

// Where a matrix takes longer to draw than an epoch lasts, epochs are left out: the pace is kept.
function tick(s) {
  clearTimeout(s.timer);
  if (!s.playing || s.gone) return;
  const speed = Number(s.speed.value);
  const passed = Math.floor((speed * (performance.now() - s.since)) / 1000);
  move(s, s.from + passed);
  if (s.index === s.epochs.length - 1) { stop(s); return; }
  const next = s.since + (1000 * (s.index - s.from + 1)) / speed;
  s.timer = setTimeout(() => tick(s), Math.max(5, next - performance.now()));
}

function stop(s) {
  s.playing = false;
  clearTimeout(s.timer);
  show(s, false);
  settle(s, 0);
}

const halt = (s) => { if (s.playing) { s.playing = false; clearTimeout(s.timer); } };

function listen(s) {
  s.input.addEventListener("input", () => { halt(s); move(s, Number(s.input.value)); });
  s.play.addEventListener("click", () => play(s));
  s.back.addEventListener("click", () => { halt(s); move(s, s.index - 1); });
  s.on.addEventListener("click", () => { halt(s); move(s, s.index + 1); });
  s.flag.addEventListener("click", () => { halt(s); move(s, place(s, s.best)); });
  s.speed.addEventListener("change", () => { [s.from, s.since] = [s.index, performance.now()]; tick(s); });
  s.node.addEventListener("keydown", (event) => {
    event.stopPropagation();  // Streamlit has shortcuts of its own
    if (event.key === " " && event.target === s.input) { event.preventDefault(); play(s); }
  });
}

function create(parent) {
  const s = { epochs: [], rows: new Map(), index: 0, seq: 0, said: null, playing: false, frame: null, ready: Promise.resolve() };
  s.input = element("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Epoch" });
  [s.back, s.play, s.on] = [element("button", { type: "button" }), element("button", { type: "button", class: "play" }), element("button", { type: "button" })];
  icon(s.back, "back", "Previous epoch");
  icon(s.on, "on", "Next epoch");
  s.flag = element("button", { type: "button", class: "best" });
  s.notch = element("i", { class: "notch" });
  s.speed = element("select", { "aria-label": "Playback speed" }, ...SPEEDS.map((n) => element("option", { value: n }, `${n} epoch${n > 1 ? "s" : ""}/s`)));
  s.speed.value = calm ? 1 : 5;
  s.says = element("p");
  s.status = element("div", { class: "unseen", role: "status" });
  const row = element("div", { class: "row" }, s.back, s.play, s.on, element("div", { class: "track" }, s.notch, s.input, s.flag), s.speed);
  s.node = element("div", { class: "scrubber", role: "group", "aria-label": "Through the epochs" }, row, s.says, s.status);
  parent.append(s.node);
  listen(s);
  return s;
}

// What the page says anew counts where it says something else than before, and no click of ours is on its way or to come.
function obey(s, before) {
  const { at, default: usual, seq } = s.data;
  if (seq < s.seq || s.playing || (before.at === at && before.default === usual)) return;
  s.said = at;
  if (s.moved) return;
  const index = wanted(s);
  if (index !== s.index) { s.index = index; show(s); }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let s = scrubbers.get(parentElement);
  if (!s) scrubbers.set(parentElement, (s = create(parentElement)));
  const before = s.data;
  const anew = !before || before.revision !== data.revision;
  s.send = setTriggerValue;
  s.data = data;
  if (anew) { s.said = data.at; halt(s); }
  s.ready = s.ready.then(() => take(s, data.history, anew)).then(() => { if (!anew) obey(s, before); });
  const grow = (part) => { s.ready = s.ready.then(() => take(s, part, false)); };
  const parts = (window.genreLabParts ??= new Map());
  if (data.live) parts.set(data.live, grow);
  return () => {
    s.gone = true;
    clearTimeout(s.timer);
    clearTimeout(s.resting);
    scrubbers.delete(parentElement);
    if (parts.get(data.live) === grow) parts.delete(data.live);
  };
}
