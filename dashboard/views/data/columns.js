const lists = new WeakMap();

const MANY = 12;  // features from which on one looks for a name rather than reads
const fits = (row, text) => row.name.toLowerCase().includes(text.trim().toLowerCase());

// A change shows at once; what the server says counts again when it has answered.
function send(list, row, role) {
  list.seq = Math.max(list.seq + 1, Date.now());
  list.pending = { name: row.name, role };
  list.trigger("change", { name: row.name, role, seq: list.seq });
  draw(list);
}

function line(list, row) {
  const pending = list.pending?.name === row.name ? list.pending.role : null;
  const select = element("select", { "aria-label": `${row.name} is`, "data-name": row.name });
  for (const [role, words] of Object.entries(list.data.roles)) select.append(element("option", { value: role }, words));
  select.value = pending || row.role;
  select.addEventListener("change", () => send(list, row, select.value));
  const reset = element("button", { type: "button", class: "reset", title: "Reset its role", "aria-label": `${row.name}: reset its role` }, "↺");
  reset.hidden = !(row.chosen || row.problem);
  reset.addEventListener("click", () => send(list, row, ""));
  const why = element("td", { class: "why" }, row.reason);
  if (row.problem) why.prepend(element("span", { class: "problem", role: "alert" }, row.problem));
  const field = element("td", {}, element("span", { class: "field" }, element("span", { class: "choice" }, select), reset));
  return element("tr", pending === null ? {} : { class: "busy", "aria-busy": "true" }, element("th", { scope: "row" }, row.name), field, why);
}

function table(list, rows, caption) {
  const head = ["Column", "Role", "Why"].map((text) => element("th", { scope: "col" }, text));
  return element("table", { "aria-label": caption }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows.map((row) => line(list, row))));
}

function features(list, rows) {
  const n = `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "column is a feature" : "columns are features"}`;
  const node = element("details", {}, element("summary", {}, n));
  const fill = () => {
    if (node.childElementCount > 1) return;
    const found = () => table(list, rows.filter((row) => fits(row, list.sought)), "Features");
    let shown = found();
    if (rows.length > MANY) {
      const input = element("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column", "data-name": " find" });
      input.value = list.sought;
      input.addEventListener("input", () => { list.sought = input.value; const fresh = found(); shown.replaceWith(fresh); shown = fresh; });
      node.append(input);
    } else list.sought = "";
    node.append(shown);
  };
  node.open = list.open;
  if (list.open) fill();
  node.addEventListener("toggle", () => { list.open = node.open; if (node.open) fill(); });
  return node;
}

function draw(list) {
  const focused = list.node.getRootNode().activeElement?.dataset?.name;
  const top = list.node.scrollTop;
  const { rows } = list.data;
  const many = rows.filter((row) => row.role === "feature");
  const rest = rows.filter((row) => row.role !== "feature");
  // A feature whose change was refused, or is on its way, is not hidden among the others.
  const lifted = many.filter((row) => row.problem || (row.chosen && many.length > MANY));
  const own = [...rest, ...lifted];
  list.node.replaceChildren(...(own.length ? [table(list, own, "Roles of the columns")] : []), ...(many.length > lifted.length ? [features(list, many.filter((row) => !lifted.includes(row)))] : []));
  list.node.scrollTop = top;
  if (focused) [...list.node.querySelectorAll("[data-name]")].find((node) => node.dataset.name === focused)?.focus({ preventScroll: true });
}

export default function ({ data, parentElement, setTriggerValue }) {
  let list = lists.get(parentElement);
  if (!list) {
    const node = element("div", { class: "list" });
    parentElement.append(node);
    lists.set(parentElement, (list = { node, seq: 0, sought: "", open: false, pending: null }));
  }
  list.trigger = setTriggerValue;
  if (data.seq >= list.seq) list.pending = null;
  const text = JSON.stringify([data, list.pending]);
  list.data = data;
  if (text !== list.text) draw(list);
  list.text = text;
  return () => lists.delete(parentElement);
}
