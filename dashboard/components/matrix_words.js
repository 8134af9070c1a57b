// How numbers, names and cells are written and coloured.
const mix = (from, to, part) => from.map((value, at) => Math.round(value + (to[at] - value) * part));
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const GAP = "\u202f";
const FEW = 10;
const grouped = new Intl.NumberFormat("en-US");
const number = (value) => (value < 1000 ? String(value) : grouped.format(value));
const nounsOf = (grid) => grid.data.view.nouns.split(",")[0].split(" ").pop();
const counted = (grid, n) => `${number(n)} ${n === 1 ? nounsOf(grid).slice(0, -1) : nounsOf(grid)}`;
const percent = (rate, digits = 1) => `${(100 * rate).toFixed(digits)}${GAP}%`;
const told = ([low, high]) => low > 0 || high < 1;
const range = (limits) => (!limits ? "" : !told(limits) ? " (too few for an interval)" : ` (${(100 * limits[0]).toFixed(1)}–${(100 * limits[1]).toFixed(1)})`);

// Names cut to `room` characters at their end; in the middle where that would make two the same.
function abbreviate(names, room) {
  const cut = names.map((name) => (name.length <= room ? name : `${name.slice(0, Math.max(2, room - 1)).replace(/[\s-]+$/, "")}.`));
  if (new Set(cut).size === names.length || room < 6) return cut;
  return names.map((name) => (name.length <= room ? name : `${name.slice(0, room - 5)}…${name.slice(-4)}`));
}

const signed = (value, text) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${text}`;
const points = (rate, digits = 1) => signed(rate, Math.abs(100 * rate).toFixed(digits));

// What a cell is a share of.
function whole(grid, i, j) {
  const { by } = grid.data.view;
  if (by === "predicted") return grid.columns[j];
  return by === "all" ? grid.total : grid.rows[i];
}

function sentence(grid, i, j) {
  const { compare } = grid.data.view;
  if (compare === "difference") return differenceSentence(grid, i, j);
  return `${compare === "limit" ? "The best possible: " : ""}${shareSentence(grid, i, j)}`;
}

function shareSentence(grid, i, j) {
  const { genres, counts, by, rates, intervals, nouns } = grid.data.view;
  const [n, of] = [number(counts[i][j]), number(whole(grid, i, j))];
  const rate = rates[i][j] === null ? "" : `, ${percent(rates[i][j])}${range(intervals[i][j])}`;
  if (isHeld(grid, j)) {
    if (by === "predicted") return `${n} of ${of} ${nouns} without an answer are ${genres[i]}${rate}`;
    return by === "all" ? `${n} of all ${of} ${nouns}: ${genres[i]}, not answered${rate}` : `${n} of ${of} ${genres[i]} ${nouns} were not answered${rate}`;
  }
  if (by === "predicted") return `${n} of ${of} ${nouns} predicted as ${genres[j]} are ${genres[i]}${rate}`;
  const what = i === j ? `${genres[i]} recognized` : `${genres[i]} taken for ${genres[j]}`;
  if (by === "all") return `${n} of all ${of} ${nouns}: ${what}${rate}`;
  return i === j
    ? `${n} of ${of} ${genres[i]} ${nouns} were recognized${rate}`
    : `${n} of ${of} ${genres[i]} ${nouns} were taken for ${genres[j]}${rate}`;
}

function differenceSentence(grid, i, j) {
  const { genres, counts, by, rates, intervals, nouns, others, noise, versus } = grid.data.view;
  const [first, second] = versus ?? ["this model", "the best possible"];
  const [mine, best, limits] = [counts[i][j], others[i][j], intervals[i][j]];
  const what = i === j ? `${genres[i]} ${nouns} recognized` : `${genres[i]} ${nouns} taken for ${genres[j]}`;
  const compared = `${what}: ${number(mine)} by ${first}, ${number(best)} by ${second}`;
  if (mine === best) return compared;
  const show = by === "count" ? (value) => signed(value, Math.abs(value).toFixed(0)) : (value) => points(value);
  const unit = by === "count" ? nounsOf(grid) : "points";
  const between = limits ? ` (${show(limits[0])} to ${show(limits[1])})` : "";
  return `${compared}, ${show(rates[i][j])} ${unit}${between}${noise[i][j] ? ", could be chance" : ""}`;
}

const MANY = 12;  // genres beyond which zeros would hide the other numbers
const zero = (grid) => (grid.k > MANY ? "" : "0");

// No room for decimals and a unit in narrow cells: whole per cents, as their tips say in full.
const share = (grid, rate) => (grid.tight ? (rate < 0.005 ? "<1" : (100 * rate).toFixed(0)) : percent(rate, grid.k > MANY ? 0 : 1));

// Nor for thousands where a column holds three digits.
const inCell = (grid, n) => (grid.tight && grid.bare && n >= 1000 ? `${Math.round(n / 1000)}k` : number(n));

function cellText(grid, i, j) {
  const { counts, by, rates, compare } = grid.data.view;
  if (compare === "difference") {
    const value = rates[i][j];
    if (!value) return zero(grid);
    return by === "count" ? signed(value, inCell(grid, Math.abs(value))) : points(value, grid.tight || grid.k > MANY ? 0 : 1);
  }
  const n = counts[i][j];
  if (n === 0) return zero(grid);
  return by === "count" ? inCell(grid, n) : share(grid, rates[i][j]);
}
