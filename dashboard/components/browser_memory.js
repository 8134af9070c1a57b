// What a person did stays in the browser; one that keeps nothing (private windows) begins anew each time. A new step
// of a lesson begins at the top of its page.
let toldAt = -Infinity; // saying it twice would ask again for the address that the page has just left
export default function ({ data, setTriggerValue }) {
  try {
    const kept = localStorage.getItem(data.name);
    if (kept && !data.known) {
      if (performance.now() - toldAt > 20000) setTriggerValue("kept", kept);
      toldAt = performance.now();
    } else if (data.text) {
      localStorage.setItem(data.name, data.text);
      document.cookie = `${data.cookie}=1; max-age=31536000; path=/; samesite=lax`;
    }
    if (data.step && sessionStorage.getItem(data.name) !== data.step) {
      sessionStorage.setItem(data.name, data.step);
      document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    }
  } catch { /* no storage */ }
}
