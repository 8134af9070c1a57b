// The list of clips: a play button and a small picture each; a picture is asked for when its row is in view.
const AT_ONCE = 2;  // pictures under way, so that sound never waits behind them

function row(one, number) {
  const item = element("li");
  const thumb = element("canvas", { class: "thumb", "aria-hidden": "true" });
  const bar = element("i", { class: "bar" });
  const words = element("span", { class: "words" }, element("b", {}, one.title), element("span", { class: "detail" }, said(one)));
  const button = element("button", { type: "button", class: "row", "data-number": number, tabindex: -1 }, icon("play"), element("span", { class: "mini" }, thumb, bar), words, element("span", { class: "length" }, lasting(one)));
  item.append(button);
  if (one.href) item.append(link(one, "open", "›"));
  return { item, button, thumb, bar, words };
}

function link(one, kind, text) {
  const made = element("a", { class: kind, href: one.href, target: "_self", title: `Open ${one.title}` }, text);
  if (kind === "open") made.setAttribute("aria-label", `Open ${one.title}`);
  return made;
}

const said = ({ genre, detail }) => [genre, detail].filter(Boolean).join(" · ");
const lasting = ({ from, to }) => clock(to - from, to - from);

function list(player) {
  player.watcher?.disconnect();
  player.waiting = [];
  player.rows = player.data.clips.map(row);
  player.list.replaceChildren(...player.rows.map(({ item }) => item));
  player.list.hidden = player.rows.length < 2;
  if (player.list.hidden) return;
  player.watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      const number = Number(target.dataset.number);
      player.waiting = player.waiting.filter((other) => other !== number);
      if (isIntersecting && !player.rows[number].seen) player.waiting.push(number);
    }
    fetchNext(player);
  }, { root: player.list, rootMargin: "60px" });
  for (const { button } of player.rows) player.watcher.observe(button);
}

async function fetchNext(player) {
  if ((player.underWay ?? 0) >= AT_ONCE || !player.waiting.length) return;
  const number = player.waiting.shift(), one = player.data.clips[number], drawn = player.rows[number];
  drawn.seen = true;
  player.underWay = (player.underWay ?? 0) + 1;
  const small = await picture(one, one.from, one.to, THUMB_FRAMES);
  player.underWay--;
  fetchNext(player);
  if (player.rows[number] !== drawn) return;  // another list meanwhile
  if (small.problem) broken(player, one, small.problem);
  else {
    drawn.small = small;
    paint(drawn.thumb, small, one.from, one.to, player.table);
  }
}

// A clip that cannot be heard says why, in its row and above; nothing else of it works.
function broken(player, one, problem) {
  player.data.clips.forEach((other, number) => {
    if (other.clip !== one.clip) return;
    other.problem = problem;
    const { item, button, words } = player.rows[number];
    item.classList.add("broken");
    button.setAttribute("aria-disabled", "true");
    words.lastChild.textContent = problem;
    words.lastChild.title = problem;
  });
  if (current(player).clip === one.clip) { pause(player); look(player); }
  marks(player);
}

function marks(player) {
  const playing = isPlaying(player);
  player.rows.forEach(({ item, button, bar }, number) => {
    const one = player.data.clips[number], here = number === player.number;
    item.classList.toggle("here", here);
    item.classList.toggle("playing", here && playing);
    button.tabIndex = here ? 0 : -1;
    if (here) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    const name = `${here && playing ? "Pause" : "Play"} ${[one.title, one.genre, one.problem ?? one.detail].filter(Boolean).join(", ")}`;
    if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
    button.firstChild.setAttribute("data-icon", here && playing ? "pause" : "play");
    bar.hidden = !here;
  });
}
