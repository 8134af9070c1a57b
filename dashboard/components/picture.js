// The two buttons that take a component away as a picture, as a chart has them. What draws it comes when one is pressed.
const offers = new WeakMap();
const PICTURE_ICONS = {
  PNG: "M9 4 7.2 6H4a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2h-3.2L15 4zm3 4.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
  SVG: "M4 3h13l4 4v14H3V4zm3 1v5h9V4zm5 9a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
};

function pictureButton(offer, kind) {
  const label = `Download as ${kind}`;
  const button = element("button", { type: "button", title: label, "aria-label": label });
  button.append(shape("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, shape("path", { d: PICTURE_ICONS[kind], "fill-rule": "evenodd" })));
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    try {
      const { takePicture } = await import(`${base()}app/static/${offer.script}`);
      await takePicture(kind, offer);
    } catch {
      button.title = "The picture could not be made. Reload the page.";
    }
  });
  return button;
}

// `drawn` returns what is drawn in place of all that stands in `parent`: {title, width, height, draw(pen)}. What fits the
// selector `without` is left out; `called` returns what ends the name of the file. Where nothing can be taken away, `drawn` is null.
function offerPicture(parent, { taken }, { drawn, without, called } = {}) {
  let offer = offers.get(parent);
  if (!offer) {
    offers.set(parent, (offer = { parent }));
    offer.box = element("div", { class: "take-picture" }, ...Object.keys(PICTURE_ICONS).map((kind) => pictureButton(offer, kind)));
    parent.append(offer.box);
  }
  Object.assign(offer, taken, { drawn, called, without: without ? `.take-picture, ${without}` : ".take-picture" });
  offer.box.hidden = drawn === null;
  (parent.host ?? parent).toggleAttribute("data-untaken", drawn === null);
}
