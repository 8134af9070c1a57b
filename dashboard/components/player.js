const players = new WeakMap();
const ICONS = {
  play: "M8 5v14l11-7z", pause: "M6 19h4V5H6zM14 5v14h4V5z",
  previous: "M6 6h2v12H6zm3.5 6l8.5 6V6z", next: "M6 18l8.5-6L6 6zM16 6v12h2V6z",
};
const UNPICTURED = ".keys, .time, .loudness, .cursor, .list, .more, .unseen";  // what moves, or is pressed
const STEP = 0.05, SECOND = 1;
const MOST_GENRES = 4;
const SHARE = (p) => `${Math.round(100 * p)}\u202f%`;

const current = (player) => player.data.clips[player.number];

// Two paths, of which CSS shows one: nothing is built anew when play turns into pause.
function icon(...names) {
  const all = names[0] === "play" ? ["play", "pause"] : names;
  const made = shape("svg", { viewBox: "0 0 24 24", class: "icon", "data-icon": names[0], "aria-hidden": "true" });
  made.append(...all.map((name) => shape("path", { class: name, d: ICONS[name] })));
  return made;
}

function clock(seconds, of) {
  if (of < 60) return `${seconds.toFixed(1)}\u202fs`;
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function button(name, kind, label) {
  return element("button", { type: "button", class: kind, "aria-label": label, title: label }, icon(name));
}

function create(parent) {
  const frame = element("div", { class: "player", role: "group" });
  const title = element("span", { class: "title" }), count = element("span", { class: "count" });
  const recorded = element("input", { type: "checkbox", role: "switch" });
  const loudness = element("label", { class: "loudness", title: "Louder clips are turned down, so that loudness tells nothing. Switch on to hear them as they were recorded." }, recorded, "as recorded");
  const previous = button("previous", "step", "Previous clip"), toggle = button("play", "toggle", "Play"), next = button("next", "step", "Next clip");
  const words = element("div", { class: "words" }), time = element("span", { class: "time" });
  const keys = element("span", { class: "keys" }, previous, toggle, next);
  const canvas = element("canvas", { "aria-hidden": "true" }), map = element("canvas", { class: "map", "aria-hidden": "true" });
  const before = element("i", { class: "veil before" }), after = element("i", { class: "veil after" }), cursor = element("i", { class: "cursor" });
  const bounds = element("div", { class: "bounds" });
  const area = element("div", { class: "area", role: "slider", tabindex: 0, "aria-describedby": "sentence" }, canvas, before, after, bounds, cursor);
  const ticks = element("div", { class: "ticks", "aria-hidden": "true" }), mapTicks = element("div", { class: "ticks low", "aria-hidden": "true" }), axis = element("div", { class: "axis", "aria-hidden": "true" });
  const problem = element("p", { class: "problem" });
  const picture = element("div", { class: "picture" }, ticks, mapTicks, area, axis, problem);
  const said = element("div", { class: "said", role: "img" }), line = element("div", { class: "said line", role: "img" });
  const sentence = element("p", { class: "unseen", id: "sentence" }), status = element("p", { class: "unseen", role: "status" });
  const list = element("ol", { class: "list" }), more = element("p", { class: "more" });
  frame.append(element("div", { class: "head" }, title, count, loudness), element("div", { class: "now" }, keys, words, time), picture, said, line, sentence, list, more, status);
  parent.append(frame);
  const player = {
    frame, title, count, loudness, recorded, previous, toggle, next, words, time, canvas, map, before, after, bounds, cursor, area, ticks, mapTicks, axis, problem, said, line, sentence, list, more, status,
    ready: new Map(), rows: [], waiting: [], number: 0, at: 0, stop: Infinity,
  };
  page.players.add(player);
  listen(player);
  player.sizes = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === player.width) return;
    player.width = contentRect.width;
    if (player.data) repaint(player);
  });
  player.sizes.observe(frame);
  return player;
}

