// What stands on a page, written down as SVG: boxes, borders, gradients, lines of text, drawings and canvases.
class Sheet {
  constructor(root, family, without) {
    const { left, top } = root.getBoundingClientRect();
    Object.assign(this, { left, top, family, without, written: [], gradients: 0, clipped: 0 });
    this.reach = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  }

  write(name, attributes, inner) { this.written.push(tag(name, attributes, inner)); }
  at({ left, top, width, height }) { return { x: left - this.left, y: top - this.top, width, height }; }

  // How far the picture reaches; what is cut off does not count.
  grow({ x, y, width, height }) {
    if (this.clipped) return;
    const { reach } = this;
    [reach.left, reach.top] = [Math.min(reach.left, x), Math.min(reach.top, y)];
    [reach.right, reach.bottom] = [Math.max(reach.right, x + width), Math.max(reach.bottom, y + height)];
  }

  // Writes what `inner` writes within <svg>, which cuts it off at its box, or within <g>.
  within(name, attributes, inner) {
    const before = this.written, cut = name === "svg" ? 1 : 0;
    this.written = [];
    this.clipped += cut;
    inner();
    this.clipped -= cut;
    const own = this.written.join("");
    this.written = before;
    if (own) this.write(name, attributes, own);
  }
}

function paintNode(sheet, node) {
  if (node.nodeType === Node.TEXT_NODE) { paintText(sheet, node); return; }
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(sheet.without) || ["STYLE", "INPUT", "SELECT"].includes(node.tagName)) return;
  if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return;
  const style = getComputedStyle(node), opacity = Number(style.opacity);
  if (style.clipPath !== "none") return;  // it is there to be heard
  if (opacity < 1 && node.tagName !== "svg") sheet.within("g", { opacity }, () => paintElement(sheet, node, style));
  else paintElement(sheet, node, style);
}

function paintElement(sheet, node, style) {
  if (node.tagName === "svg") { paintDrawing(sheet, node, style); return; }
  if (style.display !== "contents") paintBox(sheet, node, style);
  if (node.tagName === "CANVAS") { paintCanvas(sheet, node); return; }
  const children = () => node.childNodes.forEach((child) => paintNode(sheet, child));
  const box = sheet.at(node.getBoundingClientRect());
  const cuts = ["hidden", "clip"].includes(style.overflowX) && node.childElementCount && box.width && box.height;
  if (cuts) sheet.within("svg", { ...box, viewBox: Object.values(box).map(near).join(" ") }, children);
  else children();
}

// A box stands around its middle, about which it may be turned.
function paintBox(sheet, node, style) {
  const box = sheet.at(node.getBoundingClientRect()), { a, b } = new DOMMatrix(style.transform === "none" ? "" : style.transform);
  const turn = (180 * Math.atan2(b, a)) / Math.PI, middle = [box.x + box.width / 2, box.y + box.height / 2];
  if (turn) {
    [box.width, box.height] = [style.width, style.height].map((size) => parseFloat(size) * Math.hypot(a, b));
    [box.x, box.y] = [middle[0] - box.width / 2, middle[1] - box.height / 2];
  }
  const seen = sheet.written.length, most = Math.min(box.width, box.height) / 2;
  const radius = style.borderTopLeftRadius.endsWith("%") ? most : Math.min(parseFloat(style.borderTopLeftRadius) || 0, most);
  const transform = turn ? `rotate(${[turn, ...middle].map(near).join(" ")})` : undefined;
  const fill = (look, more = 0) => sheet.write("rect", {
    x: box.x - more, y: box.y - more, width: box.width + 2 * more, height: box.height + 2 * more, rx: radius ? radius + more : undefined, transform, ...look,
  });
  const ring = style.boxShadow.match(/^(.+?) 0px 0px 0px ([\d.]+)px$/);
  if (ring && ink(ring[1]).alpha) fill(painted("fill", ring[1]), Number(ring[2]));
  if (ink(style.backgroundColor).alpha) fill(painted("fill", style.backgroundColor));
  for (const gradient of gradients(style.backgroundImage)) fill({ fill: `url(#${defineGradient(sheet, box, gradient)})` });
  paintBorders(sheet, box, style, radius, transform);
  if (sheet.written.length > seen) sheet.grow(box);
}

