const EMPTY = '[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"]:empty';
const WIDE = matchMedia("(min-width: 768px)");  // on a narrow screen it holds the navigation
const WAIT = 300, MOST = 3;  // milliseconds from one look to the next; runs that are asked for in a row
let timer, asked = 0;

export default function ({ setTriggerValue }) {
  let ended = 0;
  // What stands in the sidebar goes at the latest just after the run has ended.
  const look = () => {
    ended = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning" ? ended + 1 : 0;
    if (ended < 2) timer = setTimeout(look, WAIT);
    else if (!WIDE.matches || !document.querySelector(EMPTY)) asked = 0;
    else if (asked++ < MOST) setTriggerValue("empty", Date.now());
  };
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
  return () => clearTimeout(timer);
}