function listen(player) {
  const { area, frame, list, recorded } = player;
  player.toggle.addEventListener("click", () => press(player));
  player.previous.addEventListener("click", () => step(player, -1));
  player.next.addEventListener("click", () => step(player, 1));
  recorded.addEventListener("change", () => {
    page.recorded = recorded.checked;
    for (const other of page.players) { other.recorded.checked = page.recorded; volume(other); }
  });
  list.addEventListener("click", (event) => {
    const pressed = event.target.closest("button.row");
    if (pressed) press(player, Number(pressed.dataset.number));
  });
  list.addEventListener("pointerover", (event) => {  // what one points at may be heard next
    const over = event.target.closest("button.row");
    const one = over && event.pointerType === "mouse" ? player.data.clips[over.dataset.number] : null;
    if (one && !one.problem) ready(player, one);
  });
  for (const name of ["pointerenter", "focusin"]) frame.addEventListener(name, () => { if (!current(player).problem) ready(player, current(player)); });
  const point = (event) => {
    const box = area.getBoundingClientRect(), [from, to] = current(player).shown;
    seek(player, from + ((event.clientX - box.left) / box.width) * (to - from));
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button || current(player).problem) return;
    area.setPointerCapture(event.pointerId);
    area.focus({ preventScroll: true });
    player.dragging = true;
    point(event);
    event.preventDefault();
  });
  area.addEventListener("pointermove", (event) => { if (player.dragging) point(event); });
  for (const name of ["pointerup", "pointercancel"]) area.addEventListener(name, () => { player.dragging = false; });
  frame.addEventListener("keydown", (event) => pressed(player, event));
}

function pressed(player, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key, shiftKey, target } = event, [from, to] = current(player).shown;
  const far = shiftKey ? SECOND : STEP * (to - from);
  const own = target.closest("a, input, .step, .toggle");
  const moves = {
    " ": own ? null : () => press(player),
    Enter: own || !target.closest(".row") ? null : () => press(player),
    ArrowLeft: () => seek(player, now(player) - far),
    ArrowRight: () => seek(player, now(player) + far),
    ArrowUp: () => step(player, -1), k: () => step(player, -1),
    ArrowDown: () => step(player, 1), j: () => step(player, 1),
    Home: () => seek(player, from), End: () => seek(player, to),
  };
  if (!moves[key] || (player.data.blind && key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();  // Streamlit has shortcuts of its own
  moves[key]();
}

// Plays or pauses the clip that is looked at, or another one of the list from its start.
function press(player, number = player.number) {
  if (number !== player.number) go(player, number);
  else if (isPlaying(player)) return pause(player);
  play(player);
}

// The next or previous clip; it plays at once while one listens.
function step(player, way) {
  const number = player.number + way;
  if (!player.data.clips[number]) return;
  const inList = player.list.contains(player.list.getRootNode().activeElement);
  const listening = player.listening;
  go(player, number);
  if (inList) player.rows[number].button.focus({ preventScroll: true });
  const { offsetTop, offsetHeight } = player.rows[number].item, { scrollTop, clientHeight } = player.list;
  if (offsetTop < scrollTop) player.list.scrollTop = offsetTop;
  else if (offsetTop + offsetHeight > scrollTop + clientHeight) player.list.scrollTop = offsetTop + offsetHeight - clientHeight;
  const one = current(player);
  player.status.textContent = [one.title, one.genre, one.problem ?? one.detail].filter(Boolean).join(", ");
  if (listening) { player.listening = true; play(player); }
}

function go(player, number) {
  pause(player);
  player.audio = null;
  player.number = number;
  if (!player.data.together) player.at = current(player).from;
  look(player);
}

// Draws the clip that is looked at: its words, its axes and its picture.
async function look(player) {
  const one = current(player), [from, to] = one.shown;
  const name = element("b", {}, one.href ? link(one, "name", one.title) : one.title);
  name.title = one.title;
  player.words.replaceChildren(name, element("span", { class: "detail" }, said(one)));
  player.previous.disabled = !player.number;
  player.next.disabled = player.number === player.data.clips.length - 1;
  player.toggle.disabled = Boolean(one.problem);
  player.problem.textContent = one.problem ?? "";
  player.frame.classList.toggle("broken", Boolean(one.problem));
  const place = (at) => `${(100 * Math.min(Math.max((at - from) / (to - from), 0), 1)).toFixed(3)}%`;
  player.before.style.width = place(one.from);
  player.after.style.left = place(one.to);
  player.axis.replaceChildren(...times(from, to).map((at, number, all) => {
    const tick = element("span", {}, number === all.length - 1 ? `${at}\u202fs` : at);
    tick.style.left = place(at);
    return tick;
  }));
  probabilities(player, place);
  drawLine(player, place);
  show(player);
  if (one.problem || player.data.blind) { player.picture = null; player.sentence.textContent = one.problem ?? ""; return; }
  const width = Math.max(64, Math.min(2048, Math.round((player.width || 600) * (window.devicePixelRatio || 1))));
  const shown = await picture(one, from, to, Math.ceil(width / 128) * 128);
  if (one !== current(player)) return;
  if (shown.problem) return broken(player, one, shown.problem);
  player.picture = shown;
  const { map } = player.data;
  player.sentence.textContent = [shown.sentence, judged(one), map?.sentence].filter(Boolean).join(" ");
  pitches(player.ticks, shown.ticks);
  paint(player.canvas, shown, from, to, player.table);
  if (map) paint(player.map, { ...map, levels: player.levels, start: from }, from, to, player.mapTable, 128);
}

function pitches(place, ticks) {
  place.replaceChildren(...ticks.map(([hertz, height]) => {
    const tick = element("span", {}, hertz < 1000 ? `${hertz}\u202fHz` : `${hertz / 1000}\u202fk`);
    tick.style.bottom = `${100 * height}%`;
    return tick;
  }));
}

// A number along the sound, as high as its share of the highest.
function drawLine(player, place) {
  const { line } = player.data;
  player.line.hidden = !line;
  if (!line) return;
  const most = Math.max(...line.values), cells = line.values.map((value, number) => {
    const cell = element("i");
    cell.style.left = place(number * line.step);
    cell.style.width = `calc(${place((number + 1) * line.step)} - ${place(number * line.step)})`;
    cell.style.setProperty("--p", `${Math.round((100 * value) / most)}%`);
    return cell;
  });
  player.line.setAttribute("aria-label", `${line.name}: highest at ${(line.values.indexOf(most) * line.step).toFixed(1)} s.`);
  player.line.replaceChildren(element("div", {}, element("span", {}, line.name), element("span", { class: "cells" }, ...cells)));
}

// Round times, about as many as there is room for.
function times(from, to) {
  const least = (to - from) / 8;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120].find((one) => one >= least) ?? 300;
  const all = [];
  for (let at = Math.ceil(from / step - 1e-6); at * step <= to + 1e-6; at++) all.push(Number((at * step).toFixed(1)));
  return all;
}

