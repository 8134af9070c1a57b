// Sound: one element for each clip that is heard soon. One plays at a time over the whole page.
const MOST_READY = 4;
const page = (window.genreLabSound ??= { playing: null, recorded: false, players: new Set() });

// Lets the browser load a clip; the one used longest ago is forgotten.
function ready(player, one) {
  let audio = player.ready.get(one.clip);
  if (audio) player.ready.delete(one.clip);
  else {
    audio = new Audio();
    audio.preload = "auto";
    audio.src = address(one);
    for (const name of ["playing", "pause", "ended", "timeupdate", "seeked"]) audio.addEventListener(name, () => { if (audio === player.audio) heard(player, name); });
    audio.addEventListener("error", () => failed(player, one, audio));
  }
  player.ready.set(one.clip, audio);
  for (const [clip, old] of player.ready) {
    if (player.ready.size <= MOST_READY) break;
    if (old !== player.audio) { player.ready.delete(clip); silence(old); }
  }
  return audio;
}

function silence(audio) {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();  // lets go of the connection
}

async function failed(player, one, audio) {
  if (!audio.getAttribute("src")) return;
  player.ready.delete(one.clip);
  const response = await fetch(address(one), { headers: { Range: "bytes=0-0" } }).catch(() => null);
  const problem = !response ? "The server does not answer." : response.ok ? "This browser cannot play the sound." : await problemOf(response);
  broken(player, one, problem);
}

const isPlaying = (player) => Boolean(player.audio && !player.audio.paused && !player.audio.ended);
const now = (player) => (player.audio && player.audio.src ? player.audio.currentTime : player.at);
const volume = (player) => { if (player.audio) player.audio.volume = page.recorded ? 1 : current(player).gain; };

function play(player) {
  const one = current(player);
  if (one.problem) return;
  if (page.playing && page.playing !== player) pause(page.playing);
  page.playing = player;
  player.listening = true;
  const audio = ready(player, one);
  if (player.audio !== audio) {
    player.audio?.pause();
    player.audio = audio;
  }
  // What is heard is what is judged: from the window's start to its end, unless one looks elsewhere for oneself.
  if (audio.ended || (player.at >= one.to - 0.02 && player.at < one.to + 0.05)) player.at = one.from;
  player.stop = player.at >= one.from && player.at < one.to ? one.to : Infinity;
  if (Math.abs(audio.currentTime - player.at) > 0.01) audio.currentTime = player.at;
  volume(player);
  if (player.data.blind && player.at < one.from + 0.05) player.trigger("play", (player.plays = (player.plays ?? 0) + 1));
  audio.play().catch((error) => { if (error.name === "NotAllowedError") heard(player, "pause"); });
  show(player);
  follow(player);
  const next = player.data.clips[player.number + 1];
  if (next && !next.problem) ready(player, next);
}

function pause(player, listening = false) {
  player.listening = listening;
  player.audio?.pause();
}

function heard(player, what) {
  player.at = player.audio.currentTime;
  if (player.at >= player.stop && !player.audio.paused) {
    player.audio.pause();
    player.at = player.stop;
  }
  show(player);
  if (what === "playing") follow(player);
}

// Moves the cursor with the sound, frame by frame, as long as it plays.
function follow(player) {
  cancelAnimationFrame(player.tick);
  player.tick = requestAnimationFrame(() => {
    if (!isPlaying(player)) return;
    heard(player);
    follow(player);
  });
}

function seek(player, to) {
  const one = current(player);
  player.at = Math.min(Math.max(to, one.shown[0]), one.shown[1]);
  player.stop = player.at >= one.from && player.at < one.to ? one.to : Infinity;
  if (player.audio && player.ready.get(one.clip) === player.audio) player.audio.currentTime = player.at;
  show(player);
}
