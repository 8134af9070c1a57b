// What all components draw with: elements with their attributes, the colour of the page below them, and where the server is.
const filled = (made, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const element = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
const shape = (tag, attributes = {}, ...children) => filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function background(node) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color").trim() || "#ffffff";
  return probe.fillStyle;
}

function isDark(node) {
  const [r, g, b] = channels(background(node));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

// The address is taken from Streamlit's own script, so that a server behind a path prefix works too.
function base() {
  const main = document.querySelector('script[src*="static/js/"]');
  return main ? main.src.split("static/js/")[0] : new URL("./", document.baseURI).href;
}
