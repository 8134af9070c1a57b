const pictures = new WeakMap();

export default function ({ data, parentElement }) {
  let shown = pictures.get(parentElement);
  if (!shown) {
    shown = { style: element("style"), node: element("div") };
    parentElement.append(shown.style, shown.node);
    pictures.set(parentElement, shown);
  }
  if (shown.sheet !== data.style) shown.style.textContent = shown.sheet = data.style;
  if (shown.html !== data.html) shown.node.innerHTML = shown.html = data.html;  // its texts are escaped where it is made
  offerPicture(parentElement, data);
  return () => pictures.delete(parentElement);
}
