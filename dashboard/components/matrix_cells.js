// What stands in the cells: of each, only what differs from before is written, since most stay as they are.
const RIGHT_HUE = 0, WRONG_HUE = 1, MORE_HUE = 2, LESS_HUE = 3, HELD_HUE = 4;
const isHeld = (grid, j) => j === grid.k;  // the last column of a matrix with answers held back
const hueOf = (grid, i, j) => (isHeld(grid, j) ? HELD_HUE : i === j ? RIGHT_HUE : WRONG_HUE);

// Colours of one hue in a hundred strengths, and of the text on each.
function ramp(grid, hue) {
  const ink = channels(grid.data.hues[hue][grid.dark ? 1 : 0]);
  return Array.from({ length: 101 }, (_, part) => {
    const fill = mix(grid.paper, ink, part / 100);
    return [`rgb(${fill})`, contrast(luminance(fill), 1) >= 4.5 ? "#ffffff" : "#000000"];
  });
}

function describe(grid, cell, was, i, j) {
  const { genres, counts, by, compare, hide } = grid.data.view;
  const [n, of] = [counts[i][j], whole(grid, i, j)];
  was.few = by !== "count" && compare !== "difference" && of < FEW;
  was.hidden = hide && i === j;
  const text = was.hidden ? "" : cellText(grid, i, j);
  const small = was.few && n > 0 && !was.hidden ? ` ${n} of ${of}` : "";
  if (was.text !== text || was.small !== small) {
    if (small || was.small || !cell.firstChild) cell.replaceChildren(text, ...(small ? [element("small", {}, small)] : []));
    else cell.firstChild.data = text;
    [was.text, was.small] = [text, small];
  }
  const answer = isHeld(grid, j) ? "not answered" : `predicted ${genres[j]}`;
  const label = `true ${genres[i]}, ${answer}: ${sentence(grid, i, j)}`;
  if (was.label !== label) cell.setAttribute("aria-label", was.label = label);
}

function paint(grid, cell, was, i, j) {
  const { counts, by, rates, compare, noise, versus } = grid.data.view;
  const apart = compare === "difference";
  const rate = rates[i][j] ?? 0;
  const value = apart ? Math.abs(rate) : by === "count" ? counts[i][j] : rate;
  const hue = apart ? ((versus ? rate < 0 : rate > 0) ? MORE_HUE : LESS_HUE) : hueOf(grid, i, j);  // of two runs the one looked at is blue
  const strength = (0.1 + 0.9 * (value / ((apart ? grid.mostApart : grid.most[hue]) || 1))) * (apart && noise[i][j] ? 0.3 : 1);
  const plain = value === 0 || was.few || was.hidden;
  const [fill, ink] = plain ? ["", ""] : (grid.ramps[hue] ??= ramp(grid, hue))[Math.round(100 * strength)];
  if (was.fill !== fill) [cell.style.backgroundColor, cell.style.color, was.fill, was.ink] = [fill, ink, fill, ink];
  const classes = {
    none: value === 0, few: was.few, hidden: was.hidden, sure: apart && value > 0 && !noise[i][j],
    held: isHeld(grid, j), top: grid.starts.has(i), left: grid.starts.has(j),
  };
  const named = ["cell", ...Object.keys(classes).filter((name) => classes[name])].join(" ");
  if (was.named !== named) cell.className = was.named = named;
}

// What is the same for every cell; where it changes, all are described anew.
const frameOf = ({ data: { view }, tight, bare }) => JSON.stringify(
  [view.genres, view.nouns, view.by, view.compare, view.versus, view.hide, view.blocks, Boolean(tight), Boolean(bare)],
);

function fill(grid) {
  const { counts, rates, intervals, others, noise } = grid.data.view;
  const [frame, scale] = [frameOf(grid), `${grid.paper}|${grid.most}|${grid.mostApart}`];
  const [anew, repaint] = [grid.framed !== frame, grid.scaled !== scale];
  if (grid.painted !== String(grid.paper)) [grid.ramps, grid.painted] = [[], String(grid.paper)];
  grid.cells.forEach((row, i) => row.forEach((cell, j) => {
    const was = grid.drawn[i][j], limits = intervals[i][j];
    const values = [counts[i][j], whole(grid, i, j), rates[i][j], limits?.[0], limits?.[1], others?.[i][j], noise?.[i][j]];
    const same = !anew && was.values?.every((value, at) => value === values[at]);
    if (same && !repaint) return;
    if (!same) { was.values = values; describe(grid, cell, was, i, j); }
    paint(grid, cell, was, i, j);
  }));
  [grid.framed, grid.scaled] = [frame, scale];
}

// Recall or precision in the margin: `of` is how many tracks it is a share of.
function margin(grid, cell, value, of, title, among = "") {
  if (!cell) return;
  const bare = grid.bare && cell.dataset.side === "foot";  // the row's name has the unit
  const text = value ? (bare ? (100 * value[0]).toFixed(0) : percent(value[0], 0)) : "–";
  const small = among || (value && of < FEW && !bare ? ` of ${of}` : "");
  if (cell.shows !== text + small) {
    cell.replaceChildren(text, ...(small ? [element("small", {}, small)] : []));
    cell.shows = text + small;
  }
  if (cell.title === title) return;
  cell.title = title;
  cell.setAttribute("aria-label", title);
}

function margins(grid) {
  const { genres, recalls, precisions } = grid.data.view;
  const said = (value, of, what, nothing) => (value ? `${what} ${percent(value[0])}${range(value.slice(1))}, ${counted(grid, of)}` : `${what}: ${nothing}`);
  const none = `no ${nounsOf(grid)}`;
  const recall = grid.wide > grid.k ? "answered correctly of" : "recall of";
  genres.forEach((name, i) => {
    margin(grid, grid.recalls[i], recalls[i], grid.rows[i], said(recalls[i], grid.rows[i], `${recall} ${name}`, none));
    const title = said(precisions[i], grid.columns[i], `precision of ${name}`, "nothing was predicted as it");
    margin(grid, grid.precisions[i], precisions[i], grid.columns[i], title);
  });
  if (grid.wide === grid.k) return;
  const held = precisions[grid.k];
  margin(grid, grid.precisions[grid.k], held, grid.total, said(held, grid.total, "not answered:", none), "of all");
}