// What a network says along the clip: a line for each of the genres that it thinks of most, full where it is sure.
function probabilities(player, place) {
  const one = current(player), sums = new Map();
  for (const [, , all] of one.windows) for (const [genre, p] of Object.entries(all)) sums.set(genre, (sums.get(genre) ?? 0) + p);
  const genres = [...sums.keys()].sort((a, b) => sums.get(b) - sums.get(a)).slice(0, MOST_GENRES);
  if (sums.has(one.genre) && !genres.includes(one.genre)) genres.splice(-1, 1, one.genre);
  const apart = one.windows.every(([start, seconds], number) => start + seconds <= (one.windows[number + 1]?.[0] ?? Infinity) + 0.001);
  const ends = new Set(apart ? one.windows.flatMap(([start, seconds]) => [start, Number((start + seconds).toFixed(3))]) : []);
  player.bounds.replaceChildren(...[...ends].map((at) => {
    const bound = element("i");
    bound.style.left = place(at);
    return bound;
  }));
  player.said.hidden = !genres.length;
  player.said.setAttribute("aria-label", judged(one));
  player.said.replaceChildren(...genres.map((genre) => {
    const cells = one.windows.map(([start, seconds, all], number) => {
      const end = Math.min(start + seconds, one.windows[number + 1]?.[0] ?? Infinity), p = all[genre] ?? 0;
      const cell = element("i", { title: `${clock(start, 0)} to ${clock(start + seconds, 0)}: ${genre} ${SHARE(p)}` });
      cell.style.left = place(start);
      cell.style.width = `calc(${place(end)} - ${place(start)})`;
      cell.style.setProperty("--p", `${Math.round(100 * p)}%`);
      return cell;
    });
    const name = element("span", { class: genre === one.genre ? "true" : "" }, genre);
    name.title = genre;
    return element("div", {}, name, element("span", { class: "cells" }, ...cells));
  }));
}

