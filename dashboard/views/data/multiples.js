const drawn = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let shown = drawn.get(parentElement);
  if (!shown) {
    const node = element("div");
    parentElement.append(node);
    shown = { node };
    drawn.set(parentElement, shown);
    node.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) shown.send("pick", button.dataset.name);
    });
  }
  shown.send = setTriggerValue;
  if (shown.html !== data.html) shown.node.innerHTML = shown.html = data.html;  // its texts are escaped where it is made
  offerPicture(parentElement, data);
  for (const button of shown.node.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.name === data.chosen));
  }
  return () => drawn.delete(parentElement);
}
