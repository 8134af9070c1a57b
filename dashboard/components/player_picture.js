// Pictures of sound: asked for once, kept, and painted in the colours of the page.
const MOST_PICTURES = 400;
const THUMB_FRAMES = 112;
const pictures = new Map();

const address = (one, rest = "") => `${base()}clip/${one.clip}${rest}`;

// A picture as the server packs it: the length of a JSON head, the head, the levels; or { problem }.
function picture(one, from, to, width) {
  const url = address(one, `/mel?start=${from}&seconds=${Number((to - from).toFixed(3))}&width=${width}`);
  if (!pictures.has(url)) {
    if (pictures.size >= MOST_PICTURES) pictures.delete(pictures.keys().next().value);
    pictures.set(url, receive(url).catch(() => { pictures.delete(url); return { problem: "The server does not answer." }; }));
  }
  return pictures.get(url);
}

async function receive(url) {
  const response = await fetch(url);
  if (!response.ok) {
    pictures.delete(url);  // a file may come back
    return { problem: await problemOf(response) };
  }
  const bytes = await response.arrayBuffer();
  const start = 4 + new DataView(bytes).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, start - 4)));
  return { ...head, levels: new Uint8Array(bytes, start) };
}

const problemOf = (response) => response.json().then(({ problem }) => problem, () => "This clip cannot be heard: the server cannot send it.");

// 256 colours (RGBA) between those of the ramp.
function colours(ramp) {
  const stops = ramp.map(channels);
  const table = new Uint8ClampedArray(1024).fill(255);
  for (let level = 0; level < 256; level++) {
    const at = (level / 255) * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++) table[4 * level + c] = stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c]);
  }
  return table;
}

// Paints a picture so that the canvas reaches from `from` to `to` seconds; where it shows nothing, the level is `empty`.
function paint(canvas, shown, from, to, table, empty = 0) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (!width || !height) return;
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const [mels, frames] = shown.shape;
  const image = new ImageData(frames, mels);
  for (let mel = 0; mel < mels; mel++) {
    for (let frame = 0; frame < frames; frame++) {
      const level = 4 * shown.levels[mel * frames + frame], at = 4 * ((mels - 1 - mel) * frames + frame);
      for (let c = 0; c < 4; c++) image.data[at + c] = table[level + c];
    }
  }
  const small = element("canvas", { width: frames, height: mels });
  small.getContext("2d").putImageData(image, 0, 0);
  const context = canvas.getContext("2d"), scale = width / (to - from);
  context.fillStyle = `rgb(${table.slice(4 * empty, 4 * empty + 3).join()})`;
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, (shown.start - shown.step / 2 - from) * scale, 0, frames * shown.step * scale, height);
}
