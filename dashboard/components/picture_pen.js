// A pen with the strokes of a canvas, which writes them down as SVG.
const near = (number) => Math.round(100 * number) / 100;
const LETTERS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => LETTERS[letter]);
const tag = (name, attributes, inner = "") => {
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "").map(([key, value]) => ` ${key}="${escaped(typeof value === "number" ? near(value) : value)}"`);
  return inner === "" ? `<${name}${said.join("")}/>` : `<${name}${said.join("")}>${inner}</${name}>`;
};

const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const inks = new Map();

// Any color of a page as the two attributes that all viewers read: its hex and its opacity.
function ink(color) {
  if (!inks.has(color)) {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = "#000000";
    probe.fillStyle = color;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    inks.set(color, { hex: `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`, alpha: near(a / 255) });
  }
  return inks.get(color);
}

function painted(name, color, opacity = 1) {
  const { hex, alpha } = ink(color), seen = alpha * opacity;
  return seen === 0 ? { [name]: "none" } : { [name]: hex, ...(seen < 1 ? { [`${name}-opacity`]: near(seen) } : {}) };
}

const ANCHORS = { center: "middle", right: "end", end: "end" };

class Pen {
  constructor(family = "") {
    Object.assign(this, { fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, globalAlpha: 1, font: "10px sans-serif", textAlign: "left", textBaseline: "alphabetic" });
    Object.assign(this, { family, written: [], held: [], matrix: new DOMMatrix(), dash: "", path: "" });
  }

  get place() {
    const { a, b, c, d, e, f, isIdentity } = this.matrix;
    return isIdentity ? undefined : `matrix(${[a, b, c, d, e, f].map(near).join(" ")})`;
  }

  write(name, attributes, inner) { this.written.push(tag(name, { transform: this.place, ...attributes }, inner)); }
  save() { this.held.push(DOMMatrix.fromMatrix(this.matrix)); }
  restore() { this.matrix = this.held.pop(); }
  translate(x, y) { this.matrix.translateSelf(x, y); }
  rotate(radians) { this.matrix.rotateSelf((180 * radians) / Math.PI); }
  setTransform() { this.matrix = new DOMMatrix(); }  // a screen's pixels, of which a drawing knows nothing
  clearRect() {}
  setLineDash(dash) { this.dash = dash.join(" "); }

  fillRect(x, y, width, height) { this.write("rect", { x, y, width, height, ...painted("fill", this.fillStyle, this.globalAlpha) }); }
  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${near(x)},${near(y)}`; }
  lineTo(x, y) { this.path += `L${near(x)},${near(y)}`; }

  // A whole circle: nothing here draws a part of one.
  arc(x, y, radius) {
    const r = near(radius);
    this.path += `M${near(x - radius)},${near(y)}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`;
  }

  fill() { this.write("path", { d: this.path, ...painted("fill", this.fillStyle, this.globalAlpha) }); }

  stroke() {
    this.write("path", { d: this.path, fill: "none", ...painted("stroke", this.strokeStyle, this.globalAlpha), "stroke-width": this.lineWidth, "stroke-dasharray": this.dash });
  }

  measureText(text) { probe.font = this.font; return probe.measureText(text); }
  fillText(text, x, y) { this.letter(text, x, y, painted("fill", this.fillStyle, this.globalAlpha)); }
  strokeText(text, x, y) {
    this.letter(text, x, y, { fill: "none", ...painted("stroke", this.strokeStyle), "stroke-width": this.lineWidth, "stroke-linejoin": "round" });
  }

  letter(text, x, y, look) {
    const [, weight, size, family] = this.font.match(/^(?:(\w+) )?([\d.]+)px (.*)$/);
    const below = this.textBaseline === "middle" ? 0.35 * size : 0;
    this.write("text", { x, y: y + below, "font-family": family === this.family ? undefined : family, "font-size": size, "font-weight": weight, "text-anchor": ANCHORS[this.textAlign], ...look }, escaped(text));
  }
}
