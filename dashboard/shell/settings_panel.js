const panels = new WeakMap();
const descriptions = (globalThis.genreLabSettings ??= {});  // each is sent until the server is told that it is here

// Without the noise of adding steps (0.30000000000000004).
const exact = (value) => Number(value.toPrecision(12));
const typed = (value) => (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value));
const words = (item, value) => item.options?.[value] ?? (typeof value === "boolean" ? (value ? "on" : "off") : typed(value) || "empty");

// What is set now: what the server says, and over it what it has not answered. None of ours: the preset's.
const usual = (panel, item) => panel.presets[panel.preset].values[item.name] ?? item.default;
const valueOf = (panel, item) => panel.values[item.name] ?? usual(panel, item);
const isChanged = (panel, item) => valueOf(panel, item) !== usual(panel, item);

// Whether a setting does anything with what else is chosen, as far as that is drawn here.
const acts = (panel, item) => Object.entries(item.needs ?? {}).every(([name, allowed]) => !panel.items[name] || allowed.includes(valueOf(panel, panel.items[name])))
  && (!item.without || item.without.map((name) => panel.items[name]).some((other) => !other || (valueOf(panel, other) !== other.default && acts(panel, other))));

function lay(panel) {
  const { state, pending } = panel;
  panel.preset = pending?.preset ?? state.preset;
  panel.values = { ...(pending?.preset ? {} : state.values), ...pending?.values };
}

// Changes without an answer are sent again with the next: of two that meet, the server keeps one.
function send(panel, change) {
  const { preset, values = {} } = change;
  panel.pending = preset ? { preset, values: {} } : { ...panel.pending, values: { ...panel.pending?.values, ...values } };
  panel.seq = Math.max(panel.seq + 1, Date.now());
  panel.trigger("change", { ...panel.pending, seq: panel.seq, known: Object.keys(descriptions) });
  draw(panel);
}

function commit(panel, row, value) {
  clearTimeout(row.timer);
  row.timer = row.draft = row.wrong = null;
  const refused = row.item.name in panel.state.refused;
  if (refused || value !== valueOf(panel, row.item)) send(panel, { values: { [row.item.name]: value } });
  else draw(panel);
}

// 1, 2, 3, 5 of each power of ten, both ends, and the value itself.
function ladder({ low, high, kind }, value) {
  const rungs = new Set([low, high, value]);
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const digit of [1, 2, 3, 5]) rungs.add(Number(`${digit}e${power}`));
  }
  return [...rungs].filter((rung) => rung >= low && rung <= high && (kind !== "int" || Number.isInteger(rung))).sort((a, b) => a - b);
}

function wrongNumber({ title, kind, low, high }, input) {
  const value = Number(input.value);
  if (input.validity.badInput || !input.value.trim() || !Number.isFinite(value)) return `${title} must be a number.`;
  if (kind === "int" && !Number.isInteger(value)) return `${title} must be a whole number.`;
  if (value < low || value > high) return `${title} must be between ${typed(low)} and ${typed(high)}.`;
  return "";
}

// What an arrow key makes of a number: a step further, or the next rung.
function stepped(item, value, up) {
  if (item.step) return exact(Math.min(Math.max(value + (up ? item.step : -item.step), item.low), item.high));
  const rungs = ladder(item, value);
  return rungs[Math.min(Math.max(rungs.indexOf(value) + (up ? 1 : -1), 0), rungs.length - 1)];
}

// A draft shows at once and is sent when the person lets go, or has not pressed a key for a moment.
function draft(panel, row, value, soon) {
  row.draft = value;
  row.wrong = null;
  clearTimeout(row.timer);
  if (soon) row.timer = setTimeout(() => commit(panel, row, value), 150);
  drawRow(panel, row);
}
const settle = (panel, row) => { if (row.draft !== null && row.draft !== undefined) commit(panel, row, row.draft); };

