const HIDDEN_SECONDS = 5;  // between questions of a page that nobody sees
const RETRY_SECONDS = 2;   // after an answer that did not come
const ANSWER_SECONDS = 20;  // after which an answer is not waited for any longer
const STAY_SECONDS = 10;   // after which a page that is still here was not left
const followers = new WeakMap();

// Draws the parts of an answer; false where one of them is not on the page yet, and has to be asked for again.
function show(parts) {
  const drawn = window.genreLabParts ?? new Map();
  let all = true;
  for (const [name, part] of Object.entries(parts)) {
    if (drawn.has(name)) drawn.get(name)(part);
    else all = false;
  }
  return all;
}

async function ask(follower) {
  const { path, state } = follower;
  try {
    const address = `${base()}live/${path}?seen=${encodeURIComponent(state)}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_SECONDS * 1000) });
    const answer = await response.json();
    if (path !== follower.path || follower.gone) return;  // meanwhile the page looks at another one
    if (answer.parts && show(answer.parts)) follower.state = answer.state;
    if (answer.phase !== follower.phase && !follower.left) {  // the page around the parts is no longer right: run it again, once
      follower.phase = answer.phase;
      follower.send("phase", answer.phase);
    }
    plan(follower, answer.again ?? HIDDEN_SECONDS);
  } catch {
    plan(follower, RETRY_SECONDS);
  }
}

function plan(follower, seconds) {
  clearTimeout(follower.timer);
  if (follower.gone) return;
  follower.timer = setTimeout(() => ask(follower), 1000 * (document.hidden ? Math.max(seconds, HIDDEN_SECONDS) : seconds));
}

// A link was followed: a run of this page that is asked for now would overtake the other page, which would never come.
function leave(follower, event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  follower.left = true;
  setTimeout(() => { follower.left = false; }, STAY_SECONDS * 1000);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let follower = followers.get(parentElement);
  if (!follower) {
    followers.set(parentElement, (follower = {}));
    follower.wake = () => { if (!document.hidden) plan(follower, 0); };
    document.addEventListener("visibilitychange", follower.wake);
    follower.leave = (event) => leave(follower, event);
    document.addEventListener("click", follower.leave, true);
  }
  follower.send = setTriggerValue;
  Object.assign(follower, data);
  plan(follower, 0.05);
  return () => {
    follower.gone = true;
    clearTimeout(follower.timer);
    document.removeEventListener("visibilitychange", follower.wake);
    document.removeEventListener("click", follower.leave, true);
    followers.delete(parentElement);
  };
}