const DASHES = { dotted: [1, 1], dashed: [3, 2] };

function paintBorders(sheet, { x, y, width, height }, style, radius, transform) {
  const sides = ["Top", "Right", "Bottom", "Left"].map((side) => {
    const [wide, color, kind] = ["Width", "Color", "Style"].map((what) => style[`border${side}${what}`]), size = parseFloat(wide);
    return kind === "none" || !size || !ink(color).alpha ? null : { size, color, kind };
  });
  const look = ({ size, color, kind }) => ({ ...painted("stroke", color), "stroke-width": size, "stroke-dasharray": DASHES[kind]?.map((part) => part * size).join(" ") });
  const [first] = sides;
  if (first && new Set(sides.map((side) => JSON.stringify(side))).size === 1) {
    const half = first.size / 2;
    sheet.write("rect", { x: x + half, y: y + half, width: width - first.size, height: height - first.size, rx: Math.max(0, radius - half), fill: "none", transform, ...look(first) });
    return;
  }
  sides.forEach((side, at) => {
    if (!side) return;
    const half = side.size / 2, [left, top, right, bottom] = [x + half, y + half, x + width - half, y + height - half];
    const [x1, y1, x2, y2] = [[x, top, x + width, top], [right, y, right, y + height], [x, bottom, x + width, bottom], [left, y, left, y + height]][at];
    sheet.write("line", { x1, y1, x2, y2, ...look(side) });
    sheet.grow({ x: Math.min(x1, x2), y: Math.min(y1, y2), width: 0, height: 0 });
  });
}

const splitOutside = (text) => text.split(/,\s*(?![^(]*\))/);  // commas that stand in no brackets

function gradients(image) {
  return [...image.matchAll(/(repeating-)?linear-gradient\(((?:[^()]|\([^()]*\))*)\)/g)].map(([, repeats, inner]) => ({ repeats, parts: splitOutside(inner) }));
}