function numberField(panel, row) {
  const { item } = row;
  const input = element("input", { type: "number", step: "any", inputmode: "decimal", min: item.low, max: item.high });
  const take = () => {
    if (!row.typing) return;
    row.typing = false;
    const wrong = wrongNumber(item, input);
    if (!wrong) return commit(panel, row, Number(input.value));
    row.wrong = `${wrong} Still using ${typed(valueOf(panel, item))}.`;
    drawRow(panel, row);
  };
  input.addEventListener("input", () => { row.typing = true; });
  input.addEventListener("change", take);
  input.addEventListener("blur", () => { take(); settle(panel, row); });
  input.addEventListener("wheel", () => input.blur(), { passive: true });  // scrolling past must change nothing
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") take();
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const from = row.typing && !wrongNumber(item, input) ? Number(input.value) : row.draft ?? valueOf(panel, item);
    row.typing = false;
    draft(panel, row, stepped(item, from, event.key === "ArrowUp"), true);
  });
  if (item.slider) row.slider = slider(panel, row);
  return input;
}

function slider(panel, row) {
  const { item } = row;
  const input = element("input", { type: "range", "aria-label": `${item.title}, slider` });
  let byKey = false;
  input.addEventListener("pointerdown", () => { byKey = false; });
  input.addEventListener("keydown", () => { byKey = true; });
  input.addEventListener("input", () => draft(panel, row, row.rungs ? row.rungs[input.value] : exact(Number(input.value)), byKey));
  input.addEventListener("change", () => { if (!byKey) settle(panel, row); });
  input.addEventListener("blur", () => settle(panel, row));
  return input;
}

function textField(panel, row) {
  const input = element("input", { type: "text", spellcheck: "false", autocomplete: "off" });
  input.addEventListener("input", () => { row.typing = true; });
  const take = () => { if (row.typing) { row.typing = false; commit(panel, row, input.value.trim()); } };
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") take(); });
  return input;
}

function choice(panel, row) {
  const input = element("select");
  input.addEventListener("change", () => commit(panel, row, input.value));
  return input;
}

// Several names of a list: folded, with what is ticked in its head.
function ticks(panel, row) {
  const { options, usual } = panel.state.ticks[row.item.name];
  row.boxes = Object.entries(options).map(([value, said]) => [element("input", { type: "checkbox", value }), ...said]);
  const head = element("summary");
  const node = element("details", { class: "ticks" }, head, ...row.boxes.map(([box, words, title]) => element("label", { title }, box, words)));
  node.addEventListener("change", () => {
    const names = row.boxes.filter(([box]) => box.checked).map(([box]) => box.value).join(", ");
    commit(panel, row, names === usual ? "" : names);
  });
  return node;
}