function judged({ windows }) {
  const best = windows.slice(0, 12).map(([start, seconds, all]) => {
    const [genre, p] = Object.entries(all).reduce((a, b) => (b[1] > a[1] ? b : a));
    return `${start.toFixed(1)} to ${(start + seconds).toFixed(1)} s ${genre} ${SHARE(p)}`;
  });
  return best.length ? `The network says: ${best.join("; ")}.` : "";
}

// Where the sound is, and whether it plays.
function show(player) {
  const one = current(player), [from, to] = one.shown;
  const share = Math.min(Math.max((player.at - from) / (to - from), 0), 1) || 0, playing = isPlaying(player);
  player.cursor.style.left = `${100 * share}%`;
  window.genreLabParts?.get(player.data.cursor_on)?.({ at: player.at });
  const bar = player.rows[player.number].bar;
  bar.style.left = `${100 * Math.min(Math.max((player.at - one.from) / (one.to - one.from), 0), 1)}%`;
  const time = `${clock(player.at, to)} / ${clock(to, to)}`;
  if (player.time.textContent !== time) player.time.textContent = time;
  const { area } = player;
  area.setAttribute("aria-valuemin", from);
  area.setAttribute("aria-valuemax", to);
  area.setAttribute("aria-valuenow", player.at.toFixed(1));
  area.setAttribute("aria-valuetext", `${player.at.toFixed(1)} of ${to.toFixed(1)} seconds`);
  const state = `${player.number} ${playing}`;
  if (player.state === state) return;
  player.state = state;
  area.setAttribute("aria-label", `Position in ${one.title}`);
  player.toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
  player.toggle.title = playing ? "Pause (space)" : "Play (space)";
  player.toggle.firstChild.setAttribute("data-icon", playing ? "pause" : "play");
  marks(player);
}

function repaint(player) {
  player.frame.classList.toggle("narrow", player.width < 560);
  const dark = isDark(player.frame) ? 1 : 0;
  player.table = colours(player.data.ramps[dark]);
  if (player.data.map) player.mapTable = colours(player.data.map.ramps[dark]);
  look(player);
  player.rows.forEach(({ thumb, small }, number) => {
    const one = player.data.clips[number];
    if (small) paint(thumb, small, one.from, one.to, player.table);
  });
}

// New data: what plays goes on where it is still in the list, anything else begins at the first clip.
function update(player, data) {
  const before = player.data && current(player);
  player.data = data;
  const same = before ? data.clips.findIndex((one) => one.clip === before.clip && one.from === before.from) : -1;
  if (same < 0 && player.audio) { pause(player); player.audio = null; }
  player.number = Math.max(same, 0);
  if (same < 0) player.at = current(player).from;
  player.state = null;
  player.levels = data.map && Uint8Array.from(atob(data.map.levels), (one) => one.charCodeAt(0));
  player.frame.classList.toggle("mapped", Boolean(data.map));
  player.frame.classList.toggle("blind", Boolean(data.blind));
  player.area.tabIndex = data.blind ? -1 : 0;
  pitches(player.mapTicks, data.map?.ticks ?? []);
  if (data.map) player.canvas.after(player.map);
  else player.map.remove();
  player.frame.setAttribute("aria-label", data.title || "Player");
  player.title.textContent = data.title;
  const n = data.clips.length;
  player.count.textContent = n > 1 && !data.more && !data.together ? `${n} clips` : "";
  player.more.textContent = data.more;
  player.recorded.checked = page.recorded;
  player.loudness.hidden = data.clips.every(({ gain }) => gain === 1);
  for (const made of [player.previous, player.next]) made.hidden = n < 2;
  list(player);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let player = players.get(parentElement);
  if (!player) players.set(parentElement, (player = create(parentElement)));
  player.trigger = setTriggerValue;
  const text = JSON.stringify(data);
  if (text !== player.text) update(player, data);
  player.text = text;
  offerPicture(parentElement, data, { without: UNPICTURED, called: () => current(player).title, ...(data.blind ? { drawn: null } : {}) });
  player.width ||= player.frame.clientWidth;
  repaint(player);
  return () => {
    pause(player);
    cancelAnimationFrame(player.tick);
    for (const audio of player.ready.values()) silence(audio);
    if (page.playing === player) page.playing = null;
    page.players.delete(player);
    player.sizes.disconnect();
    player.watcher?.disconnect();
    players.delete(parentElement);
  };
}
