const drawn = new WeakMap();

const badges = (part) => Object.entries(part.badges ?? {}).flatMap(([text, meaning]) => [" ", element("span", { class: "badge", "data-help": meaning }, text)]);

const draw = {
  answer(root, part) {
    root.replaceChildren(element("h2", {}, part.text, ...badges(part)), element("p", { class: "note" }, part.note));
  },
  title(root, part) {
    const note = part.note ? element("span", { class: "quiet" }, ` ${part.note}`) : "";
    root.replaceChildren(element("p", { class: "title" }, element("strong", {}, part.text), note, ...badges(part)));
  },
  numbers(root, part) {
    const pair = ([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value));
    root.replaceChildren(element("dl", { class: "numbers" }, ...Object.entries(part.numbers).map(pair)));
  },
  progress(root, part) {
    let bar = root.querySelector(".bar");
    if (!bar) {  // kept, so that it moves instead of being drawn anew
      root.replaceChildren(element("p", { class: "progress" }), (bar = element("div", { class: "bar" })));
      bar.append(element("div", { class: "done" }));
      bar.setAttribute("role", "progressbar");
    }
    root.querySelector("p").textContent = part.text;
    bar.firstChild.style.width = `${100 * part.done}%`;
    bar.setAttribute("aria-valuenow", Math.round(100 * part.done));
    bar.setAttribute("aria-label", part.text || "Progress");
  },
};

function update(words) {
  const text = JSON.stringify(words.part);
  if (text === words.text) return;
  words.text = text;
  draw[words.part.kind](words.root, words.part);
}

export default function ({ data, parentElement }) {
  let words = drawn.get(parentElement);
  if (!words) {
    const root = element("div", { class: "gl-words" });
    parentElement.append(root);
    drawn.set(parentElement, (words = { root }));
  }
  const { live, ...part } = data;
  words.part = part;
  update(words);
  const redraw = (fresh) => { words.part = fresh; update(words); };
  const parts = (window.genreLabParts ??= new Map());
  if (live) parts.set(live, redraw);
  return () => {
    drawn.delete(parentElement);
    if (parts.get(live) === redraw) parts.delete(live);
  };
}