function drawTicks(panel, row, value) {
  const { usual, noun } = panel.state.ticks[row.item.name];
  const names = ((value || usual).match(/("[^"]*"|[^,])+/g) ?? []).map((name) => name.trim().toLowerCase());
  for (const [box] of row.boxes) box.checked = names.includes("*") || names.includes(box.value.toLowerCase());
  const titles = row.boxes.filter(([box]) => box.checked).map(([, title]) => title);
  row.input.firstChild.textContent = titles.length === 1 ? titles[0] : titles.length ? `${titles.length} ${noun}` : value || "none";
}

function toggle(panel, row) {
  const input = element("input", { type: "checkbox", role: "switch" });
  input.addEventListener("change", () => commit(panel, row, input.checked));
  return input;
}

const FIELDS = { int: numberField, float: numberField, bool: toggle, choice, layers: textField, text: textField, ticks };

function makeRow(panel, item) {
  const row = { item, node: element("div", { class: `row ${item.kind}`, "data-name": item.name }) };
  const id = item.name.replace(".", "-");
  const listed = item.options || panel.state.options[item.name];
  row.kind = panel.state.ticks[item.name] ? "ticks" : listed ? "choice" : item.kind;
  row.input = FIELDS[row.kind](panel, row);
  for (const [name, value] of [["id", id], ["aria-describedby", `${id}-help ${id}-problem`]]) row.input.setAttribute(name, value);
  row.slider?.setAttribute("aria-describedby", `${id}-help`);
  row.reset = element("button", { type: "button", class: "reset" });
  row.reset.addEventListener("click", () => { row.typing = false; row.input.focus(); commit(panel, row, null); });
  row.why = element("button", { type: "button", class: "why", tabindex: "-1", "aria-hidden": "true" }, "?");
  row.label = element("label", { for: id }, item.title);
  const unit = item.unit ? [element("small", { "aria-hidden": "true" }, item.unit)] : [];
  row.problem = element("p", { class: "problem", id: `${id}-problem`, "aria-live": "polite" });
  const field = row.kind === "choice" ? element("span", { class: "choice" }, row.input) : row.input;
  row.node.append(
    element("div", { class: "line", "data-explained": "" }, row.reset, row.label, ...unit, row.why, field), ...(row.slider ? [row.slider] : []),
    row.problem, element("span", { class: "unseen", id: `${id}-help` }, panel.state.ticks[item.name]?.help ?? item.help),
  );
  row.node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(row.typing || row.wrong || row.item.name in panel.state.refused)) return;
    row.typing = false;
    row.draft = row.wrong = null;
    delete panel.state.refused[item.name];
    delete panel.state.problems[item.name];
    drawRow(panel, row);
    event.stopPropagation();
  });
  panel.rows.push(row);
  return row.node;
}

function fold(section, rows) {
  const key = `genre-lab more ${section.name}`;
  const count = element("span", { class: "count" });
  const node = element("details", {}, element("summary", {}, "More", count), ...rows);
  try { node.open = sessionStorage.getItem(key) === "open"; } catch { /* a browser that stores nothing */ }
  node.addEventListener("toggle", () => { try { sessionStorage.setItem(key, node.open ? "open" : ""); } catch { /* as above */ } });
  return { node, count };
}

function build(panel) {
  const { sections, presets, whole, style } = panel.about;
  panel.presets = Object.fromEntries(presets.map((preset) => [preset.name, preset]));
  panel.items = Object.fromEntries(sections.flatMap((section) => section.settings).map((item) => [item.name, item]));
  panel.rows = [];
  panel.choose = element("select", { "aria-label": "Preset" }, ...presets.map(({ name, title }) => element("option", { value: name }, title)));
  panel.choose.addEventListener("change", () => forget(panel, panel.choose.value));
  panel.watch = element("p", { class: "watch" });
  panel.reset = element("button", { type: "button", class: "all" });
  panel.reset.addEventListener("click", () => { panel.choose.focus(); forget(panel, panel.preset); });
  panel.whole = whole;
  panel.folds = [];
  panel.notes = {};
  const groups = sections.map((section) => {
    const head = element("h2", { id: `head-${section.name}` }, section.title);
    const rows = section.settings.map((item) => [item, makeRow(panel, item)]);
    const group = element("section", { "aria-labelledby": head.id }, head, ...rows.filter(([item]) => !item.rare).map(([, node]) => node));
    group.append((panel.notes[section.name] = element("div", { class: "note" })));
    const rare = rows.filter(([item]) => item.rare);
    if (!rare.length) return group;
    const more = fold(section, rare.map(([, node]) => node));
    panel.folds.push({ ...more, items: rare.map(([item]) => item) });
    group.append(more.node);
    return group;
  });
  panel.node.replaceChildren(element("style", {}, style), element("div", { class: "choice preset" }, panel.choose), panel.watch, panel.reset, ...groups, panel.tip);
}

// A preset takes everything back, what was typed and not taken as well.
function forget(panel, preset) {
  for (const row of panel.rows) { clearTimeout(row.timer); row.typing = false; row.draft = row.wrong = null; }
  send(panel, { preset });
}

