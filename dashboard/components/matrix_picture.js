// The matrix as a picture to take away: all of it, with its numbers and whole names, in the page's colors.
const TRUE_PREDICTED = "true ↓ predicted →";

function picture(grid) {
  const small = grid.k > DENSE, [wide, high] = small ? [30, 20] : [62, 36];
  const { color, fontFamily } = getComputedStyle(grid.frame), letters = small ? 11 : 13;
  const wideOf = (text) => widthOf(text, `${letters}px ${fontFamily}`), longest = (heads) => Math.max(...heads.map((head) => wideOf(head.title)));
  const left = Math.max(longest(grid.sides), wideOf(TRUE_PREDICTED)) + 20, width = left + grid.wide * wide + 80;
  const lines = inLines([grid.data.label, grid.data.note].filter(Boolean).join(". "), width - 24, `13px ${fontFamily}`);
  const above = longest(grid.heads) + 18 * lines.length + 34;
  return {
    title: grid.data.label, width, height: above + (grid.k + (grid.foot ? 1 : 0)) * high + 12,
    draw: (pen) => drawMatrix(grid, { left, above, wide, high, letters, color, fontFamily, lines }, pen),
  };
}

function widthOf(text, font) {
  const ruled = (widthOf.pen ??= document.createElement("canvas").getContext("2d"));
  ruled.font = font;
  return ruled.measureText(text).width;
}

function inLines(text, most, font) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && widthOf(longer, font) > most) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function drawMatrix(grid, { left, above, wide, high, letters, color, fontFamily, lines }, pen) {
  const write = (text, x, y, align = "center", ink = color, size = letters) => {
    [pen.font, pen.fillStyle, pen.textAlign, pen.textBaseline] = [`${size}px ${fontFamily}`, ink, align, "middle"];
    pen.fillText(text, x, y);
  };
  const upright = (text, x, y) => {
    pen.save();
    pen.translate(x, y);
    pen.rotate(-Math.PI / 2);
    write(text, 0, 0, "left");
    pen.restore();
  };
  lines.forEach((line, at) => write(line, 12, 20 + 18 * at, "left", color, 13));
  write(TRUE_PREDICTED, 12, above - 12, "left");
  pen.fillStyle = color;
  for (const at of grid.starts) {  // where a block of genres begins
    pen.fillRect(left + at * wide - 1, above, 2, grid.k * high);
    pen.fillRect(left, above + at * high - 1, grid.wide * wide, 2);
  }
  const middle = (i, j) => [left + (j + 0.5) * wide, above + (i + 0.5) * high];
  grid.heads.forEach((head, j) => upright(head.title, middle(0, j)[0], above - 8));
  grid.cells.forEach((row, i) => {
    const y = middle(i, 0)[1];
    write(grid.sides[i].title, left - 8, y, "right");
    row.forEach((_, j) => {
      const { fill, ink, text, small } = grid.drawn[i][j], [x] = middle(i, j);
      if (fill) {
        pen.fillStyle = fill;
        pen.fillRect(x - wide / 2 + 1, y - high / 2 + 1, wide - 2, high - 2);
      }
      write(text, x, small ? y - 5 : y, "center", fill ? ink : color);
      if (small) write(small.trim(), x, y + 8, "center", color, 9);
    });
    if (grid.recalls[i]) write(grid.recalls[i].shows, left + grid.wide * wide + 36, y);
  });
  if (grid.foot) {
    const y = middle(grid.k, 0)[1];
    write(grid.foot.textContent, left - 8, y, "right");
    grid.precisions.forEach((cell, j) => write(cell.shows, middle(0, j)[0], y));
    write("recall", left + grid.wide * wide + 36, above - 12);
  }
}
