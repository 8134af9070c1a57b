// Keys for who stands beside a projector: they press the buttons that are there.
export default function () {
  const press = (key) => document.querySelector(`.st-key-${key} button:not([disabled])`)?.click();
  const keys = { " ": "pause", ArrowRight: "step" };
  const heard = (event) => {
    if (event.target.closest("input, textarea, select, [role=slider], [role=dialog]")) return;
    if (event.key === "Escape") { event.preventDefault(); press("view-choice"); return; }
    if (!(event.key in keys) || event.target.closest("button, a, summary")) return;
    event.preventDefault();
    press(keys[event.key]);
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}