function offer(input, options, value) {
  const all = Object.hasOwn(options, value) ? options : { ...options, [value]: String(value) };  // what a link says, and the list does not
  const text = JSON.stringify(all);
  if (input.dataset.options !== text) {
    input.replaceChildren(...Object.entries(all).map(([option, title]) => element("option", { value: option }, title)));
    input.dataset.options = text;
  }
  input.value = value;
  input.title = all[value];  // a long name is cut
}

function place(row, value) {
  const { item, slider: input } = row;
  row.rungs = item.slider === "log" ? ladder(item, value) : null;
  const [low, high, at] = row.rungs ? [0, row.rungs.length - 1, row.rungs.indexOf(value)] : [item.low, item.high, value];
  Object.assign(input, { min: low, max: high, step: row.rungs ? 1 : item.step ?? "any" });
  input.value = at;
  input.setAttribute("aria-valuetext", typed(value));
  input.style.setProperty("--at", `${(100 * (input.value - low)) / (high - low)}%`);
}

function drawRow(panel, row) {
  const { item, input } = row;
  const truth = valueOf(panel, item);
  const value = row.draft ?? truth;
  const pending = panel.pending && item.name in panel.pending.values;
  const refused = pending ? undefined : panel.state.refused[item.name];
  if (row.kind === "choice") offer(input, item.options ?? panel.state.options[item.name] ?? {}, value);
  else if (row.kind === "ticks") drawTicks(panel, row, value);
  else if (row.kind === "bool") input.checked = value;
  else if (!row.typing && !row.wrong) { const shown = typed(refused ?? value); if (input.value !== shown) input.value = shown; }
  if (row.slider) place(row, value);
  const problem = row.wrong ?? (pending ? "" : panel.state.problems[item.name] ?? "");
  if (row.problem.textContent !== problem) row.problem.textContent = problem;
  if (row.kind !== "ticks") input.setAttribute("aria-invalid", String(Boolean(problem)));
  const was = words(item, usual(panel, item));
  row.reset.hidden = !isChanged(panel, item);
  row.reset.title = `Back to the preset: ${was}`;
  const title = panel.state.titles[item.name] ?? item.title;
  if (row.label.textContent !== title) row.label.textContent = title;
  row.reset.setAttribute("aria-label", `${title} differs from the preset (${was}): reset it`);
}

function draw(panel) {
  lay(panel);
  const { state, about, rows } = panel;
  for (const row of rows) { row.shown = acts(panel, row.item); row.node.hidden = !row.shown; }
  for (const section of about.sections) note(panel, section, state.notes);
  for (const row of rows) if (row.shown) drawRow(panel, row);
  const changed = rows.filter((row) => row.shown && isChanged(panel, row.item)).map((row) => row.item);
  for (const { node, count, items } of panel.folds) {
    const n = items.filter((item) => changed.includes(item)).length;
    count.textContent = n ? ` · ${n} changed` : "";
    node.hidden = !rows.some((row) => row.shown && items.includes(row.item));
  }
  panel.choose.value = panel.preset;
  panel.watch.textContent = panel.presets[panel.preset].watch;
  const source = panel.items["data.source"];  // it is not there where it is locked
  panel.watch.hidden = !panel.whole || (source ? isChanged(panel, source) : "data.source" in panel.values);
  panel.reset.hidden = !panel.whole || !changed.length;
  panel.reset.textContent = `Reset ${changed.length} changed ${changed.length === 1 ? "setting" : "settings"}`;
}

// A note stands in place of its setting and of those after it.
function note(panel, section, notes) {
  const own = panel.rows.filter((row) => row.shown && row.item.name.startsWith(`${section.name}.`));
  const found = notes.find(({ name }) => own.some((row) => row.item.name === name));
  const node = panel.notes[section.name];
  node.hidden = !found;
  if (!found) return;
  for (const row of own.slice(own.findIndex((one) => one.item.name === found.name))) { row.shown = false; row.node.hidden = true; }
  const go = element("button", { type: "button", class: "go" }, found.go, " →");
  go.addEventListener("click", () => panel.trigger("go", Date.now()));
  node.replaceChildren(element("p", {}, found.text), ...(found.go ? [go] : []));
}