// Angles run clockwise from “to top”; stops stand at pixels or percentages of the line through the middle.
function defineGradient(sheet, { x, y, width, height }, { repeats, parts }) {
  const ANGLES = { "to top": 0, "to right": 90, "to bottom": 180, "to left": 270 };
  const hasAngle = parts[0] in ANGLES || /^-?[\d.]+deg$/.test(parts[0]);
  const angle = ((hasAngle ? (ANGLES[parts[0]] ?? parseFloat(parts[0])) : 180) * Math.PI) / 180;
  const [dx, dy] = [Math.sin(angle), -Math.cos(angle)], long = Math.abs(width * dx) + Math.abs(height * dy);
  const stops = parts.slice(hasAngle ? 1 : 0).flatMap((part) => {
    const [, color, places] = part.match(/^(.+?\)|#\w+|\w+)\s*(.*)$/);
    return places.split(" ").map((place) => ({ color, at: place.endsWith("%") ? (parseFloat(place) / 100) * long : parseFloat(place) }));
  });
  stops.forEach((stop, n) => { if (Number.isNaN(stop.at)) stop.at = (n / (stops.length - 1)) * long; });
  const length = repeats ? stops.at(-1).at : long;
  const [x1, y1] = [x + width / 2 - (dx * long) / 2, y + height / 2 - (dy * long) / 2];
  const id = `g${(sheet.gradients += 1)}`;
  const lines = stops.map(({ color, at }) => tag("stop", { offset: at / length, "stop-color": ink(color).hex, "stop-opacity": ink(color).alpha }));
  sheet.write("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1, y1, x2: x1 + dx * length, y2: y1 + dy * length, spreadMethod: repeats ? "repeat" : undefined }, lines.join(""));
  return id;
}

// The words of a text by the lines in which they stand.
function linesOf(node) {
  const range = document.createRange(), lines = [];
  for (const { index, 0: word } of node.data.matchAll(/[^ \n\t]+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { left, right, top, height, width } = range.getBoundingClientRect(), last = lines.at(-1);
    if (!width) continue;
    if (last && Math.abs(last.top - top) < 2) Object.assign(last, { text: `${last.text} ${word}`, right });
    else lines.push({ text: word, left, right, top, height });
  }
  return lines;
}

function paintText(sheet, node) {
  if (!node.data.trim()) return;
  const parent = node.parentElement;
  if (!parent) return;
  const style = getComputedStyle(parent), look = painted("fill", style.color);
  const { fontFamily: family, fontSize, fontWeight, fontStyle } = style, size = parseFloat(fontSize);
  probe.font = `${fontStyle} ${fontWeight} ${fontSize} ${family}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: under } = probe.measureText("x");
  const anchor = ANCHORS[style.textAlign], overflows = style.textOverflow === "ellipsis" && parent.scrollWidth > parent.clientWidth;
  for (const line of linesOf(node)) {
    const room = { ...sheet.at({ ...line, width: line.right - line.left }) };
    if (overflows) {
      line.text = `${line.text.slice(0, Math.max(1, Math.floor((line.text.length * parent.clientWidth) / parent.scrollWidth) - 1))}…`;
      room.width = Math.min(room.width, parent.clientWidth);
    }
    const x = overflows || !anchor ? room.x : anchor === "middle" ? room.x + room.width / 2 : room.x + room.width;
    sheet.write("text", {
      x, y: room.y + (room.height - above - under) / 2 + above, "font-family": family === sheet.family ? undefined : family, "font-size": size, "font-weight": fontWeight === "400" ? undefined : fontWeight,
      "font-style": fontStyle === "normal" ? undefined : fontStyle, "text-anchor": overflows ? undefined : anchor, ...look,
    }, escaped(line.text));
    sheet.grow(room);
  }
}

const KEPT = ["stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "text-anchor"];
const DRAWN = /^(x|y|x1|x2|y1|y2|r|cx|cy|rx|ry|d|width|height|points|transform)$/;

// A drawing is SVG already: its shapes take along how its style sheet has them look.
function paintDrawing(sheet, node, style) {
  const box = sheet.at(node.getBoundingClientRect()), view = node.viewBox.baseVal;
  const free = [...node.children].some((child) => getComputedStyle(child).vectorEffect === "non-scaling-stroke");
  const scale = free ? [box.width / view.width, box.height / view.height] : null;  // stretched lines stay as thin as they are
  const frame = view?.width && !free ? { viewBox: [view.x, view.y, view.width, view.height].join(" "), preserveAspectRatio: node.getAttribute("preserveAspectRatio") ?? undefined } : {};
  paintBox(sheet, node, style);
  sheet.write("svg", { ...box, ...frame, overflow: style.overflowX === "visible" ? "visible" : undefined }, [...node.children].map((child) => shapeOf(child, scale)).join(""));
  sheet.grow(box);
}

function shapeOf(node, scale) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return "";
  const attributes = Object.fromEntries([...node.attributes].filter(({ name }) => DRAWN.test(name)).map(({ name, value }) => [name, value]));
  if (scale && attributes.d) attributes.d = attributes.d.replace(/(-?[\d.]+),(-?[\d.]+)/g, (_, x, y) => `${near(x * scale[0])},${near(y * scale[1])}`);
  for (const name of ["fill", "stroke"]) Object.assign(attributes, style[name] === "none" ? { [name]: "none" } : painted(name, style[name]));
  for (const name of KEPT) {
    const value = style.getPropertyValue(name).replaceAll("px", "");
    if (!["", "none", "1", "400", "start", "butt", "miter"].includes(value)) attributes[name] = value;
  }
  return tag(node.tagName, attributes, [...node.childNodes].map((child) => shapeOf(child, scale)).join(""));
}

// A canvas is drawn once more where its component knows how; a spectrogram is an image.
function paintCanvas(sheet, canvas) {
  const box = sheet.at(canvas.getBoundingClientRect());
  if (!canvas.width || !box.width) return;
  sheet.grow(box);
  if (!canvas.redraw) { sheet.write("image", { ...box, preserveAspectRatio: "none", href: canvas.toDataURL() }); return; }
  const pen = new Pen();
  canvas.redraw(pen);
  sheet.write("svg", box, pen.written.join(""));
}
