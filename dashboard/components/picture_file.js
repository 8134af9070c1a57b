// A picture as a file: SVG without anything from elsewhere, or as many pixels of it as a sharp screen has.
const EDGE = 14, SHARP = 2;
const MOST_PIXELS = 16_000;  // on a side, beyond which browsers draw nothing

function pictureOf({ parent, drawn, without }, root, family) {
  if (drawn) {
    const { title, width, height, draw } = drawn(), pen = new Pen(family);
    draw(pen);
    return { title, box: [0, 0, width, height], inner: pen.written.join("") };
  }
  const leftOut = [...parent.querySelectorAll(without)].map((node) => [node, node.style.display]);
  for (const [node] of leftOut) node.style.display = "none";  // the rest closes up, for as long as it is written down
  const sheet = new Sheet(root, family, without);
  parent.childNodes.forEach((node) => paintNode(sheet, node));
  for (const [node, display] of leftOut) node.style.display = display;
  const { left, top, right, bottom } = sheet.reach;
  const title = [...parent.querySelectorAll("[aria-label]")].find((node) => !node.closest(without))?.getAttribute("aria-label");
  return { title, box: [left - EDGE, top - EDGE, right - left + 2 * EDGE, bottom - top + 2 * EDGE], inner: sheet.written.join("") };
}

function svgOf(offer) {
  const root = offer.parent.host ?? offer.parent, style = getComputedStyle(root), { fontFamily } = style;
  const { title, box, inner } = pictureOf(offer, root, fontFamily), [x, y, width, height] = box.map(Math.round);
  const paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const ground = tag("rect", { x, y, width, height, ...painted("fill", paper) });
  const said = title ? tag("title", {}, escaped(title)) : "";
  const text = tag("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `${x} ${y} ${width} ${height}`, "font-family": fontFamily }, said + ground + inner);
  return { text, width, height };
}

// From a data address: an image from another kind may not be read back.
async function pngOf({ text, width, height }) {
  const image = new Image(), scale = Math.min(SHARP, MOST_PIXELS / Math.max(width, height));
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
}

export async function takePicture(kind, offer) {
  const drawn = svgOf(offer);
  const blob = kind === "PNG" ? await pngOf(drawn) : new Blob([drawn.text], { type: "image/svg+xml" });
  const link = document.createElement("a");
  [link.href, link.download] = [URL.createObjectURL(blob), `${[offer.file, offer.called?.()].filter(Boolean).join(" ")}.${kind.toLowerCase()}`];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