// Explanations stand beside the panel: on hover, on a tap of the sign, where the tab key goes.
function explain(panel, row) {
  clearTimeout(panel.waiting);
  if (panel.told === row) return;
  if (panel.told) panel.tip.hidePopover();
  panel.told = row;
  if (!row) return;
  panel.tip.textContent = panel.state.ticks[row.item.name]?.help ?? row.item.help;
  panel.tip.showPopover();
  const [box, tip] = [row.node.getBoundingClientRect(), panel.tip.getBoundingClientRect()];
  const beside = box.right + 18 + tip.width < innerWidth;
  panel.tip.style.left = `${beside ? box.right + 18 : Math.max(8, Math.min(box.left, innerWidth - tip.width - 8))}px`;
  const below = box.bottom + tip.height + 10 < innerHeight ? box.bottom + 4 : box.top - tip.height - 4;
  panel.tip.style.top = `${beside ? Math.min(box.top, innerHeight - tip.height - 8) : below}px`;
}

function listenForHelp(panel) {
  const { node } = panel;
  const rowOf = (event) => panel.rows.find((row) => row.node.contains(event.target));
  const later = (row, wait) => { clearTimeout(panel.waiting); panel.waiting = setTimeout(() => explain(panel, row), wait); };
  let tabbed = false;
  node.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (event.target === panel.tip) return clearTimeout(panel.waiting);
    const row = event.target.closest("label:not(.ticks label), small, .why") ? rowOf(event) : null;
    later(row, row ? 250 : 150);
  });
  node.addEventListener("pointerleave", () => later(null, 150));
  node.addEventListener("pointerdown", (event) => { tabbed = false; if (!event.target.closest(".why")) explain(panel, null); });
  node.addEventListener("click", (event) => { if (event.target.closest(".why")) { const row = rowOf(event); explain(panel, panel.told === row ? null : row); } });
  node.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Enter") explain(panel, null); });
  node.addEventListener("keyup", (event) => { tabbed = event.key === "Tab"; if (tabbed) explain(panel, rowOf(event)); });
  node.addEventListener("focusout", () => { if (tabbed) explain(panel, null); });
}

function create(parent) {
  const panel = { node: element("div", { class: "panel" }), seq: 0, pending: null, rows: [] };
  panel.tip = element("div", { class: "tip", popover: "manual", "aria-hidden": "true" });
  parent.append(panel.node);
  listenForHelp(panel);
  panel.scrolled = () => { if (panel.told) explain(panel, null); };
  addEventListener("scroll", panel.scrolled, true);
  return panel;
}

const FORGOTTEN = 10_000;  // a change that has no answer by then was lost: what the server says is right

export default function ({ data, parentElement, setTriggerValue }) {
  let panel = panels.get(parentElement);
  if (!panel) panels.set(parentElement, (panel = create(parentElement)));
  panel.trigger = setTriggerValue;
  panel.state = JSON.parse(data.state);
  const listed = JSON.stringify([Object.keys(panel.state.options), panel.state.ticks]);
  if (panel.state.seq >= panel.seq || Date.now() - panel.seq > FORGOTTEN) panel.pending = null;
  if (data.about) descriptions[data.name] = { ...JSON.parse(data.about), style: data.style };
  if (!descriptions[data.name]) setTriggerValue("change", { seq: panel.seq, known: [] });  // it was lost: ask for it again
  else {
    if (panel.name !== data.name || panel.listed !== listed) {
      const focused = panel.node.getRootNode().activeElement?.id;
      [panel.name, panel.listed, panel.about] = [data.name, listed, descriptions[data.name]];
      build(panel);
      panel.rows.find((row) => row.input.id === focused)?.input.focus();
    }
    draw(panel);
  }
  return () => {
    removeEventListener("scroll", panel.scrolled, true);
    for (const row of panel.rows) clearTimeout(row.timer);
    panels.delete(parentElement);
    panel.node.remove();
  };
}
