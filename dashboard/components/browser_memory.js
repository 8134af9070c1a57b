// What a person did stays in the browser; one that keeps nothing (private windows) begins anew each time.
export default function ({ data, setTriggerValue }) {
  try {
    if (data.text) {
      localStorage.setItem(data.name, data.text);
      document.cookie = `${data.cookie}=1; max-age=31536000; path=/; samesite=lax`;
    } else if (localStorage.getItem(data.name)) setTriggerValue("kept", localStorage.getItem(data.name));
  } catch { /* no storage */ }
}
