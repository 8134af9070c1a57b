// A page that is served without encryption has no clipboard: there a field is copied from, as browsers always could.
async function copied(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const field = element("textarea", {}, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("nothing was copied");
}

export default function ({ data, parentElement }) {
  if (parentElement.querySelector("button")) return;
  const button = element("button", { type: "button", class: "copy" }, data.label);
  const said = element("span", { role: "status" });
  button.addEventListener("click", async () => {
    try {
      await copied(location.href);
      said.textContent = "Copied";
    } catch {
      said.textContent = "Copy it from the address bar";
    }
    setTimeout(() => { said.textContent = ""; }, 3000);
  });
  parentElement.append(button, said);
}
