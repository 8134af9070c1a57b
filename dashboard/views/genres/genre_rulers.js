const lists = new WeakMap();

function mark(scale, classes, left) {
  const made = element("i", { class: classes });
  made.style.left = `${100 * left}%`;
  scale.append(made);
  return made;
}

function row(list, { genre, recall, limits, best, text, link }) {
  const item = element("li");
  const anchor = element("a", { class: "row" });
  anchor.href = link;
  const scale = element("div", { class: "scale" });
  scale.setAttribute("aria-hidden", "true");
  mark(scale, "axis", 0);
  for (const quarter of [0, 0.25, 0.5, 0.75, 1]) mark(scale, "quarter", quarter);
  if (recall !== null) {
    if (limits) mark(scale, "band", limits[0]).style.width = `${100 * (limits[1] - limits[0])}%`;
    if (best !== null) mark(scale, "best", best);
    mark(scale, list.data.test ? "dot test" : "dot", recall);
  }
  const name = element("span", { class: "name" }, genre);
  name.title = genre;
  anchor.append(name, scale, element("span", { class: "text" }, text));
  anchor.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;  // a tab of its own
    event.preventDefault();
    list.trigger("pick", genre);
  });
  item.append(anchor);
  return item;
}

function draw(list) {
  const { rows, hue } = list.data;
  list.node.style.setProperty("--hue", hue[isDark(list.node) ? 1 : 0]);
  const head = element("div", { class: "row head" });
  const ends = element("div", { class: "scale-head" });
  const both = element("p", { class: "ends" });
  both.append(element("span", {}, "0\u202f%"), element("span", {}, "recall"), element("span", {}, "100\u202f%"));
  ends.append(both);
  head.setAttribute("aria-hidden", "true");
  const known = rows.some(({ best }) => best !== null);
  head.append(element("span"), ends, element("span", {}, known ? "dashed: the best possible" : ""));
  const all = element("ol");
  all.append(...rows.map((one) => row(list, one)));
  list.node.replaceChildren(head, all);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let list = lists.get(parentElement);
  if (!list) {
    const node = element("div", { class: "grs" });
    parentElement.append(node);
    lists.set(parentElement, (list = { node }));
  }
  list.trigger = setTriggerValue;
  const dark = isDark(list.node);
  const text = JSON.stringify([data, dark]);
  list.data = data;
  if (text !== list.text) draw(list);
  list.text = text;
  offerPicture(parentElement, data);
  return () => lists.delete(parentElement);
}
