const drawn = new WeakMap();

// Explained words become buttons: their explanation shows on hover and on focus, and is read out with them.
function explained(node, text, terms) {
  let rest = text;
  const known = Object.keys(terms ?? {});
  while (rest) {
    const found = known.map((term) => [rest.toLowerCase().indexOf(term.toLowerCase()), term]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0])[0];
    if (!found) break;
    node.append(rest.slice(0, found[0]), term(rest.slice(found[0], found[0] + found[1].length), terms[found[1]]));
    rest = rest.slice(found[0] + found[1].length);
    known.splice(known.indexOf(found[1]), 1);  // once is enough
  }
  node.append(rest);
}

// The explanation is in the page only while it shows, so that copied text does not hold it. A term's leads to all terms.
function term(text, explanation, classes = "term") {
  const both = element("span", { class: "explained" });
  const button = element("button", { class: classes }, text);
  button.type = "button";
  button.setAttribute("aria-description", explanation);
  both.append(button);
  const tip = element("span", { class: "tip" }, explanation);
  if (classes === "term") tip.append(" ", element("a", { href: `${base()}glossary?find=${encodeURIComponent(text)}`, target: "_blank" }, "All terms"));
  else tip.setAttribute("aria-hidden", "true");
  const show = () => {
    tip.style.left = "";
    both.append(tip);
    const beyond = tip.getBoundingClientRect().right + 8 - document.documentElement.clientWidth;
    if (beyond > 0) tip.style.left = `${-beyond}px`;  // at the edge of the window it would be cut
  };
  const hide = () => tip.remove();
  button.addEventListener("pointerenter", show);
  button.addEventListener("focus", show);
  both.addEventListener("focusout", (event) => { if (!both.contains(event.relatedTarget)) hide(); });
  both.addEventListener("pointerleave", () => { if (!both.contains(both.getRootNode().activeElement)) hide(); });
  both.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  return both;
}

const draw = {
  answer(root, part) {
    const heading = element("h2");
    heading.append(part.text);
    for (const badge of part.badges ?? []) heading.append(" ", term(badge, part.terms[badge], "badge"));
    const note = element("p", { class: "note" });
    explained(note, part.note, part.terms);
    root.replaceChildren(heading, note);
  },
  title(root, part) {
    const line = element("p", { class: "title" });
    const strong = element("strong");
    explained(strong, part.text, part.terms);
    line.append(strong, part.note ? element("span", { class: "quiet" }, ` ${part.note}`) : "");
    for (const badge of part.badges ?? []) line.append(" ", term(badge, part.terms[badge], "badge"));
    root.replaceChildren(line);
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
  if (text === words.text) return;  // whoever reads an explanation keeps it
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
