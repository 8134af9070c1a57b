const rounds = new WeakMap();

const ROW = 15;

// The track as a dot, the average of its label as a bar, that of the other genre as a cross: feature by feature.
function profile(card, far) {
  const height = ROW * card.rows.length;
  const names = element("div", { class: "features" }, ...card.rows.map(([feature]) => element("span", { title: feature }, feature)));
  const svg = shape("svg", { height });
  const x = (value) => `${(6 + 88 * (Math.max(-far, Math.min(far, value)) + far) / (2 * far)).toFixed(2)}%`;
  const line = (x1, x2, y1, y2, rest) => svg.append(shape("line", { x1, x2, y1, y2, ...rest }));
  line(x(0), x(0), 0, height, { stroke: "currentColor", "stroke-opacity": 0.2 });
  card.rows.forEach(([, track, label, other], at) => {
    const y = ROW * (at + 0.5);
    line(x(label), x(other), y, y, { stroke: "currentColor", "stroke-opacity": 0.2 });
    line(x(label), x(label), y - 6, y + 6, { stroke: "var(--hue-label)", "stroke-width": 3 });
    const cross = shape("svg", { x: x(other), y, overflow: "visible" });
    cross.append(shape("path", { d: "M-4 -4l8 8m0 -8l-8 8", stroke: "var(--hue-other)", "stroke-width": 2.2, fill: "none" }));
    svg.append(cross, shape("circle", { cx: x(track), cy: y, r: 4, fill: "var(--hue-track)" }));
  });
  return element("div", { class: "profile", "aria-hidden": "true" }, names, svg);
}

function draw(round) {
  const { data, root } = round;
  const shown = data.marks !== null;
  const far = Math.max(1, ...data.cards.flatMap((card) => card.rows.flatMap((row) => row.slice(1).map(Math.abs))));
  const list = element("ul", { class: "cards" });
  data.cards.forEach((card, at) => {
    const box = element("input", { type: "checkbox", "data-at": at, "aria-description": card.sentence });
    box.checked = round.marks.has(at);
    box.disabled = shown;
    const what = element("span", {}, "labeled ", element("b", {}, card.label));
    const item = element("li", {}, element("label", {}, box, what), profile(card, Math.min(far, 4)));
    item.append(element("p", { class: "hint" }, `Track ${card.track}, compared with ${card.other}${card.hint ? `; ${card.hint}` : ""}`));
    if (shown) {
      item.append(element("p", { class: "verdict" }, card.verdict));
      item.append(element("p", { class: "by" }, card.by.length ? `marked by ${card.by.join(", ")}` : "marked by nobody"));
      item.classList.add(card.wrong ? "wrong" : "right");
    }
    item.classList.toggle("marked", box.checked);
    box.addEventListener("change", () => {
      if (box.checked) round.marks.add(at); else round.marks.delete(at);
      item.classList.toggle("marked", box.checked);
      round.count.textContent = said(round);
    });
    list.append(item);
  });
  const key = element("p", { class: "key" },
    element("span", { "data-sign": "●", style: "--own: var(--hue-track)" }, "this track"),
    element("span", { "data-sign": "❙", style: "--own: var(--hue-label)" }, "average of the genre of its label"),
    element("span", { "data-sign": "✕", style: "--own: var(--hue-other)" }, "average of the nearest other genre"),
    element("span", { "data-sign": "" }, "in standard deviations, the most distinctive features first"));
  round.count = element("span", { "aria-live": "polite" }, said(round));
  const foot = element("div", { class: "foot" });
  if (!shown) {
    const button = element("button", { type: "button" }, "Show");
    button.addEventListener("click", () => {
      round.seq = Math.max(round.seq + 1, Date.now());
      round.trigger("show", { marks: [...round.marks], seq: round.seq });
    });
    foot.append(button, round.count);
  }
  root.replaceChildren(key, list, ...(shown ? [] : [foot]));
}

const said = (round) => (round.marks.size ? `${round.marks.size} marked` : "Mark the tracks whose labels you think are wrong");

export default function ({ parentElement, data, setTriggerValue }) {
  let round = rounds.get(parentElement);
  if (!round) {
    round = { root: element("div", { class: "ff" }), marks: new Set(), revision: "", seq: 0 };
    rounds.set(parentElement, round);
    parentElement.append(round.root);
  }
  if (round.revision !== data.revision || data.marks) round.marks = new Set(data.marks || []);
  round.revision = data.revision;
  round.data = data;
  round.trigger = setTriggerValue;
  const dark = isDark(round.root) ? 1 : 0;
  for (const [name, hues] of Object.entries(data.hues)) round.root.style.setProperty(`--hue-${name}`, hues[dark]);
  const focused = round.root.getRootNode().activeElement?.dataset?.at;
  draw(round);
  if (focused !== undefined) round.root.querySelector(`input[data-at="${focused}"]`)?.focus();
}
