// The matrix as a picture to take away: all of it, with its numbers, in the page's colors.
const PICTURE_SCALE = 2;

function picture(grid) {
  const small = grid.k > DENSE;
  const [wide, high, left, above] = [small ? 30 : 62, small ? 20 : 36, 150, 170];
  const [width, height] = [left + grid.wide * wide + 80, above + (grid.k + 1) * high + 20];
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [width * PICTURE_SCALE, height * PICTURE_SCALE];
  const pen = canvas.getContext("2d");
  const { color, fontFamily } = getComputedStyle(grid.frame);
  const write = (text, x, y, align = "center", ink = color, size = small ? 11 : 13) => {
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
  pen.scale(PICTURE_SCALE, PICTURE_SCALE);
  pen.fillStyle = `rgb(${grid.paper})`;
  pen.fillRect(0, 0, width, height);
  write(grid.data.label, 12, 20, "left", color, 15);
  write("true ↓  predicted →", 12, above - 12, "left");
  const middle = (i, j) => [left + (j + 0.5) * wide, above + (i + 0.5) * high];
  grid.heads.forEach((head, j) => upright(head.title, middle(0, j)[0], above - 8));
  grid.cells.forEach((row, i) => {
    const y = middle(i, 0)[1];
    write(grid.sides[i].title, left - 8, y, "right");
    row.forEach((_, j) => {
      const { fill, ink, text } = grid.drawn[i][j], [x] = middle(i, j);
      if (fill) {
        pen.fillStyle = fill;
        pen.fillRect(x - wide / 2 + 1, y - high / 2 + 1, wide - 2, high - 2);
      }
      write(text, x, y, "center", fill ? ink : color);
    });
    if (grid.recalls[i]) write(grid.recalls[i].shows, left + grid.wide * wide + 36, y);
  });
  if (grid.foot) {
    const y = middle(grid.k, 0)[1];
    write("precision", left - 8, y, "right");
    grid.precisions.forEach((cell, j) => write(cell.shows, middle(0, j)[0], y));
    write("recall", left + grid.wide * wide + 36, above - 12);
  }
  canvas.toBlob((blob) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: `${grid.data.file}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
