// What is chosen, as the address writes it: rectangles of true and predicted genres by number, or "right", or "wrong".
// `members` of a row are the numbers of the genres that were merged into it.
const LONGEST = 600;
const membersOf = (grid, at) => grid.data.view.members?.[at] ?? [at];  // beyond the last genre: not answered
const sideOf = (text) => (text === "*" ? null : text.split(".").map(Number));

function parse(text) {
  if (!text) return [];
  if (text === "right" || text === "wrong") return [text];
  return text.split(",").map((item) => item.split("-").map(sideOf));
}

function covers(grid, block, i, j) {
  if (block === "right") return i === j;
  if (block === "wrong") return i !== j && !isHeld(grid, j);
  return [i, j].every((at, side) => block[side] === null || membersOf(grid, at).some((genre) => block[side].includes(genre)));
}

const chosen = (grid, i, j) => grid.blocks.some((block) => covers(grid, block, i, j));

// A position is [i, j]; -1 stands for all of the other side: a whole row or column.
const stretch = (from, to) => Array.from({ length: Math.abs(to - from) + 1 }, (_, n) => Math.min(from, to) + n);
const numbers = (grid, positions) => positions.map((at) => membersOf(grid, at)[0]).join(".");

function blockText(grid, [a, b], [i, j]) {
  const rows = i < 0 || a < 0 ? "*" : numbers(grid, stretch(a, i));
  const columns = j < 0 || b < 0 ? "*" : numbers(grid, stretch(b, j));
  return `${rows}-${columns}`;
}

function toggled(grid, at) {
  const one = blockText(grid, at, at);
  const items = grid.selected && !/^(right|wrong)$/.test(grid.selected) ? grid.selected.split(",") : [];
  if (items.includes(one)) return items.filter((item) => item !== one).join(",");
  if (!chosen(grid, ...at) || at.includes(-1)) return [...items, one].join(",");
  // Taken out of something larger: what is left is named cell by cell.
  const left = [];
  for (let i = 0; i < grid.k; i += 1) for (let j = 0; j < grid.wide; j += 1) {
    if (chosen(grid, i, j) && (i !== at[0] || j !== at[1])) left.push(blockText(grid, [i, j], [i, j]));
  }
  return left.join(",");
}

function mark(grid, selected) {
  const marks = JSON.stringify([selected, grid.data.view.members, grid.data.view.blocks]);
  if (grid.marked === marks) return;
  grid.marked = marks;
  grid.selected = selected || "";
  grid.blocks = parse(grid.selected);
  const pickable = grid.data.pickable;
  const few = grid.blocks.length === 1 && Array.isArray(grid.blocks[0]);
  if (pickable) grid.cells.forEach((row, i) => row.forEach((cell, j) => {
    const [was, now] = [grid.drawn[i][j], chosen(grid, i, j)];
    if (was.chosen !== now) cell.setAttribute("aria-selected", was.chosen = now);
  }));
  for (const [heads, side] of [[grid.sides, 0], [grid.heads, 1]]) heads.forEach((head, at) => {
    const whole = grid.blocks.some((block) => Array.isArray(block) && block[1 - side] === null && block[side] !== null && membersOf(grid, at).some((g) => block[side].includes(g)));
    if (pickable) head.setAttribute("aria-selected", String(whole));
    const lit = few && grid.blocks[0][side] !== null && membersOf(grid, at).some((g) => grid.blocks[0][side].includes(g));
    head.classList.toggle("lit", whole || lit);
    head.classList.toggle(side ? "left" : "top", grid.starts.has(at));
  });
  for (const button of grid.about.querySelectorAll("button[data-pick]")) button.setAttribute("aria-pressed", String(button.dataset.pick === grid.selected));
}

// Where the tracks will stand, the page says at once which ones are coming.
function announce(grid, selected) {
  const panel = document.querySelector(".st-key-beside");
  if (!panel) return;
  const [block] = parse(selected), { genres } = grid.data.view;
  const places = grid.blocks.length === 1 && Array.isArray(block) && block.every((side) => side?.length === 1)
    ? block.map(([genre]) => genres.findIndex((_, at) => membersOf(grid, at).includes(genre))) : [];
  if (selected === grid.data.selected) delete panel.dataset.coming;
  else panel.dataset.coming = places.length && !places.includes(-1) ? `${sentence(grid, ...places)}.` : " ";
}

// `wait` gathers a run of steps into one, so that it is one step of the browser's Back.
function send(grid, selected, wait = 0) {
  if (!grid.data.pickable) return;
  if (selected.length > LONGEST || selected.split(",").length > 100) { tell(grid, "No more cells can be selected at once."); return; }
  grid.seq = Math.max(grid.seq + 1, Date.now());
  mark(grid, selected);
  announce(grid, selected);
  clearTimeout(grid.waiting);
  grid.waiting = setTimeout(() => grid.send("pick", { cell: grid.selected || null, seq: grid.seq }), wait);
}

function pick(grid, at, event = {}, wait = 0) {
  if (!grid.data.pickable) return;
  if (event.shiftKey && grid.anchor) {
    send(grid, blockText(grid, grid.anchor, at), wait);
    return;
  }
  grid.anchor = at;
  if (event.ctrlKey || event.metaKey || grid.several) send(grid, toggled(grid, at));
  else {
    const one = blockText(grid, at, at);
    send(grid, grid.selected === one ? "" : one);
  }
}

const tell = (grid, text) => { if (grid.said.textContent !== text) grid.said.textContent = text; };
