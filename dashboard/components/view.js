// Keys for who stands beside a projector: they press the buttons that are there.
export default function () {
  const press = (key) => document.querySelector(`.st-key-${key} button:not([disabled])`)?.click();
  const keys = { " ": "pause", ArrowRight: "step" };
  const means = { " ": "button, a, summary", ArrowRight: "[role=radiogroup], [role=tablist], [role=menu]" };
  const heard = (event) => {
    if (event.defaultPrevented || event.target.closest("input, textarea, select, [role=slider], [role=dialog]")) return;
    if (event.key === "Escape") { event.preventDefault(); press("view-choice"); return; }
    if (!(event.key in keys) || event.target.closest(means[event.key])) return;
    event.preventDefault();
    press(keys[event.key]);
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}
